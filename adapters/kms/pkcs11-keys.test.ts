import { execFile } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { describeKms, environmentName, expectNothingOf, type NamedKeys } from "#test/kms/kms.contract";
import { makeToken, type MadeToken } from "#test/kms/make-token";
import type { Fault } from "#test/kms/start-fake";
import { temporaryDirectory } from "#test/temporary-directory";
import { systemRandomness } from "../system/system-randomness.ts";
import { createKeyedKms, type KeyRow } from "./keyed-kms.ts";
import type { KeyReference } from "./parse-key-references.ts";
import { createPkcs11Keys, libraryEnvironment } from "./pkcs11-keys.ts";
import { nextLabel } from "./pkcs11-token.ts";
import type { SecretSource } from "./read-kms-config.ts";

const labels = ["first key", "second key", "third key"] as const;
const wrongPin = "wrong-pin-0815";
/** Whatever loads in a process with this stops it in its tracks: it lives, and answers nothing. */
const stopped = { NODE_OPTIONS: "--import data:text/javascript,process.kill(process.pid,'SIGSTOP')" };

function createKms(
  token: MadeToken,
  shared: KeyRow<KeyReference>,
  options: {
    staging?: KeyRow<KeyReference> | undefined;
    deadlineMs?: number | undefined;
    pin?: SecretSource;
    environment?: Readonly<Record<string, string>>;
    slot?: { label: string } | { index: number };
  } = {},
) {
  const config = {
    module: token.library,
    slot: options.slot ?? { label: token.label },
    pin: options.pin ?? { from: "variable" as const, value: token.pin },
    // The first call starts a process, on a machine that may be busy.
    deadlineMs: options.deadlineMs ?? 30_000,
  };
  return createKeyedKms({
    keys: { shared, perEnvironment: new Map(options.staging === undefined ? [] : [["staging", options.staging]]) },
    environmentName,
    wrapper: createPkcs11Keys(config, systemRandomness, { ...token.environment, ...options.environment }),
  });
}

describeKms("PKCS#11 on SoftHSM2", ["unreachable", "denied", "silent"], async () => {
  const token = await makeToken();
  await token.makeKeys(...labels);
  let fault: Fault | null = null;
  const named = (keys: NamedKeys): KeyRow<KeyReference> =>
    keys.map(([id, key]) => ({ id, reference: labels[key] })) as unknown as KeyRow<KeyReference>;
  return {
    create: ({ shared, staging }, deadlineMs) =>
      createKms(token, named(shared), {
        deadlineMs,
        staging: staging === undefined ? undefined : named(staging),
        ...(fault === "denied" ? { pin: { from: "variable" as const, value: wrongPin } } : {}),
        ...(fault === "silent" ? { environment: stopped } : {}),
      }),
    async setFault(next) {
      fault = next;
      token.setPresent(next !== "unreachable");
    },
    lasting: ["denied", "silent"],
    rotation: { adds: "key", permission: "EVERGRANT_KMS_PIN" },
    secrets: [token.pin, wrongPin],
    close: async () => token.remove(),
  };
});

