import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeApiKey } from "#core/domain/access/api-key";
import { DomainError } from "#core/domain/problem/domain-error";
import type { ApiKey } from "#core/ports/api-key-store";
import type { AccessStore } from "#adapters/postgres/access-store";
import { createSecretDigests } from "#adapters/system/secret-digests";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createRecordingMetrics } from "#test/fakes/recording-metrics";
import { createAdmission } from "./admission.ts";
import { createAuthenticator } from "./authenticate.ts";

const digests = createSecretDigests(randomBytes(32));
const good = makeApiKey(randomBytes(32));
const record: ApiKey = {
  id: "key_good",
  environmentId: "env_a",
  environment: "production",
  name: "test",
  lastFour: good.slice(-4),
  permissions: ["accounts:read"],
  tenantIds: [],
  integrationNames: [],
  addresses: [],
  expiresAt: null,
  revokedAt: null,
  stoppedAt: null,
  stoppedBy: null,
  lastUsedAt: null,
  createdBy: "test",
  createdAt: new Date(),
};

function open(rateLimit: number | null = null) {
  const asked: string[] = [];
  const database = { isAway: false };
  const goodDigest = Buffer.from(digests.digest("api_key", good)).toString("hex");
  const access = {
    async findUsableKey(digest: Uint8Array) {
      const text = Buffer.from(digest).toString("hex");
      asked.push(text);
      if (database.isAway) throw new DomainError("database_unavailable", { detail: "away" });
      return text === goodDigest ? record : null;
    },
    touchKey: async () => {},
  } as Partial<AccessStore> as AccessStore;
  const log = createRecordingLog();
  const audit = { append: async () => {} };
  const metrics = createRecordingMetrics();
  const unused = {} as never;
  const { callerByKey, knownByKey } = createAuthenticator({
    access,
    environments: unused,
    digests,
    signIn: unused,
    pagePass: unused,
    admission: createAdmission({ rateLimit, trustedProxies: [], audit, log }),
    publicUrl: "http://127.0.0.1:3000",
    log,
    metrics,
  });
  const call = async (key: string, address = "198.51.100.1"): Promise<string> => {
    const request = { socket: { remoteAddress: address }, headers: {} } as unknown as IncomingMessage;
    return await callerByKey(`Bearer ${key}`, request).then(
      (caller) => caller.id,
      (error: { code: string }) => error.code,
    );
  };
  /** As the token door does: at once where that goes, and the route after it asks again about the same request. */
  const callAtOnce = async (key: string): Promise<readonly [known: string | null, again: string]> => {
    const request = { socket: { remoteAddress: "198.51.100.1" }, headers: {} } as unknown as IncomingMessage;
    let known: string | null;
    try {
      known = knownByKey(`Bearer ${key}`, request)?.id ?? null;
    } catch (error) {
      known = (error as { code: string }).code;
    }
    return [
      known,
      await callerByKey(`Bearer ${key}`, request).then(
        (caller) => caller.id,
        (error: { code: string }) => error.code,
      ),
    ];
  };
  return { asked, call, callAtOnce, database, metrics };
}

const unknownKey = () => makeApiKey(randomBytes(32));
const count = (answers: readonly string[], answer: string) => answers.filter((one) => one === answer).length;

// What is remembered, and how buckets fill, goes by this clock alone.
beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => vi.useRealTimers());

