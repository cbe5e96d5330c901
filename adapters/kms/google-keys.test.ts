import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startGoogle, type FakeGoogle } from "#test/kms/start-google";
import { describeKms, environmentName, type NamedKeys } from "#test/kms/kms.contract";
import { systemRandomness } from "../system/system-randomness.ts";
import { crc32c } from "./crc32c.ts";
import { createGoogleKeys } from "./google-keys.ts";
import { createKeyedKms, type KeyRow } from "./keyed-kms.ts";
import type { KeyReference } from "./parse-key-references.ts";

// A service account's file, found as the application default: the client signs its bearer tokens itself and asks nobody for them.
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const account = {
  type: "service_account",
  project_id: "acme",
  client_email: "evergrant@acme.iam.gserviceaccount.com",
  private_key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
};

const directory = mkdtempSync(join(tmpdir(), "evergrant-google-"));
beforeAll(() => {
  writeFileSync(join(directory, "account.json"), JSON.stringify(account));
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", join(directory, "account.json"));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

function createKms(
  google: FakeGoogle,
  shared: KeyRow<KeyReference>,
  staging?: KeyRow<KeyReference>,
  deadlineMs = 30_000,
) {
  return createKeyedKms({
    keys: { shared, perEnvironment: new Map(staging === undefined ? [] : [["staging", staging]]) },
    environmentName,
    wrapper: createGoogleKeys({ endpoint: google.origin, deadlineMs }, systemRandomness, { lookMs: 5 }),
  });
}

describeKms("Google", ["unreachable", "throttled", "denied", "disabled", "silent"], async () => {
  const google = await startGoogle();
  const named = (keys: NamedKeys): KeyRow<KeyReference> =>
    keys.map(([id, key]) => ({ id, reference: google.names[key] })) as unknown as KeyRow<KeyReference>;
  return {
    create: ({ shared, staging }, deadlineMs) =>
      createKms(google, named(shared), staging === undefined ? undefined : named(staging), deadlineMs),
    setFault: google.setFault,
    requests: () => google.requests,
    rotation: { adds: "version", permission: "cloudkms.cryptoKeyVersions.create" },
    secrets: [account.private_key.split("\n")[3] ?? ""],
    close: google.close,
  };
});

describe("Google Cloud KMS", () => {
  let google: FakeGoogle;
  beforeAll(async () => {
    google = await startGoogle();
  });
  afterAll(() => google.close());
  beforeEach(() => {
    google.corrupted.request = 0;
    google.corrupted.answer = 0;
  });
  const context = { environmentId: "env_prod", purpose: "data_key" } as const;
  const key = Buffer.alloc(32, 5);
  const create = (deadlineMs?: number) =>
    createKms(google, [{ id: "k1", reference: google.names[0] }], undefined, deadlineMs);

  it.each(["request", "answer"] as const)("does again what was altered in the %s, by its checksum", async (where) => {
    const kms = create();
    google.corrupted[where] = 1;
    const wrapped = await kms.wrap(context, key);
    expect(google.corrupted[where]).toBe(0);
    google.corrupted[where] = 2;
    const opened = await kms.unwrap(context, wrapped);
    expect(opened === null ? null : Buffer.from(opened)).toEqual(key);
  });

  it.each(["request", "answer"] as const)(
    "takes nothing for broken, and keeps no key, where every %s is altered on its way",
    async (where) => {
      const kms = create();
      const wrapped = await kms.wrap(context, key);
      google.corrupted[where] = 1_000;
      const altered = { code: "kms_unavailable", internal: expect.stringContaining("altered") };
      await expect(kms.unwrap(context, wrapped)).rejects.toMatchObject(altered);
      await expect(kms.wrap(context, key)).rejects.toMatchObject(altered);
    },
  );

  it.each([
    ["denied", "grant roles/cloudkms.cryptoKeyEncrypterDecrypter"],
    ["disabled", "the key's version is disabled or destroyed"],
  ] as const)("tells operators what to do when it is %s", async (fault, hint) => {
    const kms = create();
    await google.setFault(fault);
    await expect(kms.wrap(context, key)).rejects.toMatchObject({ internal: expect.stringContaining(hint) });
    await google.setFault(null);
  });

  it("makes a version, waits until it is enabled, and only then makes it the one that wraps", async () => {
    const kms = create();
    const { newest } = google.versions(google.names[0]);
    google.looksUntilEnabled = 3;
    expect(await kms.addVersion(null)).toMatchObject({ kind: "version", kid: "k1", version: String(newest + 1) });
    google.looksUntilEnabled = 0;
    expect(google.versions(google.names[0])).toEqual({ primary: newest + 1, newest: newest + 1 });
  });

  it.each([
    ["create", "cloudkms.cryptoKeyVersions.create", "Nothing was changed."],
    ["get", "cloudkms.cryptoKeyVersions.get", "was made and is not in use"],
    ["updatePrimaryVersion", "cloudkms.cryptoKeys.update", "was made and is not in use"],
  ] as const)(
    "says which permission is missing for %s, and what was done before",
    async (step, permission, already) => {
      const kms = create();
      const { primary } = google.versions(google.names[0]);
      google.deniedStep = step;
      google.looksUntilEnabled = 1;
      const error: any = await kms.addVersion(null).catch((thrown: unknown) => thrown);
      google.deniedStep = null;
      google.looksUntilEnabled = 0;
      expect(error).toMatchObject({ code: "forbidden", detail: expect.stringContaining(`grant ${permission} on`) });
      expect(error.detail).toContain(already);
      expect(google.versions(google.names[0]).primary).toBe(primary);
    },
  );

  it("does not say that a version is unused where the last step's answer is lost", async () => {
    const kms = create();
    const { newest } = google.versions(google.names[0]);
    await google.setFault("lost", 1, 1);
    const error: any = await kms.addVersion(null).catch((thrown: unknown) => thrown);
    await google.setFault(null);
    expect(error).toMatchObject({
      code: "kms_unavailable",
      detail: expect.stringContaining(`The version ${newest + 1} was made; look there whether it is the primary one`),
    });
    expect(error.detail).not.toContain("not in use");
    expect(google.versions(google.names[0]).primary).toBe(newest + 1);
  });

  it("takes a key that is not there for no broken value", async () => {
    const kms = createKms(google, [{ id: "k9", reference: `${google.names[0]}-gone` }]);
    const gone = { code: "kms_unavailable", internal: expect.stringContaining("no such key") };
    await expect(kms.unwrap(context, { kid: "k9", wrapped: Buffer.alloc(80) })).rejects.toMatchObject(gone);
  });
});

it("counts CRC-32C as RFC 3720 §B.4 has it", () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
});
