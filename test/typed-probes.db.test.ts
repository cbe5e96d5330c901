import { afterAll, beforeAll, expect, test } from "vitest";
import { createContainer, type Container } from "#adapters/container";
import { readEngineConfig } from "#adapters/config/read-config";
import { findFreePort } from "#scripts/ports";
import { probeAccount, type ProbeOutcome } from "#core/usecases/probe-account";
import { until } from "./faulty-integration.ts";
import { keyDefinition, startKeyProvider, type KeyProvider } from "./start-key-provider.ts";
import { startProcess } from "./start-process.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";

let stack: Stack;
let provider: KeyProvider;
let container: Container;
let environmentId: string;

beforeAll(async () => {
  [stack, provider] = await Promise.all([startStack(), startKeyProvider()]);
  container = await createContainer(quiet(), { name: "cli", poolSize: 3 });
  environmentId = (await container.environments.findByName("production"))?.id ?? "";
});
afterAll(async () => {
  await container.close();
  await stack[Symbol.asyncDispose]();
  await provider.close();
});

const quiet = () => readEngineConfig({ ...stack.env, LOG_LEVEL: "silent" });

async function define(name: string): Promise<void> {
  await stack.call("PUT", `/integrations/${name}`, keyDefinition(name, provider.origin, "api_key"));
}

async function importKey(integration: string, tenantId: string): Promise<string> {
  const key = `sk_${tenantId.replaceAll("-", "_")}`;
  provider.keys.set(key, tenantId);
  const { body } = await stack.call("POST", "/integrated-accounts", {
    integration_name: integration,
    tenant_id: tenantId,
    credentials: { api_key: { api_key: key } },
  });
  return body.id as string;
}

const probe = (accountId: string): Promise<ProbeOutcome> =>
  probeAccount(container, { environmentId, accountId, reason: "rejected_token", seenVersion: null, actor: "proxy" });

const accountOf = async (id: string): Promise<Answer["body"]> =>
  (await stack.call("GET", `/integrated-accounts/${id}`)).body;

test("a key that was deleted at the provider leads to needs_reauth with one event, and a new link to active", async () => {
  await define("acme-keys");
  const id = await importKey("acme-keys", "tenant-deleted");
  provider.failWith = 503;
  expect(await probe(id)).toMatchObject({ kind: "unchanged", account: { status: "active" } });
  provider.failWith = null;
  provider.keys.delete("sk_tenant_deleted");
  // Within thirty seconds the provider is not asked again, …
  expect(await probe(id)).toMatchObject({ kind: "unchanged" });
  // … by this process.
  const other = await createContainer(quiet(), { name: "cli", poolSize: 1 });
  const input = { environmentId, accountId: id, reason: "rejected_token", seenVersion: 1, actor: "proxy" } as const;
  expect(await probeAccount(other, input)).toMatchObject({ kind: "rejected" });
  await other.close();
  const dead = await accountOf(id);
  expect(dead).toMatchObject({
    status: "needs_reauth",
    last_error: {
      code: "reauthorize",
      message:
        "the provider rejects these credentials (HTTP 401, invalid_token: no such key: [redacted]), and a probe confirmed it",
    },
  });
  const token = await stack.call("GET", `/integrated-accounts/${id}/token`);
  expect([token.status, token.body.code]).toEqual([409, "needs_reauth"]);

  const { body: link } = await stack.call("POST", "/link-tokens", {
    tenant_id: "tenant-deleted",
    integrated_account_id: id,
  });
  provider.keys.set("sk_fresh", "tenant-deleted");
  await fetch(link.url, {
    method: "POST",
    body: new URLSearchParams({ integration_name: "acme-keys", "credentials.api_key": "sk_fresh" }),
    headers: { origin: new URL(link.url).origin },
    redirect: "manual",
  });
  expect(await accountOf(id)).toMatchObject({ status: "active", credential_version: 2, last_error: null });
  const { rows } = await stack.database.pool.query(
    "SELECT event_type, payload->>'last_error' AS error FROM event WHERE account_id = $1 ORDER BY sequence",
    [id],
  );
  expect(rows.map((row) => row.event_type)).toEqual([
    "integrated_account:created",
    "integrated_account:authentication_error",
    "integrated_account:reactivated",
  ]);
  expect(rows[1].error).toContain("[redacted]");
});

test("many keys that are rejected at once are held, and probed when their operator releases them (R26)", async () => {
  await define("acme-many");
  const ids: string[] = [];
  for (let index = 0; index < 23; index += 1) ids.push(await importKey("acme-many", `many-${index}`));
  provider.failWith = 401;
  for (const id of ids) await probe(id);
  const failure = await stack.call("GET", "/integrations/acme-many/mass-failure");
  expect(failure.body).toMatchObject({ state: "declared", held: 3, left: 20 });
  const held = await accountOf(ids.at(-1) ?? "");
  expect(held).toMatchObject({ status: "active", hold: { reason: "mass_failure" } });
  // Whoever reads a held one is served: the provider may have been wrong.
  expect((await stack.call("GET", `/integrated-accounts/${held.id}/token`)).status).toBe(200);

  provider.failWith = null;
  const worker = await startProcess("worker/main.ts", { ...stack.env, WORKER_PORT: String(await findFreePort()) });
  try {
    await stack.call("POST", "/integrations/acme-many/mass-failure/release");
    await until(async () => {
      const { body } = await stack.call("GET", "/integrated-accounts?integration_name=acme-many&status=active");
      return body.data.length === 23;
    });
    await until(async () => {
      const { rows } = await stack.database.pool.query(
        "SELECT FROM integrated_account WHERE integration_name = 'acme-many' AND (refresh_due_at IS NOT NULL OR hold IS NOT NULL)",
      );
      return rows.length === 0;
    });
  } finally {
    await worker.stop();
  }
});
