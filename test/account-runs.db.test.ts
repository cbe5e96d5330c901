// One act on many accounts, on real processes: what becomes of each, killed and resumed, for whom, and by whom.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startFaultServer, type FaultBehaviour, type FaultServer } from "#lab/start-fault-server";
import { wakeRuns } from "#adapters/postgres/account-runs/run-jobs";
import { findFreePort } from "#scripts/ports";
import { defineFaulty, importAccounts, numberedAnswers } from "./faulty-integration.ts";
import { makeKey } from "./make-key.ts";
import { makeAdministrator, signInAs } from "./sign-in-as.ts";
import { startProcess, type StartedProcess } from "./start-process.ts";
import { startStack, type Stack } from "./start-stack.ts";
import { callAs } from "./two-owners.ts";

const name = "crowd";
const { answer } = numberedAnswers();
const dead: FaultBehaviour = { kind: "json", status: 400, body: { error: "invalid_grant" } };

let stack: Stack;
let server: FaultServer;
let worker: StartedProcess;

const startWorker = async (): Promise<StartedProcess> =>
  await startProcess("worker/main.ts", { ...stack.env, WORKER_PORT: String(await findFreePort()) });

beforeAll(async () => {
  [stack, server] = await Promise.all([startStack(), startFaultServer()]);
  server.respondWith(answer);
  await defineFaulty(stack, name, server);
  worker = await startWorker();
});
afterEach(async () => {
  server.respondWith(answer);
  await stack.database.pool.query("UPDATE account_run SET state = 'cancelled' WHERE state IN ('running', 'paused')");
});
afterAll(async () => {
  await worker.stop();
  await stack[Symbol.asyncDispose]();
  await server.close();
});

const inOrder = (texts: readonly string[]): string[] => texts.toSorted((a, b) => a.localeCompare(b));

const tenantOf = (what: string) => ({ tenant: (index: number): string => `${what}-${index}` });
const run = async (id: string): Promise<any> => (await stack.call("GET", `/account-runs/${id}`)).body;

