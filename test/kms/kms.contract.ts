import { inspect } from "node:util";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DomainError } from "#core/domain/problem/domain-error";
import type { ClosableKms, KeyRow } from "#adapters/kms/keyed-kms";
import type { WrapContext } from "#core/ports/kms";
import type { Fault } from "./start-fake.ts";

/** Names of our own for keys, and which of the harness's three keys (0 to 2) each is. */
export type NamedKeys = KeyRow<readonly [id: string, key: 0 | 1 | 2]>;

/** Environments of every harness, by id. */
export const environments: ReadonlyMap<string, string> = new Map([
  ["env_prod", "production"],
  ["env_prod2", "production-two"],
  ["env_stage", "staging"],
]);
export const environmentName = async (id: string): Promise<string | null> => environments.get(id) ?? null;

export interface KmsHarness {
  /** A process's KMS over the harness's keys. @param deadlineMs by default a long one: a test's machine may be busy */
  create(keys: { readonly shared: NamedKeys; readonly staging?: NamedKeys }, deadlineMs?: number): ClosableKms;
  /** @param times after so many requests it is well again; always by default */
  setFault(fault: Fault | null, times?: number): Promise<void>;
  /** Faults that a process does not get over: another one is started once they are mended. None by default. */
  readonly lasting?: readonly Fault[];
  /** How many requests it got, where it counts them. */
  readonly requests?: () => number;
  /** How it adds versions; null: whoever wraps with its keys makes none. */
  readonly rotation: {
    readonly adds: "version" | "key";
    /** What an operator is told to grant when it is denied. */
    readonly permission: string;
    /** Faults that it has no words of its own for. */
    readonly alsoDenied?: readonly Fault[];
  } | null;
  /** PINs and tokens, which stand in no error. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

const data: WrapContext = { environmentId: "env_prod", purpose: "data_key" };
const tenant: WrapContext = { environmentId: "env_prod", purpose: "tenant_key", owner: "tk_1" };
const plainOf = (bytes: Uint8Array | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));

/**
 * What every KMS does, whoever runs it.
 *
 * @param faults what can go wrong with it
 */
export function describeKms(name: string, faults: readonly Fault[], open: () => Promise<KmsHarness>): void {
  // Each costs little; a machine that is busy with others may be slower by far.
  describe(`${name} as a KMS`, { timeout: 60_000 }, () => {
    let harness: KmsHarness;
    const made: ClosableKms[] = [];
    const create: KmsHarness["create"] = (keys, deadlineMs) => {
      const kms = harness.create(keys, deadlineMs);
      made.push(kms);
      return kms;
    };
    let one: ClosableKms;
    let rotated: ClosableKms;
    beforeAll(async () => {
      harness = await open();
      one = create({ shared: [["k1", 0]] });
      rotated = create({
        shared: [
          ["k2", 1],
          ["k1", 0],
        ],
      });
    }, 240_000);
    afterAll(async () => {
      await Promise.all(made.map((kms) => kms.close()));
      await harness?.close();
    });

    it("opens what it wrapped, and says under which key", async () => {
      const key = randomBytes(32);
      const wrapped = await one.wrap(data, key);
      expect(wrapped.kid).toBe("k1");
      expect(Buffer.from(wrapped.wrapped).includes(key)).toBe(false);
      expect(plainOf(await one.unwrap(data, wrapped))).toEqual(key);
    });

    it("leaves the key that it wraps as it was", async () => {
      const key = randomBytes(32);
      const copy = Buffer.from(key);
      await one.wrap(tenant, key);
      expect(key).toEqual(copy);
    });

    it("never wraps a key alike twice (H3)", async () => {
      const key = randomBytes(32);
      const all = await Promise.all(Array.from({ length: 20 }, () => one.wrap(data, key)));
      expect(new Set(all.map(({ wrapped }) => Buffer.from(wrapped).toString("hex"))).size).toBe(20);
    });

    it("wraps keys of 32 bytes and nothing else", async () => {
      for (const length of [0, 16, 31, 33])
        await expect(one.wrap(data, randomBytes(length))).rejects.toThrow("32 bytes");
    });

    it.each<[string, WrapContext]>([
      ["another environment", { ...tenant, environmentId: "env_prod2" }],
      ["another purpose", { ...tenant, purpose: "data_key" }],
      ["another owner", { ...tenant, owner: "tk_2" }],
      ["no owner", { environmentId: "env_prod", purpose: "tenant_key" }],
      ["a data key without an owner", data],
    ])("does not open as one of %s, and does not wrap it anew", async (_name, other) => {
      const wrapped = await one.wrap(tenant, randomBytes(32));
      expect(await one.unwrap(other, wrapped)).toBeNull();
      expect(await rotated.rewrap(other, wrapped)).toBeNull();
    });

    it("takes an empty owner for none", async () => {
      const wrapped = await one.wrap({ ...data, owner: "" }, randomBytes(32));
      expect(await one.unwrap(data, wrapped)).not.toBeNull();
    });

    it("opens nothing with any byte changed", async () => {
      const { kid, wrapped } = await one.wrap(data, randomBytes(32));
      const opened = await Promise.all(
        Array.from(wrapped, async (byte, at) => {
          const changed = Uint8Array.from(wrapped);
          changed[at] = byte ^ (at % 2 === 0 ? 0x01 : 0x80);
          return (await one.unwrap(data, { kid, wrapped: changed })) === null ? [] : [at];
        }),
      );
      expect(opened.flat()).toEqual([]);
    });

    it("opens nothing that was cut or lengthened", async () => {
      const { kid, wrapped } = await one.wrap(data, randomBytes(32));
      const lengths = [0, 1, 4, 8, 12, 16, 28, 44, wrapped.length - 16, wrapped.length - 1];
      for (const length of lengths) {
        expect(await one.unwrap(data, { kid, wrapped: wrapped.subarray(0, length) }), `${length} bytes`).toBeNull();
        expect(await rotated.rewrap(data, { kid, wrapped: wrapped.subarray(0, length) }), `${length} bytes`).toBeNull();
      }
      expect(await one.unwrap(data, { kid, wrapped: Buffer.concat([wrapped, Buffer.of(0)]) })).toBeNull();
    });

    it("opens with the key that is named and tries no other (H4)", async () => {
      const { wrapped } = await one.wrap(data, randomBytes(32));
      expect(await rotated.unwrap(data, { kid: "k2", wrapped })).toBeNull();
      expect(await rotated.unwrap(data, { kid: "unknown", wrapped })).toBeNull();
      expect(await rotated.rewrap(data, { kid: "k2", wrapped })).toBeNull();
      expect(await rotated.rewrap(data, { kid: "unknown", wrapped })).toBeNull();
    });

    it("wraps with its first key, and opens with all", async () => {
      const key = randomBytes(32);
      const before = await one.wrap(data, key);
      const now = await rotated.wrap(data, key);
      expect([before.kid, now.kid]).toEqual(["k1", "k2"]);
      for (const wrapped of [before, now]) expect(plainOf(await rotated.unwrap(data, wrapped))).toEqual(key);
    });

    it.each([
      ["data key", data],
      ["tenant key", tenant],
    ])("wraps a %s anew under the current key, so that the old one can go (R42)", async (_name, context) => {
      const key = randomBytes(32);
      const rewrapped = await rotated.rewrap(context, await one.wrap(context, key));
      if (rewrapped === null) throw new Error("it did not open");
      expect(rewrapped.kid).toBe("k2");
      const withoutOld = create({ shared: [["k2", 1]] });
      expect(plainOf(await withoutOld.unwrap(context, rewrapped))).toEqual(key);
    });

    it("wraps anew what the current key wrapped, too", async () => {
      const key = randomBytes(32);
      const first = await one.wrap(data, key);
      const again = await one.rewrap(data, first);
      if (again === null) throw new Error("it did not open");
      expect(again.kid).toBe("k1");
      expect(Buffer.from(again.wrapped).equals(Buffer.from(first.wrapped))).toBe(false);
      expect(plainOf(await one.unwrap(data, again))).toEqual(key);
    });

    it("gives an environment its own keys, though they have the same name (R41)", async () => {
      const both = create({ shared: [["k1", 0]], staging: [["k1", 2]] });
      const stage: WrapContext = { ...data, environmentId: "env_stage" };
      const key = randomBytes(32);
      const ofProduction = await both.wrap(data, key);
      const ofStaging = await both.wrap(stage, key);
      expect(plainOf(await both.unwrap(stage, ofStaging))).toEqual(key);
      expect(await both.unwrap(stage, ofProduction)).toBeNull();
      expect(await both.unwrap(data, ofStaging)).toBeNull();
      expect(await one.unwrap(stage, ofStaging)).toBeNull();
    });

    it("can't answer for an environment that it does not know (R43)", async () => {
      const nowhere: WrapContext = { ...data, environmentId: "env_nobody" };
      const wrapped = await one.wrap(data, randomBytes(32));
      const unknown = { code: "kms_unavailable" };
      await expect(one.wrap(nowhere, randomBytes(32))).rejects.toMatchObject(unknown);
      await expect(one.unwrap(nowhere, wrapped)).rejects.toMatchObject(unknown);
      await expect(one.rewrap(nowhere, wrapped)).rejects.toMatchObject(unknown);
    });

    it("describes its keys by their names alone", async () => {
      const described = await create({
        shared: [
          ["k2", 1],
          ["k1", 0],
        ],
        staging: [["s1", 2]],
      }).describe();
      expect(described).toEqual([
        { id: "k2", state: "current", environment: null },
        { id: "k1", state: "opens", environment: null },
        { id: "s1", state: "current", environment: "staging" },
      ]);
    });

    it.each(faults)("says kms_unavailable when it is %s, at each step, and nothing of a key (R43)", async (fault) => {
      const key = randomBytes(32);
      const wrapped = await one.wrap(data, key);
      // A silent one costs each call its deadline.
      const keys: { shared: NamedKeys } = {
        shared: [
          ["k2", 1],
          ["k1", 0],
        ],
      };
      await harness.setFault(fault);
      const failing = create(keys, fault === "silent" ? 400 : 3_000);
      try {
        const calls = [failing.wrap(data, key), failing.unwrap(data, wrapped), failing.rewrap(data, wrapped)];
        for (const outcome of await Promise.allSettled(calls)) {
          if (outcome.status === "fulfilled") throw new Error(`it answered ${inspect(outcome.value)}`);
          const error = outcome.reason as DomainError;
          expect(error).toBeInstanceOf(DomainError);
          expect(error).toMatchObject({ code: "kms_unavailable", status: 503, cause: undefined });
          expect(error.detail).toBe("The key service does not answer. Nothing was changed; try again shortly.");
          expect(error.internal).toMatch(/ with k[12]: ./);
          expectNothingOf(error, [key, ...harness.secrets]);
        }
      } finally {
        await harness.setFault(null);
      }
      const after = harness.lasting?.includes(fault) === true ? create(keys) : failing;
      expect(plainOf(await after.unwrap(data, wrapped))).toEqual(key);
    });

    const rotationOf = () => {
      if (harness.rotation === null) throw new Error("it adds no versions");
      return harness.rotation;
    };

    it("adds a version to the key that wraps now, or a key beside it, and opens what was wrapped before (R42)", async () => {
      if (harness.rotation === null) {
        await expect(one.addVersion(null)).rejects.toMatchObject({ code: "invalid_request" });
        return;
      }
      const key = randomBytes(32);
      const before = await rotated.wrap(data, key);
      const added = await rotated.addVersion(null);
      expect(added).toMatchObject({ kind: rotationOf().adds, kid: "k2" });
      const after = await rotated.wrap(data, key);
      expect(after.kid).toBe("k2");
      const moved = await rotated.rewrap(data, before);
      if (moved === null) throw new Error("it did not open");
      for (const wrapped of [before, after, moved]) expect(plainOf(await rotated.unwrap(data, wrapped))).toEqual(key);
    });

    it("adds one to an environment's own key, and to none where it has none of its own", async () => {
      const both = create({ shared: [["k1", 0]], staging: [["s1", 2]] });
      const nobody = { code: "invalid_request", detail: expect.stringContaining("no keys of its own") };
      await expect(both.addVersion("production")).rejects.toMatchObject(nobody);
      if (harness.rotation !== null) expect(await both.addVersion("staging")).toMatchObject({ kid: "s1" });
    });

    it.each(faults)(
      "says what keeps it from adding a version when it is %s, and nothing of a secret",
      async (fault) => {
        const { permission, alsoDenied = [] } = rotationOf();
        await harness.setFault(fault);
        const failing = create({ shared: [["k1", 0]] }, fault === "silent" ? 100 : 3_000);
        try {
          const error: unknown = await failing.addVersion(null).catch((thrown: unknown) => thrown);
          expect(error).toBeInstanceOf(DomainError);
          const { code, detail } = error as DomainError;
          if (fault === "denied" || alsoDenied.includes(fault)) {
            expect([code, detail]).toEqual(["forbidden", expect.stringContaining(permission)]);
            expect(detail).toContain("Nothing was changed.");
          } else {
            expect(code).toBe("kms_unavailable");
            // Nobody was asked who could not be reached; who never answers may have done it.
            const changed = fault === "silent" ? "Whether it has one now is not known" : "Nothing was changed.";
            expect(detail).toContain(changed);
          }
          expectNothingOf(error, harness.secrets);
        } finally {
          await harness.setFault(null);
        }
      },
    );

    /** Of those that a server of ours stands for: they throttle, and their requests are counted. */
    const throttling = faults.filter((fault) => fault === "throttled");
    const requests = (): number => {
      if (harness.requests === undefined) throw new Error("nobody counts the requests");
      return harness.requests();
    };

    it.each(throttling)("tries again while it is %s", async (fault) => {
      const key = randomBytes(32);
      await harness.setFault(fault, 2);
      const from = requests();
      const wrapped = await one.wrap(data, key);
      expect(requests() - from).toBeGreaterThanOrEqual(3);
      await harness.setFault(fault, 2);
      expect(plainOf(await one.unwrap(data, wrapped))).toEqual(key);
      await harness.setFault(fault, 2);
      expect(await one.rewrap(data, wrapped)).toMatchObject({ kid: "k1" });
      await harness.setFault(null);
    });

    it.each(throttling)("asks for a version once, though it is %s: one too many stays for ever", async (fault) => {
      await one.wrap(data, randomBytes(32));
      await harness.setFault(fault, 1);
      const from = requests();
      await expect(one.addVersion(null)).rejects.toMatchObject({
        code: "kms_unavailable",
        detail: expect.stringContaining("Nothing was changed."),
      });
      expect(requests() - from).toBe(1);
      await harness.setFault(null);
    });

    it.each(throttling)("asks once, and says that it does not know, where the answer is lost (not %s)", async () => {
      const adding = create({ shared: [["k1", 0]] });
      await adding.wrap(data, randomBytes(32));
      await harness.setFault("lost", 1);
      const from = requests();
      await expect(adding.addVersion(null)).rejects.toMatchObject({
        code: "kms_unavailable",
        detail: expect.stringContaining("Whether it has one now is not known"),
      });
      expect(requests() - from).toBe(1);
      await harness.setFault(null);
    });

    it.each(throttling)("does not try again what it was denied, as it does when it is %s", async () => {
      const wrapped = await one.wrap(data, randomBytes(32));
      await harness.setFault("denied");
      const from = requests();
      await expect(one.unwrap(data, wrapped)).rejects.toMatchObject({ code: "kms_unavailable" });
      expect(requests() - from).toBe(1);
      await harness.setFault(null);
    });
  });
}

/** Not in its words, its stack, its members or its causes, and in no encoding. */
export function expectNothingOf(error: unknown, secrets: readonly (string | Buffer)[]): void {
  const shown = inspect(error, { depth: 12, showHidden: true, maxArrayLength: null, maxStringLength: null });
  for (const secret of secrets) {
    const forms =
      typeof secret === "string"
        ? [secret]
        : (["hex", "base64", "base64url", "latin1"] as const).map((one) => secret.toString(one));
    for (const form of forms) expect(shown).not.toContain(form);
  }
}
