import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startFaultServer, type FaultBehaviour, type FaultServer } from "#lab/start-fault-server";
import { defineFaulty, importAccounts, makeDue, until } from "./faulty-integration.ts";
import { expireToken, startStack, type Answer, type Stack } from "./start-stack.ts";
import { waitForReads } from "./wait-for-reads.ts";

// The cases by which the engine is told to be right, one test each, through the API on the real processes.

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ apis: 2 });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

let integrations = 0;

/** Accounts of a new integration, whose token endpoint is a fault server of their own. Their tokens have an hour to live. */
async function accountsAt(on: Stack, count: number): Promise<{ server: FaultServer; ids: string[]; name: string }> {
  integrations += 1;
  const name = `case-${integrations}`;
  const server = await startFaultServer();
  onTestFinished(() => server.close());
  await defineFaulty(on, name, server);
  return { server, ids: await importAccounts(on, name, count), name };
}

async function accountAt(on: Stack): Promise<{ server: FaultServer; id: string; name: string }> {
  const { ids, ...rest } = await accountsAt(on, 1);
  return { ...rest, id: ids[0] ?? "" };
}

const read = (id: string, api = 0): Promise<Answer> =>
  stack.call("GET", `/integrated-accounts/${id}/token`, undefined, { api });
const accountOf = async (on: Stack, id: string): Promise<Answer["body"]> =>
  (await on.call("GET", `/integrated-accounts/${id}`)).body;
const attemptsOf = async (on: Stack, id: string): Promise<Answer["body"]> =>
  (await on.call("GET", `/integrated-accounts/${id}/refresh-attempts`)).body.data;

/** Makes a token of an hour have so much left. */
async function leave(seconds: number, id: string): Promise<void> {
  await stack.database.pool.query(
    `UPDATE integrated_account
        SET expires_at = now() + make_interval(secs => $2), issued_at = now() + make_interval(secs => $2 - 3600)
      WHERE id = $1`,
    [id, seconds],
  );
}

const json = (body: Record<string, unknown>, status = 200, headers: Record<string, string> = {}): FaultBehaviour => ({
  kind: "json",
  status,
  body,
  headers,
});
const tokens = (name: string, refreshToken: string | null): FaultBehaviour =>
  json({
    access_token: `access-${name}`,
    ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
    token_type: "Bearer",
    expires_in: 3600,
  });
const sentTokens = (server: FaultServer): (string | undefined)[] =>
  server.requests.map(({ form }) => form["refresh_token"]);