async function runUntil(id: string, isReached: (run: any) => boolean): Promise<any> {
  for (;;) {
    const found = await run(id);
    if (isReached(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const isOver = ({ state }: any): boolean => state === "done" || state === "cancelled";

async function resultsOf(id: string, query = ""): Promise<any[]> {
  const all: any[] = [];
  let cursor = "";
  do {
    const { body } = await stack.call("GET", `/account-runs/${id}/results?limit=7${query}${cursor}`);
    all.push(...body.data);
    cursor = body.next_cursor === null ? "" : `&cursor=${body.next_cursor}`;
  } while (cursor !== "");
  return all;
}

async function recordsOf(action: string, target: string): Promise<any[]> {
  const { rows } = await stack.database.pool.query(
    "SELECT actor, account_id, detail FROM audit_event WHERE action = $1 AND target = $2",
    [action, target],
  );
  return rows;
}

test("a refresh of all that a filter finds: each has one result, and what it can't be done to is said", async () => {
  const ids = await importAccounts(stack, name, 20, tenantOf("found"));
  const [gone = "", ended = "", ...rest] = ids;
  await stack.call("DELETE", `/integrated-accounts/${ended}`);
  const wanted = { action: "refresh", filter: { search: "found" } };
  expect((await stack.call("POST", "/account-runs/preview", wanted)).body).toEqual({
    total: 20,
    most: 100_000,
    by_status: { connecting: 0, active: 19, needs_reauth: 0, disconnected: 1 },
    held: 0,
  });

  // More than somebody has seen are not acted on, and nothing is begun.
  const refused = await stack.call("POST", "/account-runs", { ...wanted, at_most: 19 });
  expect(refused).toMatchObject({ status: 409, body: { code: "conflict" } });

  await worker.stop();
  const started = await stack.call("POST", "/account-runs", {
    ...wanted,
    at_most: 20,
    reason: "Outage is over",
    pace: 100,
  });
  expect(started).toMatchObject({
    status: 202,
    body: {
      action: "refresh",
      state: "running",
      total: 20,
      done: 0,
      filter: { search: "found" },
      reason: "Outage is over",
    },
  });
  const { id } = started.body;
  await stack.database.pool.query("DELETE FROM integrated_account WHERE id = $1", [gone]);
  worker = await startWorker();
  expect(await runUntil(id, isOver)).toMatchObject({
    state: "done",
    done: 18,
    failed: 0,
    skipped: 2,
    seconds_left: null,
    finished_at: expect.any(String),
  });

  const results = await resultsOf(id);
  expect(inOrder(results.map((one) => one.integrated_account_id))).toEqual(inOrder(ids));
  const of = (account: string) => results.find((one) => one.integrated_account_id === account);
  expect(of(gone)).toMatchObject({ outcome: "skipped", code: "gone", tenant_id: null });
  expect(of(ended)).toMatchObject({ outcome: "skipped", code: "disconnected", tenant_id: "found-1" });
  for (const one of rest) {
    expect(of(one)).toMatchObject({ outcome: "done", code: null, tenant_id: expect.stringMatching(/^found-/) });
    expect((await stack.call("GET", `/integrated-accounts/${one}`)).body.credential_version).toBe(2);
  }
  expect(await resultsOf(id, "&outcome=skipped")).toHaveLength(2);
  // The act on each account, and the run's own.
  expect(await recordsOf("account_run.acted", id)).toHaveLength(20);
  expect(await recordsOf("account_run.started", id)).toMatchObject([
    { detail: { action: "refresh", total: 20, reason: "Outage is over", filter: '{"search":"found"}' } },
  ]);
  expect(await recordsOf("account_run.ended", id)).toMatchObject([{ detail: { done: 18, failed: 0, skipped: 2 } }]);
});

test("a worker that is killed twice and stopped once: every account is refreshed once, and has one result", async () => {
  const ids = await importAccounts(stack, name, 120, tenantOf("killed"));
  const asked = server.requests.length;
  const { body } = await stack.call("POST", "/account-runs", { action: "refresh", ids, pace: 40 });
  for (const [index, reached] of [15, 45, 75].entries()) {
    await runUntil(body.id, (found) => found.done >= reached);
    if (index < 2) await worker.kill();
    else await worker.stop();
    // What half a minute and the next cron do.
    await stack.database.pool.query(
      "UPDATE account_run SET claimed_until = now() - interval '1 second' WHERE id = $1",
      [body.id],
    );
    await wakeRuns(stack.database.pool);
    worker = await startWorker();
  }
  const ended = await runUntil(body.id, isOver);
  const results = await resultsOf(body.id);
  expect(inOrder(results.map((one) => one.integrated_account_id))).toEqual(inOrder(ids));
  expect(ended.done + ended.failed + ended.skipped).toBe(120);
  expect(inOrder((await recordsOf("account_run.acted", body.id)).map((one) => one.account_id))).toEqual(inOrder(ids));
  // What a killed worker had sent and not heard of is in doubt, and settled by the engine; nothing else was asked twice.
  const { rows } = await stack.database.pool.query<{ attempts: number; doubtful: number }>(
    `SELECT count(*)::int AS attempts, count(*) FILTER (WHERE outcome IN ('in_doubt', 'superseded') OR outcome IS NULL)::int AS doubtful
       FROM refresh_attempt WHERE account_id = ANY ($1)`,
    [ids],
  );
  expect(rows[0]?.attempts).toBeLessThanOrEqual(120 + 2 * (rows[0]?.doubtful ?? 0));
  expect(server.requests.length - asked).toBeLessThanOrEqual(rows[0]?.attempts ?? 0);
});

test("a failure is that account's alone, with the code that it would have had by itself", async () => {
  const ids = await importAccounts(stack, name, 6, tenantOf("dead"));
  server.respondWith(dead);
  const { body } = await stack.call("POST", "/account-runs", { action: "refresh", ids: ids.slice(0, 2), pace: 100 });
  expect(await runUntil(body.id, isOver)).toMatchObject({ state: "done", done: 0, failed: 2, skipped: 0 });
  for (const one of await resultsOf(body.id, "&outcome=failed")) {
    expect(one).toMatchObject({
      outcome: "failed",
      code: "needs_reauth",
      detail: expect.stringContaining("grant is dead"),
    });
  }
  for (const id of ids.slice(0, 2)) {
    expect((await stack.call("GET", `/integrated-accounts/${id}`)).body.status).toBe("needs_reauth");
  }
});

test("pause, another pace, resume, cancel: what is left is left alone", async () => {
  const ids = await importAccounts(stack, name, 30, tenantOf("paused"));
  const { body } = await stack.call("POST", "/account-runs", { action: "refresh", ids, pace: 4 });
  const { id } = body;
  await runUntil(id, ({ done }) => done >= 2);
  expect((await stack.call("PATCH", `/account-runs/${id}`, { state: "paused" })).body).toMatchObject({
    state: "paused",
    seconds_left: null,
  });
  expect(await stack.call("PATCH", `/account-runs/${id}`, { state: "paused" })).toMatchObject({ status: 409 });
  // The accounts in hand when it was told.
  let before = await run(id);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const after = await run(id);
    if (after.done === before.done) break;
    before = after;
  }
  expect(before.done).toBeLessThan(30);
  expect((await stack.call("PATCH", `/account-runs/${id}`, { state: "running", pace: 50 })).body).toMatchObject({
    state: "running",
    pace: 50,
  });
  await runUntil(id, ({ done }) => done > before.done);
  expect((await stack.call("PATCH", `/account-runs/${id}`, { state: "cancelled" })).status).toBe(200);
  expect(await stack.call("PATCH", `/account-runs/${id}`, { state: "running" })).toMatchObject({ status: 409 });
  expect(await run(id)).toMatchObject({ state: "cancelled", finished_at: expect.any(String) });
  expect(inOrder((await recordsOf("account_run.changed", id)).map(({ detail }) => detail.command))).toEqual([
    "cancel",
    "pause",
    "resume",
  ]);
});

test("links are whoever's began the run, work, and are stored nowhere", async () => {
  const account = await stack.connect("tenant-links", "ada");
  const { body } = await stack.call("POST", "/account-runs", { action: "reauthorization_links", ids: [account.id] });
  expect(await runUntil(body.id, isOver)).toMatchObject({ state: "done", done: 1 });
  const { key: other } = await makeKey(stack, "--permissions", "accounts:read,links:write");
  expect(await stack.call("GET", `/account-runs/${body.id}/links`, undefined, { key: other })).toMatchObject({
    status: 403,
    body: { code: "forbidden" },
  });
  const links = await stack.call("GET", `/account-runs/${body.id}/links`);
  expect(links.headers.get("cache-control")).toBe("no-store");
  expect(links.body.data).toMatchObject([{ integrated_account_id: account.id, tenant_id: "tenant-links" }]);
  // Read again they are the same, and each reading is recorded.
  expect((await stack.call("GET", `/account-runs/${body.id}/links`)).body).toEqual(links.body);
  expect(await recordsOf("account_run.links_read", body.id)).toHaveLength(2);
  expect(await recordsOf("account_run.acted", body.id)).toMatchObject([{ account_id: account.id }]);
  const { url } = links.body.data[0];
  const token = url.slice(url.lastIndexOf("/") + 1);
  const { rows } = await stack.database.pool.query(
    "SELECT r::text || a::text AS text FROM account_run_result r, account_run a WHERE r.run_id = a.id",
  );
  for (const { text } of rows) expect(text).not.toContain(token);
  expect(JSON.stringify(await resultsOf(body.id))).not.toContain("lt_");

  expect(await stack.walk(url, "ada")).toMatchObject({ status: "connected" });
  // A link that was used is no more.
  expect((await stack.call("GET", `/account-runs/${body.id}/links`)).body).toEqual({ data: [], next_cursor: null });
});

test("held accounts are let go, and asked about again", async () => {
  const ids = await importAccounts(stack, name, 3, tenantOf("held"));
  await stack.database.pool.query(
    `UPDATE integrated_account SET hold = '{"reason": "mass_failure", "at": "2026-11-20T10:00:00Z"}', refresh_due_at = NULL WHERE id = ANY ($1)`,
    [ids.slice(0, 2)],
  );
  const { body } = await stack.call("POST", "/account-runs", { action: "release", ids, pace: 100 });
  expect(await runUntil(body.id, isOver)).toMatchObject({ done: 2, skipped: 1 });
  expect(await resultsOf(body.id, "&outcome=skipped")).toMatchObject([
    { integrated_account_id: ids[2], code: "not_held" },
  ]);
  for (const id of ids.slice(0, 2)) {
    expect((await stack.call("GET", `/integrated-accounts/${id}`)).body).toMatchObject({
      hold: null,
      refresh_due_at: expect.any(String),
    });
  }
});

test("a disconnect asks a person who it is, and not a key", async () => {
  const ids = await importAccounts(stack, name, 2, tenantOf("ended"));
  const session = await signInAs(stack, "olga@example.com", "operator");
  await stack.database.pool.query("UPDATE admin_session SET confirmed_at = now() - interval '1 day'");
  const wanted = { action: "disconnect", ids };
  expect(await callAs(stack, session, "POST", "/account-runs", wanted)).toMatchObject({
    status: 403,
    body: { code: "step_up_required" },
  });
  // What can be done again asks nobody.
  expect((await callAs(stack, session, "POST", "/account-runs", { ...wanted, action: "refresh" })).status).toBe(202);
  const { body, status } = await stack.call("POST", "/account-runs", wanted);
  expect(status).toBe(202);
  expect(await runUntil(body.id, isOver)).toMatchObject({ done: 2 });
  for (const one of await resultsOf(body.id)) expect(one).toMatchObject({ outcome: "done", code: "not_supported" });
  const { rows } = await stack.database.pool.query(
    "SELECT DISTINCT actor FROM audit_event WHERE action = 'account.transitioned' AND account_id = ANY ($1) AND detail ->> 'to' = 'disconnected'",
    [ids],
  );
  expect(rows).toMatchObject([{ actor: body.created_by }]);
});

test("a disconnect that is resumed asks a person who it is, as one that begins does", async () => {
  const ids = await importAccounts(stack, name, 2, tenantOf("resumed"));
  const session = await signInAs(stack, "otto@example.com", "operator");
  await worker.stop();
  const { body } = await stack.call("POST", "/account-runs", { action: "disconnect", ids });
  await stack.call("PATCH", `/account-runs/${body.id}`, { state: "paused" });
  await stack.database.pool.query("UPDATE admin_session SET confirmed_at = now() - interval '1 day'");
  expect(await callAs(stack, session, "PATCH", `/account-runs/${body.id}`, { state: "running" })).toMatchObject({
    status: 403,
    body: { code: "step_up_required" },
  });
  expect(await run(body.id)).toMatchObject({ state: "paused", resumed_by: null });
  await stack.database.pool.query("UPDATE admin_session SET confirmed_at = now()");
  expect((await callAs(stack, session, "PATCH", `/account-runs/${body.id}`, { state: "running" })).status).toBe(200);
  // Killed after it had erased one and before it could tell what became of its grant.
  await stack.call("DELETE", `/integrated-accounts/${ids[0]}`);
  await stack.database.pool.query(
    `UPDATE account_run_result SET seen = '{"version": 1, "fence": "1"}' WHERE run_id = $1 AND account_id = $2`,
    [body.id, ids[0]],
  );
  worker = await startWorker();
  expect(await runUntil(body.id, isOver)).toMatchObject({ done: 2, resumed_by: expect.stringMatching(/^usr_/) });
  const codes = (await resultsOf(body.id)).map((one) => [one.integrated_account_id, one.code]);
  expect(Object.fromEntries(codes)).toEqual({ [ids[0] ?? ""]: "unknown", [ids[1] ?? ""]: "not_supported" });
});

test("accounts behind an open breaker wait for it, and fail nothing", async () => {
  const ids = await importAccounts(stack, name, 3, tenantOf("behind"));
  await stack.database.pool.query(
    `INSERT INTO circuit (key, environment_id, integration_name, endpoint, state, cause, opened_at, probe_at)
     SELECT DISTINCT circuit_key, environment_id, integration_name, 'https://idp.example/token', 'open', 'provider', now(), now() + interval '1 hour'
       FROM integrated_account WHERE id = ANY ($1)
     ON CONFLICT (key) DO UPDATE SET state = 'open', cause = 'provider', opened_at = now(), probe_at = now() + interval '1 hour'`,
    [ids],
  );
  const { body } = await stack.call("POST", "/account-runs", { action: "refresh", ids, pace: 100 });
  const waiting = await runUntil(body.id, ({ last_error: why }) => why !== null);
  expect(waiting).toMatchObject({ state: "running", done: 0, failed: 0 });
  expect(waiting.last_error).toMatch(/^provider_unavailable: /);
  await stack.database.pool.query(
    "UPDATE circuit SET state = 'closed', cause = NULL, opened_at = NULL, probe_at = NULL",
  );
  await stack.database.pool.query("UPDATE account_run_result SET not_before = now() WHERE not_before IS NOT NULL");
  expect(await runUntil(body.id, isOver)).toMatchObject({ done: 3, failed: 0, last_error: null });
});

test("a run needs what its action needs, and ends at the limits of its key", async () => {
  const ids = await importAccounts(stack, name, 4, tenantOf("limit"));
  const keyFor = async (...options: string[]): Promise<string> =>
    (await makeKey(stack, "--permissions", ...options)).key;
  const reader = await keyFor("accounts:read");
  const inviter = await keyFor("accounts:read,links:write");
  const writer = await keyFor("accounts:read,accounts:write");
  const limited = await keyFor("accounts:read,accounts:write", "--tenants", "limit-0");
  const by = async (key: string, action: string, selection: object = { ids }) =>
    (await stack.call("POST", "/account-runs", { action, ...selection }, { key })).status;
  expect(await by(reader, "refresh")).toBe(403);
  expect(await by(reader, "reauthorization_links")).toBe(403);
  expect(await by(inviter, "refresh")).toBe(403);
  expect(await by(inviter, "reauthorization_links")).toBe(202);
  expect(await by(writer, "reauthorization_links")).toBe(403);
  expect(await by(writer, "release")).toBe(202);

  // What the key is not for is not there for it.
  expect(await by(limited, "refresh")).toBe(422);
  const own = await stack.call(
    "POST",
    "/account-runs",
    { action: "refresh", filter: { integration_name: name } },
    { key: limited },
  );
  expect(own).toMatchObject({ status: 202, body: { total: 1 } });
  const listed = await stack.call("GET", "/account-runs", undefined, { key: limited });
  expect(listed.body.data.map((one: any) => one.id)).toEqual([own.body.id]);
  const others = (await stack.call("GET", "/account-runs")).body.data.find((one: any) => one.id !== own.body.id);
  for (const path of ["", "/results"]) {
    expect((await stack.call("GET", `/account-runs/${others.id}${path}`, undefined, { key: limited })).status).toBe(
      404,
    );
  }
  expect((await stack.call("PATCH", `/account-runs/${own.body.id}`, { pace: 1 }, { key: reader })).status).toBe(403);
});

test("it rests when whoever began it is no longer who they were, and somebody else may go on with it", async () => {
  const ids = await importAccounts(stack, name, 12, tenantOf("fired"));
  const { id: user } = await makeAdministrator(stack, "fred@example.com", "operator");
  await worker.stop();
  const { body } = await stack.call("POST", "/account-runs", { action: "refresh", ids, pace: 100 });
  await stack.database.pool.query("UPDATE account_run SET created_by = $2 WHERE id = $1", [body.id, user]);
  await stack.database.pool.query("UPDATE admin_user SET disabled_at = now(), disabled_by = 'person' WHERE id = $1", [
    user,
  ]);
  worker = await startWorker();
  expect(await runUntil(body.id, ({ state }) => state !== "running")).toMatchObject({
    state: "paused",
    done: 0,
    last_error: expect.stringContaining("may no longer do this"),
  });
  // Another pace is no reason to forget why it rests.
  await stack.call("PATCH", `/account-runs/${body.id}`, { pace: 50 });
  expect((await run(body.id)).last_error).toContain("may no longer do this");
  const { body: resumed } = await stack.call("PATCH", `/account-runs/${body.id}`, { state: "running" });
  expect(resumed).toMatchObject({ created_by: user, resumed_by: expect.stringMatching(/^key_/) });
  expect(await runUntil(body.id, isOver)).toMatchObject({ state: "done", done: 12, last_error: null });
  const actors = (await recordsOf("account_run.acted", body.id)).map(({ actor }) => actor);
  expect(new Set(actors)).toEqual(new Set([resumed.resumed_by]));
});

test("what is not asked well begins nothing", async () => {
  const [id = ""] = await importAccounts(stack, name, 1, tenantOf("asked"));
  const stranger = `ia_${"0".repeat(24)}`;
  const refused = async (body: object): Promise<any> => (await stack.call("POST", "/account-runs", body)).body;
  expect(await refused({ action: "refresh" })).toMatchObject({ errors: [{ pointer: "/filter" }] });
  expect(await refused({ action: "refresh", ids: [id], filter: {} })).toMatchObject({
    errors: [{ pointer: "/filter" }],
  });
  expect(await refused({ action: "refresh", ids: [id, id] })).toMatchObject({ errors: [{ pointer: "/ids" }] });
  expect(await refused({ action: "refresh", ids: [id, stranger] })).toMatchObject({
    errors: [{ pointer: "/ids/1", detail: `there is no account ${stranger}` }],
  });
  expect(await refused({ action: "refresh", filter: { search: "nobody-is-called-so" } })).toMatchObject({
    errors: [{ detail: "no account matches, so there is nothing to do" }],
  });
  expect(await refused({ action: "delete", ids: [id] })).toMatchObject({ errors: [{ pointer: "/action" }] });
  // Sent again with its key it is the same run.
  const once = { headers: { "idempotency-key": "the-same-run" } };
  const bodies = [];
  for (let time = 0; time < 2; time += 1) {
    bodies.push((await stack.call("POST", "/account-runs", { action: "refresh", ids: [id] }, once)).body);
  }
  expect(bodies[1].id).toBe(bodies[0].id);
  const { rows } = await stack.database.pool.query("SELECT id FROM account_run WHERE id = $1", [bodies[0].id]);
  expect(rows).toHaveLength(1);
});