describe("an API key", () => {
  it("that is mistyped is refused without a query (F4)", async () => {
    const { asked, call, metrics } = open();
    const mistyped = `${good.slice(0, -1)}${good.endsWith("0") ? "1" : "0"}`;
    for (const key of [mistyped, "", "evg_short", good.toUpperCase(), `${good}x`]) {
      expect(await call(key)).toBe("unauthorized");
    }
    expect(asked).toEqual([]);
    expect(metrics.told).toEqual(Array.from({ length: 5 }, () => ["keyRejected", "malformed"]));
    await call(unknownKey());
    expect(metrics.told.at(-1)).toEqual(["keyRejected", "not_in_force"]);
  });

  it("is looked up once in a while, whoever asks, be it known or not", async () => {
    const { asked, call } = open();
    const other = unknownKey();
    for (let index = 0; index < 20; index += 1) {
      expect(await call(good)).toBe("key_good");
      expect(await call(other)).toBe("unauthorized");
    }
    expect(asked).toHaveLength(2);
    vi.advanceTimersByTime(800);
    await call(good);
    expect(asked).toHaveLength(3);
  });

  it("that nobody knows costs a query a hundred times, then ten a second", async () => {
    const { asked, call } = open();
    const flood = async () => await Promise.all(Array.from({ length: 1_000 }, () => call(unknownKey())));
    const serial = async () => {
      const answers = [];
      for (let index = 0; index < 1_000; index += 1) answers.push(await call(unknownKey()));
      return answers;
    };
    const answers = await serial();
    expect([count(answers, "unauthorized"), count(answers, "rate_limited")]).toEqual([100, 900]);
    expect(asked).toHaveLength(100);
    vi.advanceTimersByTime(1_000);
    expect(count(await serial(), "unauthorized")).toBe(10);
    vi.advanceTimersByTime(60_000);
    expect(count(await flood(), "unauthorized")).toBe(100);
    expect(asked).toHaveLength(210);
  });

  it("that was in force a moment ago is looked up in the middle of a flood from its own address, and others from theirs", async () => {
    const { call } = open();
    expect(await call(good)).toBe("key_good");
    for (let index = 0; index < 200; index += 1) await call(unknownKey());
    vi.advanceTimersByTime(800);
    for (let index = 0; index < 200; index += 1) await call(unknownKey());
    expect(await call(good)).toBe("key_good");
    expect(await call(unknownKey(), "198.51.100.2")).toBe("unauthorized");
  });

  it("that nobody can look up is not taken for one that is not known", async () => {
    const { call, database } = open();
    database.isAway = true;
    for (let index = 0; index < 300; index += 1) expect(await call(good)).toBe("database_unavailable");
    database.isAway = false;
    expect(await call(good)).toBe("key_good");
    // While it hangs no more are on their way than a flood may send.
    database.isAway = true;
    const flood = await Promise.all(Array.from({ length: 300 }, () => call(unknownKey())));
    expect([count(flood, "database_unavailable"), count(flood, "rate_limited")]).toEqual([100, 200]);
  });

  it("of one IPv6 network is one", async () => {
    const { call } = open();
    for (let index = 0; index < 100; index += 1) await call(unknownKey(), `2001:db8:1:2:${index.toString(16)}::1`);
    expect(await call(unknownKey(), "2001:db8:1:2::77")).toBe("rate_limited");
    expect(await call(unknownKey(), "2001:db8:1:3::77")).toBe("unauthorized");
  });

  it("is known at once while it was found a moment ago, and never else", async () => {
    const { call, callAtOnce, database } = open();
    expect(await callAtOnce(good)).toEqual([null, "key_good"]);
    expect(await callAtOnce(good)).toEqual(["key_good", "key_good"]);
    const other = unknownKey();
    await call(other);
    for (const key of [other, "", "evg_short", `${good}x`])
      expect(await callAtOnce(key)).toEqual([null, "unauthorized"]);
    vi.advanceTimersByTime(800);
    database.isAway = true;
    expect(await callAtOnce(good)).toEqual([null, "database_unavailable"]);
  });

  it("that is known at once counts once for its request, like any other", async () => {
    const { call, callAtOnce } = open(50);
    await call(good);
    const answers = [];
    for (let index = 0; index < 150; index += 1) answers.push(await callAtOnce(good));
    expect(
      count(
        answers.map(([known]) => known ?? ""),
        "key_good",
      ),
    ).toBe(99);
    expect(answers.at(-1)).toEqual(["rate_limited", "rate_limited"]);
  });

  it("has its rate, twice that at once", async () => {
    const { call } = open(50);
    const answers = async () => await Promise.all(Array.from({ length: 300 }, () => call(good)));
    expect(count(await answers(), "key_good")).toBe(100);
    vi.advanceTimersByTime(1_000);
    expect(count(await answers(), "key_good")).toBe(50);
  });
});