describe("on the way of a caller", () => {
  test("expiry: 25 s left is expired with a 30 s buffer, 120 s is not", async () => {
    const { server, ids, name } = await accountsAt(stack, 2);
    const [short = "", long = ""] = ids;
    await leave(25, short);
    await leave(120, long);
    const [renewed, kept] = [await read(short), await read(long)];
    expect(renewed).toMatchObject({
      status: 200,
      body: { credential_version: 2, access_token: "fault-access-token-1" },
    });
    expect(kept).toMatchObject({ status: 200, body: { credential_version: 1, access_token: `access-${name}-1` } });
    expect(sentTokens(server)).toEqual([`refresh-${name}-0`]);
  });

  test("merge: keeps the refresh token that an answer leaves out, and overwrites it by one that an answer brings", async () => {
    const { server, id, name } = await accountAt(stack);
    server.respondWith([tokens("one", null), tokens("two", "the-second"), tokens("three", null), tokens("four", null)]);
    for (const expected of ["one", "two", "three", "four"]) {
      await expireToken(stack.database, id);
      expect((await read(id)).body.access_token).toBe(`access-${expected}`);
    }
    const first = `refresh-${name}-0`;
    expect(sentTokens(server)).toEqual([first, first, "the-second", "the-second"]);
  });

  test("classification: a 503 is retried and blames nobody, invalid_grant ends the grant", async () => {
    const { server, ids } = await accountsAt(stack, 2);
    const [unlucky = "", dead = ""] = ids;
    for (const id of ids) await expireToken(stack.database, id);
    server.respondWith([{ kind: "html", status: 503 }, json({ error: "invalid_grant" }, 400)]);
    expect(await read(unlucky)).toMatchObject({ status: 502, body: { code: "provider_error" } });
    expect(await read(dead)).toMatchObject({ status: 409, body: { code: "needs_reauth" } });
    expect(await accountOf(stack, unlucky)).toMatchObject({ status: "active", last_error: { code: "transient" } });
    expect(await accountOf(stack, dead)).toMatchObject({ status: "needs_reauth", last_error: { code: "reauthorize" } });
    const [outage] = await attemptsOf(stack, unlucky);
    expect(outage).toMatchObject({ outcome: "transient", rule: "http.5xx", http_status: 503 });
    // Three hours, give or take a tenth.
    const pause = (Date.parse(outage.next_attempt_at) - Date.parse(outage.finished_at)) / 1000;
    expect(pause).toBeGreaterThan(10_800 * 0.9 - 60);
    expect(pause).toBeLessThan(10_800 * 1.1 + 60);
    const [verdict] = await attemptsOf(stack, dead);
    expect(verdict).toMatchObject({ outcome: "reauthorize", rule: "rfc6749.invalid_grant", next_attempt_at: null });
  });

  test("an on-demand refresh of an expired account without an alarm schedules one", async () => {
    const { id } = await accountAt(stack);
    await expireToken(stack.database, id);
    await stack.database.pool.query("UPDATE integrated_account SET refresh_due_at = NULL WHERE id = $1", [id]);
    expect((await accountOf(stack, id)).refresh_due_at).toBeNull();
    expect(await read(id)).toMatchObject({ status: 200, body: { credential_version: 2 } });
    const { expires_at, refresh_due_at } = await accountOf(stack, id);
    const before = (Date.parse(expires_at) - Date.parse(refresh_due_at)) / 1000;
    expect(before).toBeGreaterThanOrEqual(60);
    expect(before).toBeLessThanOrEqual(180);
    expect((await attemptsOf(stack, id))[0]).toMatchObject({ reason: "on_demand", next_attempt_at: refresh_due_at });
  });

  test("a forced refresh before expiry renews the token, and says what it did", async () => {
    const account = await stack.connect("tenant-force", "katherine");
    const path = `/integrated-accounts/${account.id}`;
    const before = await stack.call("GET", `${path}/token`);
    expect(before.body.expires_in).toBeGreaterThan(60);
    const refreshed = await stack.call("POST", `${path}/refresh`);
    expect(refreshed).toMatchObject({ status: 200, body: { credential_version: 2 } });
    const after = await stack.call("GET", `${path}/token`);
    expect(after.headers.get("cache-control")).toBe("no-store");
    expect(after.body.access_token).not.toBe(before.body.access_token);
    expect(after.body).toMatchObject({ token_type: "Bearer", credential_version: 2 });
    const me = await fetch(`${stack.lab.origin}/api/me`, {
      headers: { authorization: `Bearer ${after.body.access_token}` },
    });
    expect(me.status).toBe(200);
    const [attempt] = await attemptsOf(stack, account.id);
    expect(attempt).toMatchObject({ reason: "forced", outcome: "refreshed", http_status: 200 });
    expect(attempt.explanation).toContain("a new refresh token replaced the old one");
  });

  test("10 simultaneous requests: exactly one provider request, and 10 equal valid tokens", async () => {
    const { server, id } = await accountAt(stack);
    await expireToken(stack.database, id);
    const { promise: allThere, resolve: letGo } = Promise.withResolvers<void>();
    server.respondWith({ kind: "hold", until: allThere });
    const reads = Array.from({ length: 10 }, (_, index) => read(id, index % 2));
    await waitForReads(stack, id, 10);
    letGo();
    const answers = await Promise.all(reads);
    const token = { access_token: "fault-access-token-1", token_type: "Bearer", credential_version: 2 };
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 200, body: token });
      expect(answer.body.expires_in).toBeGreaterThan(3000);
      expect(answer.body).not.toHaveProperty("refresh");
    }
    expect(server.requests).toHaveLength(1);
    expect(await attemptsOf(stack, id)).toMatchObject([{ reason: "on_demand", outcome: "refreshed", waiters: 9 }]);
  });

  test("two accounts are refreshed in parallel", async () => {
    const { server, ids } = await accountsAt(stack, 2);
    for (const id of ids) await expireToken(stack.database, id);
    const { promise: bothThere, resolve: letGo } = Promise.withResolvers<void>();
    // Answered only when both requests are there at once: refreshes one after the other would never end.
    server.respondWith(() => {
      if (server.requests.length === 2) letGo();
      return { kind: "hold", until: bothThere };
    });
    const answers = await Promise.all(ids.map((id) => read(id)));
    expect(answers.map((answer) => [answer.status, answer.body.credential_version])).toEqual([
      [200, 2],
      [200, 2],
    ]);
  });

  test("a token endpoint that hangs for 45 s: the account is free again after at most 30 s, and the next caller succeeds", async () => {
    const { server, id } = await accountAt(stack);
    await expireToken(stack.database, id);
    server.respondWith([
      { ...json({ error: "too_late" }, 500), delayMs: 45_000 } as FaultBehaviour,
      tokens("next", null),
    ]);
    const hung = read(id);
    await server.nextRequest();
    const leaseOf = async () =>
      (
        await stack.database.pool.query<{ is_leased: boolean; lease_seconds: number | null }>(
          `SELECT lease_until IS NOT NULL AND attempt_id IS NOT NULL AS is_leased,
                  extract(epoch FROM lease_until - attempt_started_at)::float8 AS lease_seconds
             FROM integrated_account WHERE id = $1`,
          [id],
        )
      ).rows[0];
    // Whatever becomes of its holder, the lease ends by itself …
    expect(await leaseOf()).toEqual({ is_leased: true, lease_seconds: 30 });
    expect(await hung).toMatchObject({ status: 504, body: { code: "provider_timeout" } });
    // … and its holder gave it back before.
    expect(await leaseOf()).toEqual({ is_leased: false, lease_seconds: null });
    expect(await read(id)).toMatchObject({ status: 200, body: { access_token: "access-next", credential_version: 2 } });
    const [replay, lost] = await attemptsOf(stack, id);
    expect(lost).toMatchObject({ outcome: "in_doubt", rule: "network.answer_lost" });
    expect(replay).toMatchObject({ outcome: "refreshed" });
    // The promise itself, by the database's clock: from the claim to its end, and to the next caller's claim.
    const seconds = (until: string): number => (Date.parse(until) - Date.parse(lost.started_at)) / 1000;
    expect(seconds(lost.finished_at)).toBeLessThanOrEqual(30);
    expect(seconds(replay.started_at)).toBeLessThanOrEqual(30);
  }, 120_000);

  test("429 with Retry-After reaches the caller with normalised headers, and nobody asks again within it", async () => {
    const { server, id } = await accountAt(stack);
    await expireToken(stack.database, id);
    const resetAt = Math.ceil(Date.now() / 1000) + 90;
    server.respondWith(
      json({ error: "slow_down" }, 429, {
        "Retry-After": "120",
        "X-RateLimit-Limit": "100",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": String(resetAt),
      }),
    );
    const limited = await read(id);
    expect(limited).toMatchObject({
      status: 429,
      body: { code: "rate_limited", source: "provider", integrated_account_id: id },
    });
    expect(limited.headers.get("content-type")).toBe("application/problem+json");
    const told = (name: string): number => Number(limited.headers.get(name));
    expect(told("retry-after")).toBeGreaterThan(90);
    expect(told("retry-after")).toBeLessThanOrEqual(120);
    expect(limited.headers.get("ratelimit-limit")).toBe("100");
    expect(limited.headers.get("ratelimit-remaining")).toBe("0");
    // An instant came, seconds go out.
    expect(told("ratelimit-reset")).toBeGreaterThan(60);
    expect(told("ratelimit-reset")).toBeLessThanOrEqual(91);
    expect(limited.headers.get("ratelimit")).toBe(`"default";r=0;t=${told("ratelimit-reset")}`);
    expect(limited.headers.get("ratelimit-policy")).toBe('"default";q=100');
    expect(server.requests).toHaveLength(1);

    for (const api of [0, 1]) {
      const again = await read(id, api);
      expect(again).toMatchObject({ status: 429, body: { code: "rate_limited", source: "provider" } });
      expect(Number(again.headers.get("retry-after"))).toBeLessThanOrEqual(told("retry-after"));
    }
    expect(server.requests).toHaveLength(1);
    const [attempt, ...others] = await attemptsOf(stack, id);
    expect(attempt).toMatchObject({ outcome: "rate_limited", rule: "http.429", http_status: 429 });
    expect(others).toEqual([]);
    const wait = (Date.parse(attempt.next_attempt_at) - Date.parse(attempt.started_at)) / 1000;
    expect(wait).toBeGreaterThanOrEqual(120);
  });
});