// Processes are started, on a machine that may be busy.
describe("PKCS#11", { timeout: 60_000 }, () => {
  let token: MadeToken;
  beforeAll(async () => {
    token = await makeToken();
    await token.makeKeys("one", "another", "twin", "twin", "unusable");
  }, 240_000);
  afterAll(() => token.remove());
  const context = { environmentId: "env_prod", purpose: "data_key" } as const;
  const key = Buffer.alloc(32, 5);
  const one: KeyRow<KeyReference> = [{ id: "k1", reference: "one" }];
  const unavailable = (words: string) => ({ code: "kms_unavailable", internal: expect.stringContaining(words) });

  it("logs in again when its session, or the whole library, is lost, with many operations under way", async () => {
    const script = fileURLToPath(new URL("../../test/kms/lose-sessions.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [script, token.library, token.label, token.pin, "one"],
      {
        env: token.environment,
      },
    );
    expect(JSON.parse(stdout)).toEqual({ sessionsClosed: 40, libraryEnded: 40, loggedOut: 40, found: true });
  });

  it("starts another process for the one that died, and nobody's call is lost", async () => {
    const kms = createKms(token, one);
    const wrapped = await kms.wrap(context, key);
    const [pid, ...others] = pidsOf(token);
    expect([typeof pid, others]).toEqual(["number", []]);
    const calls = Promise.all(Array.from({ length: 20 }, () => kms.unwrap(context, wrapped)));
    process.kill(pid ?? 0, "SIGKILL");
    for (const opened of await calls) expect(Buffer.from(opened ?? [])).toEqual(key);
    await vi.waitFor(() => expect(pidsOf(token)).not.toContain(pid), { timeout: 10_000 });
    await kms.close();
  });

  it("tries a refused PIN no second time, and takes the corrected one from its file", async () => {
    const path = join(temporaryDirectory(), "pin");
    writeFileSync(path, wrongPin);
    const kms = createKms(token, one, { pin: { from: "file", path } });
    await expect(kms.wrap(context, key)).rejects.toMatchObject(unavailable("CKR_PIN_INCORRECT"));
    await expect(kms.wrap(context, key)).rejects.toMatchObject(unavailable("it was refused before"));
    await vi.waitFor(() => expect(pidsOf(token)).toEqual([]), { timeout: 10_000 });
    writeFileSync(path, `${token.pin}\n`);
    expect(Buffer.from((await kms.unwrap(context, await kms.wrap(context, key))) ?? [])).toEqual(key);
    await kms.close();
  });

  it("takes nothing for broken under a key that may not be used, is not there, or is there twice", async () => {
    const { wrapped } = await createKms(token, one).wrap(context, key);
    for (const [label, words] of [
      ["unusable", "CKR_"],
      ["nobody", "no AES key labelled nobody"],
      ["twin", "several AES keys labelled twin"],
    ] as const) {
      const kms = createKms(token, [{ id: "k1", reference: label }]);
      await expect(kms.wrap(context, key), label).rejects.toMatchObject(unavailable(words));
      await expect(kms.unwrap(context, { kid: "k1", wrapped }), label).rejects.toMatchObject(unavailable(words));
      await kms.close();
    }
  });

  it("makes another key with the next free label, which wraps once it is in front", async () => {
    await token.makeKeys("tokens-1", "tokens-2");
    const kms = createKms(token, [{ id: "k1", reference: "tokens-1" }]);
    const before = await kms.wrap(context, key);
    expect(await kms.addVersion(null)).toEqual({ kind: "key", kid: "k1", reference: "tokens-3" });
    expect((await kms.wrap(context, key)).kid).toBe("k1");
    const next = createKms(token, [
      { id: "k2", reference: "tokens-3" },
      { id: "k1", reference: "tokens-1" },
    ]);
    const moved = await next.rewrap(context, before);
    expect(moved?.kid).toBe("k2");
    if (moved !== null) expect(Buffer.from((await next.unwrap(context, moved)) ?? [])).toEqual(key);
    await Promise.all([kms.close(), next.close()]);
  });

  it.each([
    ["tokens-1", "tokens-2"],
    ["tokens-09", "tokens-10"],
    ["tokens", "tokens-2"],
    ["7", "8"],
  ])("names what comes beside %s %s", (label, next) => expect(nextLabel(label)).toBe(next));

  it("finds its token by label or by its place", async () => {
    const byPlace = createKms(token, one, { slot: { index: 0 } });
    const wrapped = await byPlace.wrap(context, key);
    expect(Buffer.from((await createKms(token, one).unwrap(context, wrapped)) ?? [])).toEqual(key);
    const other = createKms(token, one, { slot: { label: "another" } });
    await expect(other.wrap(context, key)).rejects.toMatchObject(unavailable("no token labelled another"));
  });

  it("says that a file is no library, and nothing of the PIN", async () => {
    const path = join(temporaryDirectory(), "library.so");
    writeFileSync(path, "not one");
    const kms = createKms({ ...token, library: path }, one);
    const error: unknown = await kms.wrap(context, key).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(unavailable("can't be loaded as a PKCS#11 library"));
    expectNothingOf(error, [token.pin, key]);
  });
});

it("gives the library's process what libraries read, and nothing of ours", () => {
  const kept = libraryEnvironment({
    NODE_ENV: "test",
    PATH: "/bin",
    SOFTHSM2_CONF: "/etc/softhsm2.conf",
    AWS_REGION: "eu-central-1",
    EVERGRANT_KMS_PIN: "4711",
    EVERGRANT_SECRET: "s",
    DATABASE_URL: "postgres://",
    MIGRATION_DATABASE_URL: "postgres://",
    PGPASSWORD: "p",
    METRICS_TOKEN: "m",
    NODE_OPTIONS: "--inspect",
  });
  expect(Object.keys(kept).toSorted()).toEqual(["AWS_REGION", "NODE_ENV", "PATH", "SOFTHSM2_CONF"]);
});

/** Processes of the library, of this token alone. */
function pidsOf(token: MadeToken): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
        const environ = readFileSync(`/proc/${name}/environ`, "utf8");
        return (
          command.includes("pkcs11-process.ts") &&
          environ.includes(`SOFTHSM2_CONF=${token.environment["SOFTHSM2_CONF"]}\0`)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}
