import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { startFaultServer } from "#lab/start-fault-server";
import { count, defineFaulty, importAccounts, makeDue, until, numberedAnswers } from "./faulty-integration.ts";
import { dumpDatabase, findSecrets } from "./find-secrets.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";

const newSecret = (): string => randomBytes(24).toString("base64url");

async function setSecret(
  stack: Stack,
  integrationName: string,
  config: { client_secret?: string; previous_secret_expires_in?: number },
): Promise<Answer["body"]> {
  const patched = await stack.call("PATCH", "/environment-integration", {
    integration_name: integrationName,
    credentials: { oauth2: { config } },
  });
  if (patched.status !== 200) throw new Error(JSON.stringify(patched.body));
  return patched.body;
}

const view = async (stack: Stack, name: string): Promise<Answer["body"]> =>
  (await stack.call("GET", `/environment-integrations/${name}`)).body;

const versions = (body: Answer["body"]): number[] => body.client_secrets.map((one: { version: number }) => one.version);

async function addJob(stack: Stack, task: string): Promise<void> {
  await stack.database.pool.query("SELECT graphile_worker.add_job($1)", [task]);
}

/** Grants of the lab, imported. @returns their ids */
async function importGrants(stack: Stack, total: number): Promise<string[]> {
  const ids: string[] = [];
  let next = 0;
  const importSome = async (): Promise<void> => {
    while (next < total) {
      const index = next;
      next += 1;
      const grant = await stack.lab.issueGrant({ clientId: "evergrant-test", person: "ada" });
      const { accessToken: access_token, refreshToken: refresh_token } = grant;
      const imported = await stack.call("POST", "/integrated-accounts", {
        integration_name: "acme-crm",
        tenant_id: `tenant-${index}`,
        credentials: { oauth2: { access_token, refresh_token, expires_in: 3600 } },
      });
      if (imported.status !== 201) throw new Error(JSON.stringify(imported.body));
      ids[index] = imported.body.id;
    }
  };
  await Promise.all(Array.from({ length: 10 }, importSome));
  return ids;
}

/** Refreshes the accounts round and round, through both APIs, until it is stopped. */
function refreshForever(stack: Stack, ids: readonly string[]) {
  const failures: unknown[] = [];
  const stopping = new AbortController();
  let started = 0;
  let done = 0;
  const loop = async (api: number): Promise<void> => {
    while (!stopping.signal.aborted) {
      const id = ids[started % ids.length];
      started += 1;
      const answer = await stack.call("POST", `/integrated-accounts/${id}/refresh`, undefined, { api });
      if (answer.status !== 200) failures.push({ status: answer.status, body: answer.body });
      done += 1;
    }
  };
  const loops = Promise.all(Array.from({ length: 6 }, (_, index) => loop(index % 2)));
  const stop = async (): Promise<void> => {
    stopping.abort();
    await loops;
  };
  return {
    /** Until every account has been asked for once more, and got its token. */
    async another(): Promise<void> {
      const least = started + ids.length;
      await until(async () => done >= least || failures.length > 0);
      expect(failures).toEqual([]);
    },
    async stop(): Promise<void> {
      await stop();
      expect(failures).toEqual([]);
    },
    [Symbol.asyncDispose]: stop,
  };
}