describe("on the way of the worker", () => {
  let working: Stack;

  beforeAll(async () => {
    working = await startStack({ worker: true, accessTokenSeconds: 300 });
  });
  afterAll(async () => {
    await working[Symbol.asyncDispose]();
  });

  const sweep = async (): Promise<void> =>
    void (await working.database.pool.query("SELECT graphile_worker.add_job('sweep', job_key => 'sweep-of-test')"));
  const jobs = async (key: string): Promise<number> =>
    (await working.database.pool.query("SELECT FROM graphile_worker.jobs WHERE key = $1", [key])).rowCount ?? 0;

  test("the alarm rings 60 to 180 s before a 5-minute expiry, and the token is refreshed with no failed call", async () => {
    const account = await working.connect("tenant", "ada");
    const before = (Date.parse(account.expires_at) - Date.parse(account.refresh_due_at)) / 1000;
    expect(before).toBeGreaterThanOrEqual(60);
    expect(before).toBeLessThanOrEqual(180);
    // Time passes: all but the last two seconds before the alarm.
    await working.database.pool.query(
      `UPDATE integrated_account
          SET issued_at = issued_at - shift, expires_at = expires_at - shift, refresh_due_at = refresh_due_at - shift
         FROM (SELECT refresh_due_at - now() - interval '2 seconds' AS shift FROM integrated_account WHERE id = $1) AS passed
        WHERE id = $1`,
      [account.id],
    );
    // The row is the alarm: its job was made for another time.
    await working.database.pool.query("DELETE FROM graphile_worker._private_jobs WHERE key = $1", [
      `refresh:${account.id}`,
    ]);
    await sweep();
    const statuses = new Set<number>();
    await until(async () => {
      const token = await working.call("GET", `/integrated-accounts/${account.id}/token`);
      statuses.add(token.status);
      return token.body.credential_version === 2;
    }, 50);
    expect([...statuses]).toEqual([200]);
    expect(await attemptsOf(working, account.id)).toMatchObject([{ reason: "alarm", outcome: "refreshed" }]);
    expect(working.lab.stats()).toMatchObject({ reuse_detected: 0, invalid_grants: 0 });
  }, 120_000);

  test("invalid_grant leads to needs_reauth with one event, no alarm and no job, however many meet it", async () => {
    const { server, id, name } = await accountAt(working);
    server.respondWith(json({ error: "invalid_grant", error_description: "revoked" }, 400));
    await makeDue(working, name, { expired: true });
    await sweep();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => working.call("GET", `/integrated-accounts/${id}/token`)),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 409, body: { code: "needs_reauth", integrated_account_id: id } });
    }
    // What the sweep made of the alarm has run, and what a sweep makes of the account now as well.
    for (let time = 0; time < 2; time += 1) {
      await until(async () => (await jobs("sweep-of-test")) === 0 && (await jobs(`refresh:${id}`)) === 0);
      if (time === 0) await sweep();
    }
    expect(await accountOf(working, id)).toMatchObject({ status: "needs_reauth", refresh_due_at: null });
    const { rows: left } = await working.database.pool.query(
      "SELECT FROM graphile_worker._private_jobs WHERE payload->>'account_id' = $1",
      [id],
    );
    expect(left).toEqual([]);
    const { rows: events } = await working.database.pool.query(
      "SELECT event_type, payload FROM event WHERE account_id = $1 ORDER BY sequence",
      [id],
    );
    expect(events.map((event) => event.event_type)).toEqual([
      "integrated_account:created",
      "integrated_account:authentication_error",
    ]);
    expect(events[1].payload).toMatchObject({ id, status: "needs_reauth", last_error: "invalid_grant: revoked" });
    expect(server.requests).toHaveLength(1);
    expect(await attemptsOf(working, id)).toMatchObject([{ outcome: "reauthorize", next_attempt_at: null }]);
  }, 120_000);
});
