import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTransit, type FakeTransit } from "#test/kms/start-transit";
import { describeKms, environmentName, type NamedKeys } from "#test/kms/kms.contract";
import { temporaryDirectory } from "#test/temporary-directory";
import { systemRandomness } from "../system/system-randomness.ts";
import { createKeyedKms, type KeyRow } from "./keyed-kms.ts";
import type { KeyReference } from "./parse-key-references.ts";
import type { SecretSource } from "./read-kms-config.ts";
import { createTransitKeys } from "./transit-keys.ts";
import { createTransitToken } from "./transit-token.ts";

const firstToken = "hvs.token-of-the-test";
const names = ["one", "two", "three"] as const;

function createKms(
  transit: FakeTransit,
  shared: KeyRow<KeyReference>,
  options: { staging?: KeyRow<KeyReference> | undefined; deadlineMs?: number | undefined; token?: SecretSource } = {},
) {
  const config = {
    endpoint: transit.origin,
    namespace: transit.namespace,
    mount: "transit",
    token: options.token ?? { from: "variable" as const, value: firstToken },
    ca: null,
    deadlineMs: options.deadlineMs ?? 30_000,
  };
  return createKeyedKms({
    keys: { shared, perEnvironment: new Map(options.staging === undefined ? [] : [["staging", options.staging]]) },
    environmentName,
    wrapper: createTransitKeys(config, systemRandomness),
  });
}

describeKms("Transit", ["unreachable", "throttled", "denied", "disabled", "silent"], async () => {
  const transit = await startTransit(firstToken);
  const named = (keys: NamedKeys): KeyRow<KeyReference> =>
    keys.map(([id, key]) => ({ id, reference: names[key] })) as unknown as KeyRow<KeyReference>;
  return {
    create: ({ shared, staging }, deadlineMs) =>
      createKms(transit, named(shared), { deadlineMs, staging: staging === undefined ? undefined : named(staging) }),
    setFault: transit.setFault,
    requests: () => transit.requests,
    rotation: { adds: "version", permission: 'path "transit/keys/one/rotate" { capabilities = ["update"] }' },
    secrets: [firstToken],
    close: transit.close,
  };
});