test("a client secret is rotated while 200 accounts refresh, and none of them notices (R65)", async () => {
  await using stack = await startStack({ apis: 2, worker: true });
  const { lab, database } = stack;
  const [old, next] = [newSecret(), newSecret()];
  const before = await setSecret(stack, "acme-crm", { client_secret: old, previous_secret_expires_in: 0 });
  const register = (clientSecret: string, otherSecret?: string) =>
    lab.registerClient({ clientId: "evergrant-test", redirectUris: [before.redirect_uri], clientSecret, otherSecret });
  const [oldVersion] = versions(before);
  await register(old);
  const ids = await importGrants(stack, 200);
  await using refreshing = refreshForever(stack, ids);
  // Scheduled work beside the callers: a third process.
  const sweep = async (): Promise<void> => {
    await makeDue(stack, "acme-crm");
    await addJob(stack, "sweep");
  };
  await sweep();
  await refreshing.another();

  // We have the new secret, the provider does not know it yet.
  // Before it is set: somebody may try it at once.
  const atStart = { ...lab.stats(), ms: Date.now() };
  const overlap = await setSecret(stack, "acme-crm", { client_secret: next });
  const newVersion = (oldVersion ?? 0) + 1;
  expect(versions(overlap)).toEqual([newVersion, oldVersion]);
  await sweep();
  await refreshing.another();
  const connected = await stack.connect("newcomer", "grace");
  expect(connected.status).toBe("active");
  expect(await view(stack, "acme-crm")).toMatchObject({ secret_in_use_version: oldVersion });
  // The newest is tried once a minute in each of three processes, not with every request.
  const atEnd = lab.stats();
  expect(atEnd.refreshes - atStart.refreshes).toBeGreaterThanOrEqual(200);
  const rejected = atEnd.invalid_clients - atStart.invalid_clients;
  expect(rejected).toBeGreaterThanOrEqual(1);
  expect(rejected).toBeLessThanOrEqual(3 * (Math.floor((Date.now() - atStart.ms) / 60_000) + 1) + 6);

  // The provider takes both, and then the new one alone.
  await register(old, next);
  await refreshing.another();
  await register(next);
  await sweep();
  await refreshing.another();
  await refreshing.another();
  expect(await view(stack, "acme-crm")).toMatchObject({ secret_in_use_version: newVersion });
  const ended = await stack.call("DELETE", `/integrated-accounts/${connected.id}`);
  expect(ended.body).toMatchObject({ status: "disconnected", revocation: "revoked" });
  await refreshing.stop();

  expect(await count(stack, "integration_name = 'acme-crm' AND status = 'active' AND last_error IS NULL")).toBe(200);
  const { rows: outcomes } = await database.pool.query(
    "SELECT DISTINCT outcome FROM refresh_attempt WHERE outcome IS NOT NULL",
  );
  expect(outcomes).toEqual([{ outcome: "refreshed" }]);
  const { rows: explained } = await database.pool.query(
    "SELECT count(DISTINCT account_id)::int AS n FROM refresh_attempt WHERE explanation LIKE '%with the previous client secret%'",
  );
  expect(explained[0].n).toBe(200);
  const { rows: circuits } = await database.pool.query(
    "SELECT 1 FROM circuit WHERE state <> 'closed' OR failures > 0 OR is_client_reported",
  );
  expect(circuits).toEqual([]);
  // They were imported without their scopes, which the first refresh tells.
  const { rows: told } = await database.pool.query(
    "SELECT DISTINCT event_type FROM event WHERE split_part(event_type, ':', 2) NOT IN ('created', 'disconnected', 'scopes_changed')",
  );
  expect(told).toEqual([]);
  expect(lab.stats()).toMatchObject({ reuse_detected: 0, invalid_grants: 0, in_flight_max_per_grant: 1 });
  const dump = await dumpDatabase(database.pool);
  expect(findSecrets([old, next], [...dump.chunks, Buffer.from(stack.logs())])).toEqual([]);
  expect(findSecrets([old, next], [Buffer.from(JSON.stringify(await view(stack, "acme-crm")))])).toEqual([]);
}, 240_000);

test("an overlap ends on time: the old secret is not sent any more, and housekeeping erases it", async () => {
  await using stack = await startStack({ worker: true });
  const server = await startFaultServer();
  const secretOf = (request: (typeof server.requests)[number]): string => {
    const basic = String(request.headers["authorization"]).slice("Basic ".length);
    return Buffer.from(basic, "base64").toString().split(":")[1] ?? "";
  };
  const old = "a-secret-of-the-test";
  const { answer } = numberedAnswers();
  server.respondWith((request) => {
    if (secretOf(request) !== old) return { kind: "json", status: 401, body: { error: "invalid_client" } };
    return answer();
  });
  await defineFaulty(stack, "late", server, { refresh: { rotation: { rule: "none" } } });
  const [id] = await importAccounts(stack, "late", 1);
  const refresh = async () => (await stack.call("POST", `/integrated-accounts/${id}/refresh`)).status;

  const patched = await setSecret(stack, "late", { client_secret: "the-next-secret" });
  expect(patched.client_secrets).toMatchObject([
    { version: 2, accepted_until: null },
    { version: 1, accepted_until: expect.any(String) },
  ]);
  expect(await refresh()).toBe(200);
  expect(server.requests.map(secretOf)).toEqual(["the-next-secret", old]);
  const sealed = async (): Promise<number[]> =>
    (
      await stack.database.pool.query<{ version: number }>(
        `SELECT s.version FROM sealed_secret s JOIN environment_integration e ON e.id = s.owner
          WHERE e.integration_name = 'late' ORDER BY s.version`,
      )
    ).rows.map((row) => row.version);
  expect(await sealed()).toEqual([1, 2]);

  const ending = await setSecret(stack, "late", { previous_secret_expires_in: 1 });
  const end = Date.parse(ending.client_secrets[1].accepted_until);
  await until(async () => Date.now() > end);
  const before = server.requests.length;
  expect(await refresh()).toBe(502);
  expect(server.requests.slice(before).map(secretOf)).toEqual(["the-next-secret"]);
  const after = await view(stack, "late");
  expect(versions(after)).toEqual([2]);
  expect(after.secret_in_use_version).toBeNull();
  // No customer is blamed, and the token that is still valid is served.
  const account = await stack.call("GET", `/integrated-accounts/${id}`);
  expect(account.body).toMatchObject({ status: "active", last_error: { code: "client_misconfigured" } });
  expect((await stack.call("GET", `/integrated-accounts/${id}/token`)).status).toBe(200);

  await addJob(stack, "housekeeping");
  await until(async () => (await sealed()).length === 1);
  expect(await sealed()).toEqual([2]);
  const { rows: erased } = await stack.database.pool.query(
    "SELECT actor, target, detail FROM audit_event WHERE action = 'secret.erased' AND target = 'late'",
  );
  expect(erased).toEqual([
    { actor: "worker", target: "late", detail: { field: "client_secret", version: 1, reason: "expired" } },
  ]);
  await server.close();
}, 120_000);

