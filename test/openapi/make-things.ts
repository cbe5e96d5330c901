import { randomBytes } from "node:crypto";
import type { Stack } from "../start-stack.ts";
import { callAs } from "../two-owners.ts";

/** What the inputs are made of. */
export type World = {
  stack: Stack;
  /** A connected account of acme-crm: its provider is alive. */
  accountId: string;
  /** The cookie of a signed-in owner. */
  session: string;
  /** Of another owner. */
  otherSession: string;
  /** A session of an owner whom nobody else is signed in as, and what they typed. */
  spareSession(): Promise<{ cookie: string; id: string; password: string }>;
  /** Another account with a token set that was imported. */
  importAccount(): Promise<string>;
};

export type Case = {
  /** The documented status that it brings about. */
  status: number;
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
};

export const tokens = (): unknown => ({
  integration_name: "acme-crm",
  tenant_id: "tenant-i",
  credentials: { oauth2: { access_token: "an-access-token", refresh_token: "a-refresh-token", expires_in: 3600 } },
  metadata: { plan: "team" },
});

export const document = (name: string): unknown => ({
  name,
  api: { baseUrl: "https://api.made.example" },
  credentials: {
    format: "oauth2",
    config: {
      auth: { tokenHost: "https://auth.made.example", tokenPath: "/token", authorizePath: "/authorize" },
      scope: ["read"],
    },
  },
  authorization: { format: "bearer", config: { path: "oauth.token.access_token" } },
});

export const declare = async ({ stack }: World): Promise<void> => {
  await stack.database.pool.query(
    `INSERT INTO mass_failure (environment_id, integration_name, started_at, likely_cause)
      SELECT id, 'acme-crm', now(), 'provider' FROM environment WHERE name = 'production'
      ON CONFLICT (environment_id, integration_name) DO UPDATE SET started_at = now(), decision = NULL`,
  );
};

export const ring = async ({ stack }: World): Promise<string> => {
  const id = `ano_${randomBytes(12).toString("hex")}`;
  await stack.database.pool.query(
    `INSERT INTO anomaly (id, environment_id, kind, subject, started_at, last_at, ended_at, measured, detail)
      SELECT $1, id, 'decrypt_rate', $2, now(), now(), now(), $3, '{"tenants": 60, "is_new": false}'
        FROM environment WHERE name = 'production'`,
    [id, await spareKey(stack), JSON.stringify({ observed: 300, usual: 3, bound: 60, windowSeconds: 60 })],
  );
  return id;
};

/** Of checks one runs at a time. */
export const endChecks = async ({ stack }: World): Promise<void> => {
  await stack.database.pool.query(
    "UPDATE integration_check SET state = 'failed', detail = 'ended', finished_at = now() WHERE finished_at IS NULL",
  );
};

export const checkId = async ({ stack }: World): Promise<string> => {
  const id = `chk_${randomBytes(12).toString("hex")}`;
  const step = {
    answered: "200, both tokens new",
    outcome: "refreshed",
    rule: null,
    httpStatus: 200,
    error: null,
    explanation: null,
    status: "active",
    scopesMissing: [],
    nextRefreshIn: 3400,
    expiresIn: 3600,
    callerGot: "a fresh token",
  };
  const scenario = {
    scenario: "rotation",
    title: "New tokens",
    verdict: "as_expected",
    note: null,
    steps: [step],
    problems: [],
  };
  await stack.database.pool.query(
    `INSERT INTO integration_check (id, environment_id, integration_name, document, is_in_force, with_samples, started_by, state,
                                    scenarios, started_at, beat_at, finished_at)
      SELECT $1, id, 'acme-crm', '{}', true, false, 'test', 'done', $2, now(), now(), now() FROM environment WHERE name = 'production'`,
    [id, JSON.stringify([scenario])],
  );
  return id;
};

/** One that nothing of these tests uses. */
export const spareKey = async (stack: Stack): Promise<string> => {
  const id = `key_${randomBytes(12).toString("hex")}`;
  await stack.database.pool.query(
    `INSERT INTO api_key (id, environment_id, name, digest, last_four, permissions, created_by)
      SELECT $1, id, 'Spare', $2, 'x7Qp', '{}', 'test' FROM environment WHERE name = 'production'`,
    [id, randomBytes(32)],
  );
  return id;
};

export const makeEndpoint = async ({ stack }: World): Promise<string> => {
  const { body } = await stack.call("POST", "/webhook-endpoints", { url: "https://app.example.com/hooks" });
  // As many as there may be; those of other tests have served.
  if (body.id !== undefined) return body.id;
  await stack.database.pool.query("DELETE FROM webhook_endpoint");
  return await makeEndpoint({ stack } as World);
};