describe("Transit", () => {
  let transit: FakeTransit;
  beforeAll(async () => {
    transit = await startTransit(firstToken);
  });
  afterAll(() => transit.close());
  const context = { environmentId: "env_prod", purpose: "data_key" } as const;
  const key = Buffer.alloc(32, 5);
  const k1: KeyRow<KeyReference> = [{ id: "k1", reference: "one" }];
  const unavailable = (words: string) => ({ code: "kms_unavailable", internal: expect.stringContaining(words) });

  it("opens what older versions of a key wrapped, and wraps it anew inside under the newest", async () => {
    const kms = createKms(transit, k1);
    const wrapped = await kms.wrap(context, key);
    transit.rotate("one");
    const from = transit.requests;
    const moved = await kms.rewrap(context, wrapped);
    expect(transit.requests - from).toBe(1);
    if (moved === null) throw new Error("it did not open");
    expect(Buffer.from(moved.wrapped).readUInt32BE(0)).toBe(Buffer.from(wrapped.wrapped).readUInt32BE(0) + 1);
    for (const one of [wrapped, moved]) expect(Buffer.from((await kms.unwrap(context, one)) ?? [])).toEqual(key);
  });

  it.each(["now", "older"] as const)(
    "says which version wraps from now on, of a server that answers as %s",
    async (as) => {
      const kms = createKms(transit, [{ id: "k3", reference: "three" }]);
      const before = Buffer.from((await kms.wrap(context, key)).wrapped).readUInt32BE(0);
      transit.rotations = as;
      const added = await kms.addVersion(null);
      transit.rotations = "now";
      expect(added).toEqual({ kind: "version", kid: "k3", version: String(before + 1), wait: null });
      expect(Buffer.from((await kms.wrap(context, key)).wrapped).readUInt32BE(0)).toBe(before + 1);
    },
  );

  it.each([
    ["denied", "forbidden", 'path "transit/keys/one/rotate" { capabilities = ["update"] }'],
    ["imported", "invalid_request", "allow_rotation"],
  ] as const)("tells apart a rotation that is %s", async (state, code, words) => {
    const kms = createKms(transit, k1);
    const { wrapped } = await kms.wrap(context, key);
    transit.rotations = state;
    await expect(kms.addVersion(null)).rejects.toMatchObject({ code, detail: expect.stringContaining(words) });
    transit.rotations = "now";
    expect(Buffer.from((await kms.wrap(context, key)).wrapped).readUInt32BE(0)).toBe(
      Buffer.from(wrapped).readUInt32BE(0),
    );
  });

  it.each([
    ["sealed", "Nothing was changed."],
    ["behind", "Whether it has one now is not known"],
  ] as const)("tells a server that is sealed from one behind a proxy that lost it (%s)", async (state, words) => {
    const kms = createKms(transit, k1);
    transit.rotations = state;
    await expect(kms.addVersion(null)).rejects.toMatchObject({
      code: "kms_unavailable",
      detail: expect.stringContaining(words),
    });
    transit.rotations = "now";
  });

  it("takes nothing for broken that a version opens which is not there, or not allowed", async () => {
    const kms = createKms(transit, [{ id: "k2", reference: "two" }]);
    const first = await kms.wrap(context, key);
    transit.rotate("two");
    const second = await kms.wrap(context, key);
    transit.setMinimum("two", 2);
    await expect(kms.unwrap(context, first)).rejects.toMatchObject(unavailable("lower min_decryption_version"));
    transit.setMinimum("two", 1);
    transit.forgetVersion("two");
    await expect(kms.unwrap(context, second)).rejects.toMatchObject(unavailable("version is too new"));
    expect(Buffer.from((await kms.unwrap(context, first)) ?? [])).toEqual(key);
  });

  it("takes a key that is not there for no broken value", async () => {
    const wrapped = await createKms(transit, k1).wrap(context, key);
    const kms = createKms(transit, [{ id: "k1", reference: "nobody" }]);
    await expect(kms.unwrap(context, wrapped)).rejects.toMatchObject(unavailable("EVERGRANT_KMS_MOUNT"));
  });

  it("takes a token that an agent has put into its file, when the old one is refused", async () => {
    const path = join(temporaryDirectory(), "token");
    writeFileSync(path, "hvs.short-lived\n");
    transit.tokens.set("hvs.short-lived", { ttl: 0, renewable: false, renewals: 0 });
    const kms = createKms(transit, k1, { token: { from: "file", path } });
    const wrapped = await kms.wrap(context, key);
    transit.tokens.delete("hvs.short-lived");
    await expect(kms.unwrap(context, wrapped)).rejects.toMatchObject(unavailable("the token is over"));
    writeFileSync(path, firstToken);
    expect(Buffer.from((await kms.unwrap(context, wrapped)) ?? [])).toEqual(key);
  });

  it("says that the token's file is gone, and not what was in it", async () => {
    const kms = createKms(transit, k1, { token: { from: "file", path: join(temporaryDirectory(), "none") } });
    await expect(kms.wrap(context, key)).rejects.toMatchObject(unavailable("EVERGRANT_KMS_TOKEN_FILE"));
  });

  it("looks its token up and renews it at half its life", async () => {
    const token = { ttl: 2, renewable: true, renewals: 0 };
    transit.tokens.set("hvs.renewed", token);
    const kms = createKms(transit, k1, { token: { from: "variable", value: "hvs.renewed" } });
    await kms.wrap(context, key);
    await vi.waitFor(() => expect(token.renewals).toBeGreaterThanOrEqual(2), { timeout: 15_000, interval: 100 });
    await kms.close();
  });
});

describe("the token of Transit", () => {
  it("is renewed again and again where renewing fails, while there is time, and not after it is closed", async () => {
    vi.useFakeTimers();
    try {
      const renewedAt: number[] = [];
      const from = Date.now();
      const token = createTransitToken(
        { from: "variable", value: "t" },
        {
          lookUp: async () => ({ secondsLeft: 80, isRenewable: true }),
          renew: async () => {
            renewedAt.push((Date.now() - from) / 1000);
            throw new Error("away");
          },
        },
      );
      await token.read();
      await vi.advanceTimersByTimeAsync(76_000);
      expect(renewedAt).toEqual([40, 60, 70, 75]);
      token.close();
      await vi.advanceTimersByTimeAsync(80_000);
      expect(renewedAt).toHaveLength(4);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ["it has no end", { secondsLeft: 0, isRenewable: true }],
    ["it can't be renewed", { secondsLeft: 80, isRenewable: false }],
    ["nobody knows its life", null],
  ])("is left alone when %s", async (_name, life) => {
    vi.useFakeTimers();
    try {
      const renew = vi.fn<() => Promise<null>>(async () => null);
      const token = createTransitToken({ from: "variable", value: "t" }, { lookUp: async () => life, renew });
      await token.read();
      await vi.advanceTimersByTimeAsync(200_000);
      expect(renew).not.toHaveBeenCalled();
    } finally {
      vi.useRealTimers();
    }
  });
});
