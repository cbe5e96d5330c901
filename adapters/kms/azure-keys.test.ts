import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAzure, type FakeAzure } from "#test/kms/start-azure";
import { describeKms, environmentName, type NamedKeys } from "#test/kms/kms.contract";
import { systemRandomness } from "../system/system-randomness.ts";
import { createAzureKeys } from "./azure-keys.ts";
import { createKeyedKms, type KeyRow } from "./keyed-kms.ts";
import type { KeyReference } from "./parse-key-references.ts";

function createKms(
  azure: FakeAzure,
  shared: KeyRow<KeyReference>,
  staging?: KeyRow<KeyReference>,
  deadlineMs = 30_000,
) {
  const credential = { getToken: async () => ({ token: azure.token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  return createKeyedKms({
    keys: { shared, perEnvironment: new Map(staging === undefined ? [] : [["staging", staging]]) },
    environmentName,
    wrapper: createAzureKeys({ ca: azure.ca, deadlineMs }, systemRandomness, {
      credential,
      // A vault's own name ends in the resource that its challenge names; this one's is an address.
      client: { disableChallengeResourceVerification: true },
    }),
  });
}

describeKms("Azure", ["unreachable", "throttled", "denied", "disabled", "silent"], async () => {
  const azure = await startAzure();
  const named = (keys: NamedKeys): KeyRow<KeyReference> =>
    keys.map(([id, key]) => ({ id, reference: azure.urls[key] })) as unknown as KeyRow<KeyReference>;
  return {
    create: ({ shared, staging }, deadlineMs) =>
      createKms(azure, named(shared), staging === undefined ? undefined : named(staging), deadlineMs),
    setFault: azure.setFault,
    requests: () => azure.requests,
    rotation: { adds: "version", permission: "keys/rotate", alsoDenied: ["disabled"] },
    secrets: [azure.token],
    close: azure.close,
  };
});

describe("Azure Key Vault", () => {
  let azure: FakeAzure;
  beforeAll(async () => {
    azure = await startAzure();
  });
  afterAll(() => azure.close());
  const context = { environmentId: "env_prod", purpose: "data_key" } as const;
  const key = Buffer.alloc(32, 5);
  const open = async (kms: ReturnType<typeof createKms>, wrapped: { kid: string; wrapped: Uint8Array }) => {
    const opened = await kms.unwrap(context, wrapped);
    return opened === null ? null : Buffer.from(opened);
  };

  it("opens with the version that wrapped, though the key has a newer one, and wraps with the newest", async () => {
    const reference = azure.urls[0];
    const before = await createKms(azure, [{ id: "k1", reference }]).wrap(context, key);
    const version = azure.rotate(reference);
    const kms = createKms(azure, [{ id: "k1", reference }]);
    const now = await kms.wrap(context, key);
    expect(Buffer.from(now.wrapped).subarray(0, 16).toString("hex")).toBe(version);
    expect(Buffer.from(before.wrapped).subarray(0, 16).toString("hex")).not.toBe(version);
    expect([await open(kms, before), await open(kms, now)]).toEqual([key, key]);
    const moved = await kms.rewrap(context, before);
    expect(
      Buffer.from(moved?.wrapped ?? [])
        .subarray(0, 16)
        .toString("hex"),
    ).toBe(version);
  });

  it("adds a version that this process wraps with at once, and says for how long others may not", async () => {
    const kms = createKms(azure, [{ id: "k1", reference: azure.urls[0] }]);
    await kms.wrap(context, key);
    const added = await kms.addVersion(null);
    const wrapped = await kms.wrap(context, key);
    const version = Buffer.from(wrapped.wrapped).subarray(0, 16).toString("hex");
    expect(added).toEqual({ kind: "version", kid: "k1", version, wait: expect.stringContaining("every 5 minutes") });
  });

  it("adds none to a key that is named with a version, and says what to do", async () => {
    const reference = `${azure.urls[0]}/${azure.rotate(azure.urls[0])}`;
    const from = azure.requests;
    await expect(createKms(azure, [{ id: "k1", reference }]).addVersion(null)).rejects.toMatchObject({
      code: "invalid_request",
      detail: expect.stringContaining(`Name it ${azure.urls[0]} in EVERGRANT_KMS_KEYS`),
    });
    expect(azure.requests).toBe(from);
  });

  it("tells who may wrap and may not rotate what to grant", async () => {
    const kms = createKms(azure, [{ id: "k1", reference: azure.urls[0] }]);
    await kms.wrap(context, key);
    azure.mayRotate = false;
    await expect(kms.addVersion(null)).rejects.toMatchObject({
      code: "forbidden",
      detail: expect.stringContaining("Microsoft.KeyVault/vaults/keys/rotate/action"),
    });
    azure.mayRotate = true;
  });

  it("wraps with the version that is named, whichever is the newest", async () => {
    const version = azure.rotate(azure.urls[1]);
    azure.rotate(azure.urls[1]);
    const kms = createKms(azure, [{ id: "k1", reference: `${azure.urls[1]}/${version}` }]);
    const wrapped = await kms.wrap(context, key);
    expect(Buffer.from(wrapped.wrapped).subarray(0, 16).toString("hex")).toBe(version);
    expect(await open(kms, wrapped)).toEqual(key);
  });

  it("needs one call for each wrap and unwrap, once it knows the newest version and has a token", async () => {
    const kms = createKms(azure, [{ id: "k1", reference: azure.urls[0] }]);
    const wrapped = await kms.wrap(context, key);
    await kms.unwrap(context, wrapped);
    const from = azure.requests;
    await kms.wrap(context, key);
    await kms.unwrap(context, wrapped);
    expect(azure.requests - from).toBe(2);
  });

  it("takes a deleted key for no broken value, but a version that never was for one", async () => {
    const kms = createKms(azure, [{ id: "k1", reference: azure.urls[2] }]);
    const wrapped = await kms.wrap(context, key);
    const altered = Buffer.from(wrapped.wrapped);
    altered[3] = (altered[3] ?? 0) ^ 1;
    expect(await kms.unwrap(context, { kid: "k1", wrapped: altered })).toBeNull();
    azure.remove(azure.urls[2]);
    const gone = { code: "kms_unavailable", internal: expect.stringContaining("may be deleted: recover it") };
    await expect(kms.unwrap(context, wrapped)).rejects.toMatchObject(gone);
    await expect(kms.unwrap(context, { kid: "k1", wrapped: altered })).rejects.toMatchObject(gone);
    await expect(kms.wrap(context, key)).rejects.toMatchObject(gone);
  });

  it.each(["denied", "disabled"] as const)("tells operators where to look when it is %s", async (fault) => {
    const kms = createKms(azure, [{ id: "k1", reference: azure.urls[0] }]);
    await azure.setFault(fault);
    const hint = { internal: expect.stringContaining("denied, or the key is disabled or expired") };
    await expect(kms.wrap(context, key)).rejects.toMatchObject(hint);
    await azure.setFault(null);
  });
});