let moves = 0;

/** Hosts of a new integration with an account: nothing is put, and an approval is asked for. */
export const askForHosts = async ({ stack, session }: World): Promise<Case> => {
  moves += 1;
  const name = `made-to-move-${moves}`;
  const made = document(name) as { api: object };
  await stack.call("PUT", `/integrations/${name}`, made);
  await stack.database.pool.query(
    `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status)
      SELECT $1, id, 'tenant-m', $2, 'connecting' FROM environment WHERE name = 'production'`,
    [`ia_${String(moves).padStart(24, "0")}`, name],
  );
  return {
    status: 202,
    params: { name },
    query: { approval: "ask", reason: "It moved" },
    body: { ...made, api: { baseUrl: "https://api.moved.example" } },
    headers: { cookie: session },
  };
};

export const askedId = async (world: World): Promise<string> => {
  const { params, query, body } = await askForHosts(world);
  const path = `/integrations/${params?.["name"]}?${new URLSearchParams(query)}`;
  return (await callAs(world.stack, world.session, "PUT", path, body)).body.id;
};

/** A test event that was tried once: no worker runs in these tests. */
export const ping = async (world: World): Promise<{ event_id: string; delivery_id: string; endpoint: string }> => {
  const endpoint = await makeEndpoint(world);
  const { body } = await world.stack.call("POST", `/webhook-endpoints/${endpoint}/test`, {});
  await world.stack.database.pool.query(
    `WITH tried AS (UPDATE webhook_delivery SET attempts = 1, tries = 1 WHERE id = $1)
     INSERT INTO webhook_attempt (delivery_id, number, at, http_status, latency_ms, error, response)
     VALUES ($1, 1, now(), 503, 84, 'HTTP 503', 'later')`,
    [body.delivery_id],
  );
  return { ...body, endpoint };
};

const stopRewraps = async (stack: Stack): Promise<void> => {
  await stack.database.pool.query("UPDATE rewrap_run SET state = 'stopped' WHERE state IN ('running', 'paused')");
  // What another test asked for would stand in the way.
  await stack.database.pool.query(
    `UPDATE approval SET status = 'withdrawn', ended_by = 'system', ended_at = now()
      WHERE kind = 'key.rewrap_start' AND status IN ('pending', 'approved')`,
  );
};

/** As many as there may be, and those of other tests have served. No worker runs in these tests. */
export const cancelRuns = async ({ stack }: World): Promise<void> => {
  await stack.database.pool.query("UPDATE account_run SET state = 'cancelled' WHERE state IN ('running', 'paused')");
};

export const beginRun = async (world: World, action = "refresh"): Promise<string> => {
  await cancelRuns(world);
  const { body } = await world.stack.call("POST", "/account-runs", { action, ids: [world.accountId] });
  return body.id;
};

/** Two people start it. */
export const beginRewrap = async ({ stack, session, otherSession }: World): Promise<string> => {
  await stopRewraps(stack);
  const { body } = await callAs(stack, session, "POST", "/keys/rewrap", { pace: 500 });
  await callAs(stack, otherSession, "POST", `/approvals/${body.id}/approve`);
  return (await stack.call("GET", "/keys")).body.runs[0].id;
};

export const setOldKey = async (stack: Stack, state: "enabled" | "disabled"): Promise<void> => {
  await stack.database.pool.query(
    `INSERT INTO key_state (environment_id, kid, state) SELECT id, 't0', $1 FROM environment WHERE name = 'production'
      ON CONFLICT (environment_id, kid) DO UPDATE SET state = excluded.state`,
    [state],
  );
};

let people = 0;

export const invite = async ({ stack, session }: World): Promise<{ id: string; token: string }> => {
  people += 1;
  const wanted = { email: `invited-${people}@example.com`, role: "support" };
  const { body } = await callAs(stack, session, "POST", "/invitations", wanted);
  return { id: body.id, token: new URL(body.url).hash.slice(1) };
};

export const makeUser = async ({ stack }: World): Promise<string> => {
  people += 1;
  const id = `usr_${String(people).padStart(24, "0")}`;
  await stack.database.pool.query(
    "INSERT INTO admin_user (id, email, name, role) VALUES ($1, $1 || '@example.com', 'Somebody', 'support')",
    [id],
  );
  return id;
};

export const sealAndAnchor = async (stack: Stack): Promise<void> => {
  const { code, stderr } = await stack.cli("audit", "anchor", "--json");
  if (code !== 0) throw new Error(stderr);
};
