import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { definitions, type Definition } from "#adapters/metrics/definitions";
import { makeApiKey } from "#core/domain/access/api-key";
import { findSecrets } from "./find-secrets.ts";
import { scrape, type Scrape } from "./scrape.ts";
import { until } from "./faulty-integration.ts";
import { expireToken, startStack, type Stack } from "./start-stack.ts";
import { callRaw, defineProxied, importProxied, startUpstream, type Upstream } from "./start-upstream.ts";

let stack: Stack;
let upstream: Upstream;
let api: Scrape;
let worker: Scrape;
/** What must stand in no label: ids, tenants, people, keys, tokens, addresses. */
const canaries: string[] = [];

beforeAll(async () => {
  [stack, upstream] = await Promise.all([startStack({ worker: true, accessTokenSeconds: 600 }), startUpstream()]);
  await live();
  await callThrough();
  api = await scrape(stack.apis[0]?.origin ?? "");
  worker = await scrape(`http://127.0.0.1:${stack.env["WORKER_PORT"]}`);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await upstream.close();
});

/** Known traffic: what the tests below count. */
async function live(): Promise<void> {
  const { call } = stack;
  const account = await stack.connect("tenant-canary", "ada");
  const token = `/integrated-accounts/${account.id}/token`;
  for (let index = 0; index < 3; index += 1) await call("GET", token);
  await expireToken(stack.database, account.id);
  await call("GET", token);
  await call("POST", `/integrated-accounts/${account.id}/refresh`);
  const wrong = makeApiKey(new Uint8Array(32).fill(3));
  await call("GET", token, undefined, { key: wrong });
  await call("GET", token, undefined, { key: "not-a-key-canary" });
  await call("GET", `/integrated-accounts/ia_${"c".repeat(24)}/token`);
  await call("GET", `/nothing-here/path-canary-${account.id}`);
  await call("DELETE", token);
  await fetch(`${stack.apis[0]?.origin}/a-page-canary`);
  // An alarm that rings now, for the worker.
  await stack.database.pool.query("UPDATE integrated_account SET refresh_due_at = now() WHERE id = $1", [account.id]);
  await stack.database.pool.query(
    `SELECT graphile_worker.add_job('refresh-account', json_build_object('environment_id', environment_id, 'account_id', id),
            job_key => 'refresh:' || id) FROM integrated_account WHERE id = $1`,
    [account.id],
  );
  await until(async () => (await call("GET", `/integrated-accounts/${account.id}`)).body.credential_version === 4);
  const grants = stack.lab.grants();
  canaries.push(stack.apiKey, wrong, "not-a-key-canary", account.id, "tenant-canary", "-canary");
  canaries.push(...stack.lab.issuedTokens(), ...grants.flatMap(({ grant_id }) => grant_id), stack.lab.origin);
  canaries.push(...Object.values(stack.env).filter((value) => value.length > 8));
}

/** Three calls through the proxy: one answered, one whose token is rejected first, one of an account that is not there. */
async function callThrough(): Promise<void> {
  await defineProxied(stack, upstream, "acme-api");
  const { id, accessToken } = await importProxied(stack, "acme-api", "tenant-canary");
  const call = (account: string, body?: string) =>
    callRaw(stack.apis[0]?.origin ?? "", `/api/v1/proxy/path-canary?integrated_account_id=${account}`, {
      method: "POST",
      headers: { authorization: `Bearer ${stack.apiKey}` },
      body: body ?? "",
    });
  upstream.answer = (request, response) => {
    request.resume();
    setTimeout(() => response.writeHead(201).end("x".repeat(1_000)), 400);
  };
  await call(id, "b".repeat(50));
  upstream.answer = (request, response, { token }) => {
    request.resume();
    response.writeHead(token === accessToken ? 401 : 200).end("ok");
  };
  await call(id);
  await call(`ia_${"d".repeat(24)}`);
  canaries.push(id, accessToken, upstream.origin);
}