test("an overlap has the length that was asked for, at most 90 days, and ends early where that is asked for", async () => {
  await using stack = await startStack();
  const day = 86_400;
  const within = (until: string): number => (Date.parse(until) - Date.now()) / 1000;
  const first = await setSecret(stack, "acme-crm", { client_secret: "second-secret" });
  expect(within(first.client_secrets[1].accepted_until)).toBeGreaterThan(7 * day - 60);
  expect(within(first.client_secrets[1].accepted_until)).toBeLessThanOrEqual(7 * day);
  const longer = await setSecret(stack, "acme-crm", { previous_secret_expires_in: 90 * day });
  expect(versions(longer)).toEqual(versions(first));
  expect(within(longer.client_secrets[1].accepted_until)).toBeGreaterThan(90 * day - 60);
  const refused = await stack.call("PATCH", "/environment-integration", {
    integration_name: "acme-crm",
    credentials: { oauth2: { config: { previous_secret_expires_in: 90 * day + 1 } } },
  });
  expect(refused).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: "/credentials/oauth2/config/previous_secret_expires_in" }] },
  });
  const again = await setSecret(stack, "acme-crm", { client_secret: "second-secret" });
  expect(again.client_secrets).toHaveLength(2);
  const ended = await setSecret(stack, "acme-crm", { previous_secret_expires_in: 0 });
  expect(ended.client_secrets).toMatchObject([{ accepted_until: null }]);
});

test("an account's own client gets another secret, which is tried before it is kept (R65)", async () => {
  await using stack = await startStack();
  const server = await startFaultServer();
  const accepted = new Set(["their-client:first", "their-client:second", "next-client:third"]);
  server.respondWith((request) => {
    const basic = String(request.headers["authorization"]).slice("Basic ".length);
    return accepted.has(Buffer.from(basic, "base64").toString())
      ? { kind: "json", status: 200, body: { access_token: "at", token_type: "Bearer", expires_in: 3600 } }
      : { kind: "json", status: 401, body: { error: "invalid_client" } };
  });
  await defineFaulty(stack, "machine", server, {}, "oauth2_client_credentials");
  const imported = await stack.call("POST", "/integrated-accounts", {
    integration_name: "machine",
    tenant_id: "acme",
    credentials: { oauth2_client_credentials: { client_id: "their-client", client_secret: "first" } },
  });
  const path = `/integrated-accounts/${imported.body.id}`;
  const give = async (client: { client_id?: string; client_secret: string }, more: Record<string, unknown> = {}) =>
    await stack.call("PATCH", path, { overrides: { credentials: { oauth2_client_credentials: client } }, ...more });

  accepted.delete("their-client:first");
  expect((await stack.call("POST", `${path}/refresh`)).body.code).toBe("needs_reauth");
  expect(await give({ client_secret: "wrong" })).toMatchObject({ status: 422, body: { code: "invalid_request" } });
  const given = await give({ client_secret: "second" }, { metadata: { plan: "growth" } });
  expect(given).toMatchObject({ status: 200, body: { status: "active", metadata: { plan: "growth" } } });
  expect(JSON.stringify(given.body)).not.toContain("second");
  expect((await stack.call("POST", `${path}/refresh`)).status).toBe(200);
  expect((await give({ client_id: "next-client", client_secret: "third" })).status).toBe(200);
  expect((await stack.call("POST", `${path}/refresh`)).status).toBe(200);
  expect((await stack.call("PATCH", path, {})).status).toBe(422);
  expect((await stack.call("PATCH", path, { metadata: { plan: "other" } })).body.metadata).toEqual({ plan: "other" });
  await server.close();
});