test("api tells what was read, refreshed, asked and rejected", () => {
  expect(api.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  const values: Record<string, number> = {
    // Three by the API, two for calls through the proxy, one for the call that was made again.
    'evergrant_token_reads_total{result="fresh"}': 6,
    'evergrant_token_reads_total{result="refreshed"}': 1,
    'evergrant_token_reads_total{result="not_found"}': 2,
    'evergrant_token_reads_total{result="failing"}': 0,
    evergrant_refresh_wait_seconds_count: 1,
    evergrant_token_reads_waiting: 0,
    'evergrant_refreshes_total{reason="on_demand",outcome="refreshed"}': 1,
    'evergrant_refreshes_total{reason="forced",outcome="refreshed"}': 1,
    'evergrant_integration_refreshes_total{integration="acme-crm",result="refreshed"}': 2,
    'evergrant_authorization_server_request_seconds_count{request="refresh_token",result="ok"}': 3,
    'evergrant_authorization_server_request_seconds_count{request="authorization_code",result="ok"}': 1,
    'evergrant_rejected_keys_total{reason="not_in_force"}': 1,
    'evergrant_rejected_keys_total{reason="malformed"}': 1,
    'evergrant_spool_entries{state="waiting"}': 0,
    evergrant_database_connections_limit: 20,
    evergrant_egress_refused_total: 0,
    'evergrant_kms_calls_total{operation="unwrap",outcome="invalid"}': 0,
  };
  expect(Object.fromEntries(Object.keys(values).map((series) => [series, api.value(series)]))).toEqual(values);
  expect(api.value('evergrant_kms_calls_total{operation="unwrap",outcome="ok"}')).toBeGreaterThanOrEqual(6);
  const records = api.value('evergrant_audit_records_total{result="written"}');
  expect(records).toBeGreaterThanOrEqual(6);
  expect(api.value("evergrant_audit_commit_seconds_count")).toBeLessThanOrEqual(records);
  expect(api.value('evergrant_database_connections{state="idle"}')).toBeGreaterThan(0);
});

test("api tells requests by route, the short way of a token among them", () => {
  const route = "/api/v1/integrated-accounts/:id/token";
  const requests = (route: string, method: string, status: string): number =>
    api.value(`evergrant_http_requests_total{route="${route}",method="${method}",status="${status}"}`);
  expect(requests(route, "GET", "2xx")).toBe(4);
  // Two keys that are none, and an account that is not there.
  expect(requests(route, "GET", "4xx")).toBe(3);
  expect(requests(route, "DELETE", "4xx")).toBe(1);
  expect(requests("/api/v1/integrated-accounts/:id/refresh", "POST", "2xx")).toBe(1);
  expect(requests("/oauth/callback/:id", "GET", "3xx") || requests("/oauth/callback/:callbackId", "GET", "3xx")).toBe(
    1,
  );
  expect(requests("unmatched", "GET", "4xx")).toBe(1);
  expect(requests("page", "GET", "5xx")).toBe(1);
  expect(api.value(`evergrant_http_request_seconds_count{route="${route}",method="GET"}`)).toBe(7);
});

test("api tells calls through the proxy, our own share of them, their bytes, and tokens that were rejected", () => {
  const values: Record<string, number> = {
    'evergrant_proxy_requests_total{outcome="answered",status="2xx"}': 1,
    'evergrant_proxy_requests_total{outcome="replayed",status="2xx"}': 1,
    'evergrant_proxy_requests_total{outcome="refused",status="none"}': 1,
    'evergrant_proxy_requests_total{outcome="failed",status="none"}': 0,
    evergrant_proxy_request_seconds_count: 3,
    evergrant_proxy_overhead_seconds_count: 3,
    'evergrant_proxy_bytes_total{direction="out"}': 50,
    'evergrant_proxy_bytes_total{direction="in"}': 1_002,
    'evergrant_proxy_rejected_tokens_total{result="refreshed"}': 1,
    'evergrant_proxy_rejected_tokens_total{result="not_refreshed"}': 0,
    'evergrant_refreshes_total{reason="rejected_token",outcome="refreshed"}': 1,
    'evergrant_http_requests_total{route="/api/v1/proxy",method="POST",status="2xx"}': 2,
    'evergrant_http_requests_total{route="/api/v1/proxy",method="POST",status="4xx"}': 1,
  };
  expect(Object.fromEntries(Object.keys(values).map((series) => [series, api.value(series)]))).toEqual(values);
  // The upstream took its time, and that is not ours.
  const [all, own] = ["request", "overhead"].map((what) => api.value(`evergrant_proxy_${what}_seconds_sum`));
  expect((all ?? 0) - (own ?? 0)).toBeGreaterThan(0.39);
});

test("worker tells of alarms, of its queue and of what stands in the database", () => {
  const values: Record<string, number> = {
    'evergrant_scheduled_refreshes_total{outcome="refreshed"}': 1,
    'evergrant_refreshes_total{reason="alarm",outcome="refreshed"}': 1,
    evergrant_database_reachable: 1,
    'evergrant_accounts_overdue{waits_for="worker"}': 0,
    'evergrant_accounts_overdue{waits_for="circuit"}': 0,
    evergrant_oldest_overdue_alarm_age_seconds: 0,
    evergrant_accounts_held: 0,
    'evergrant_queue_jobs{state="failed"}': 0,
    'evergrant_circuits{state="open",cause="provider"}': 0,
    'evergrant_circuits{state="half_open",cause="client"}': 0,
    evergrant_budget_places: 0,
    evergrant_budgets_waited_for: 0,
    evergrant_database_connections_limit: 25,
  };
  expect(Object.fromEntries(Object.keys(values).map((series) => [series, worker.value(series)]))).toEqual(values);
  expect(worker.value("evergrant_sweep_age_seconds")).toBeLessThan(120);
});

test("every series is a defined one of this process, with its labels and no other", () => {
  for (const [process, { series }] of [["api", api] as const, ["worker", worker] as const]) {
    expect(series.length).toBeGreaterThan(60);
    for (const { name, labels } of series) {
      const known = definitionOf(name);
      expect(known?.in, name).toContain(process);
      const own = Object.keys(labels).filter((label) => label !== "le" || known?.kind !== "histogram");
      expect(own, name).toEqual(known?.labels);
    }
  }
});

test("no id, tenant, person, address, key or token stands in them", () => {
  expect(canaries.length).toBeGreaterThan(15);
  const text = api.text + worker.text;
  expect(findSecrets(canaries, [Buffer.from(text)])).toEqual([]);
  expect(text).not.toMatch(/\b(?:ia|req|att|env|key|ckt|lt|evg)_[0-9a-z]{8,}/i);
  expect(text).not.toMatch(/https?:|eyJ[\w-]{8,}/);
});

test("whoever may not read metrics learns nothing from them", async () => {
  const response = await fetch(`${stack.apis[0]?.origin}/metrics`, { headers: { "x-forwarded-for": "203.0.113.9" } });
  expect(response.status).toBe(404);
  expect(await response.text()).not.toContain("evergrant_");
});

test("a worker whose database is away answers its scrape all the same, and says so", async () => {
  const name = new URL(stack.database.url).pathname.slice(1);
  // Nothing connects any more, and what is connected is cut.
  await onCluster(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await onCluster(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
  let longestSeconds = 0;
  const look = async (): Promise<Scrape> => {
    const startedMs = performance.now();
    const found = await scrape(`http://127.0.0.1:${stack.env["WORKER_PORT"]}`);
    longestSeconds = Math.max(longestSeconds, (performance.now() - startedMs) / 1000);
    return found;
  };
  let away = await look();
  // What was seen before may be ten seconds old.
  await until(async () => {
    away = await look();
    return away.value("evergrant_database_reachable") === 0;
  });
  await onCluster(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  expect(longestSeconds).toBeLessThan(5);
  expect(away.value("evergrant_accounts_held")).toBeNaN();
  expect(away.value("evergrant_sweep_age_seconds")).toBeGreaterThan(0);
});

async function onCluster(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject("clusterUrl") });
  await client.connect();
  await client.query(statement);
  await client.end();
}

function definitionOf(name: string): Definition | undefined {
  const all: Readonly<Record<string, Definition>> = definitions;
  const known = all[name];
  if (known !== undefined) return known.kind === "histogram" ? undefined : known;
  const histogram = all[name.replace(/_(?:bucket|sum|count)$/, "")];
  return histogram?.kind === "histogram" ? histogram : undefined;
}
