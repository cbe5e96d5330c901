// R6 from end to end: what a customer does not grant, or what is taken away later, is seen, told and repaired.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { labIntegration } from "#scripts/lab-integration";
import { startStack, type Answer, type Stack } from "./start-stack.ts";

let stack: Stack;
let api: Server;
/** The scopes that the scripted API wants for whatever it is asked; null: it answers. */
let wanted: string | null = null;
let calls = 0;

beforeAll(async () => {
  stack = await startStack({ apis: 2 });
  api = createServer((_request, response) => {
    calls += 1;
    if (wanted === null) {
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
      return;
    }
    const challenge = `Bearer realm="acme", error="insufficient_scope", scope="${wanted}"`;
    response.writeHead(403, { "www-authenticate": challenge, "content-type": "application/json" }).end('{"no":1}');
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  const document = labIntegration("acme-strict", stack.lab.origin);
  await stack.call("PUT", "/integrations/acme-strict", { ...document, api: { baseUrl: origin } });
  const client = { client_id: "strict-client", client_secret: "secret-of-strict" };
  const { body } = await stack.call("PATCH", "/environment-integration", {
    integration_name: "acme-strict",
    credentials: { oauth2: { config: client } },
  });
  await stack.lab.registerClient({
    clientId: client.client_id,
    clientSecret: client.client_secret,
    redirectUris: [body.redirect_uri],
  });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await new Promise<void>((resolve) => api.close(() => resolve()));
});

/** The order of what is granted is the provider's. */
const sorted = ({ granted, ...scopes }: { readonly granted: string[] }) => ({ ...scopes, granted: granted.toSorted() });
const view = async (id: string): Promise<Answer["body"]> => {
  const { body } = await stack.call("GET", `/integrated-accounts/${id}`);
  return { ...body, scopes: sorted(body.scopes) };
};
const scopesOfToken = async (id: string): Promise<Answer["body"]> =>
  sorted((await stack.call("GET", `/integrated-accounts/${id}/token`)).body.scopes);
const told = async (id: string): Promise<string[]> => {
  const { rows } = await stack.database.pool.query(
    "SELECT event_type FROM event WHERE account_id = $1 ORDER BY sequence",
    [id],
  );
  return rows.map((row) => row.event_type.replace("integrated_account:", ""));
};
const proxy = async (id: string, method: string, path: string, process = 0): Promise<Answer> =>
  await stack.call(method, `/proxy${path}?integrated_account_id=${id}`, method === "POST" ? "x" : undefined, {
    api: process,
    ...(method === "POST" ? { headers: { "content-type": "text/plain" } } : {}),
  });

async function linkFor(tenant: string, link: Readonly<Record<string, unknown>>): Promise<string> {
  const made = await stack.call("POST", "/link-tokens", { tenant_id: tenant, ...link });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body.url;
}

test("a customer who unticks a scope is told what will not work, the account and its token name it, and a link for just that scope repairs it", async () => {
  const url = await linkFor("unticks", { integration_name: "acme-crm" });
  // Before and after the question which account it is, the page names what was left out.
  const asked = await stack.walk(url, "hedy", { scopes: ["offline_access", "read"], approve: false });
  expect(asked).toMatchObject({ status: "approving", scopes_missing: ["write"] });
  const page = await stack.walk(url, "hedy", { scopes: ["offline_access", "read"] });
  expect(page).toMatchObject({ status: "connected", scopes_missing: ["write"] });
  const { id } = (await stack.call("GET", "/integrated-accounts?tenant_id=unticks&status=active")).body.data[0];
  const scopes = { requested: ["openid", "offline_access", "read", "write"], missing: ["write"] };
  expect((await view(id)).scopes).toMatchObject(scopes);
  expect(await scopesOfToken(id)).toMatchObject(scopes);
  expect((await proxy(id, "GET", "/contacts")).status).toBe(200);

  // What needs it fails as the provider says, and is no news.
  const refused = await proxy(id, "POST", "/echo");
  expect([refused.status, refused.body.error]).toEqual([403, "insufficient_scope"]);
  expect((await view(id)).scopes).toMatchObject(scopes);
  expect(await told(id)).toEqual(["created"]);

  const again = await linkFor("unticks", { integrated_account_id: id, scopes: ["write"] });
  expect(await stack.walk(again, "hedy")).toMatchObject({ status: "connected", scopes_missing: [] });
  expect(await view(id)).toMatchObject({ id, status: "active", scopes: { missing: [] } });
  expect((await scopesOfToken(id)).missing).toEqual([]);
  expect(await told(id)).toEqual(["created", "scopes_changed"]);
  expect((await proxy(id, "POST", "/echo")).status).toBe(200);
});

test("a scope that is not honoured any more is told once, however many calls meet it, and holds until the customer authorizes again", async () => {
  const url = await linkFor("narrowed", { integration_name: "acme-strict" });
  await stack.walk(url, "grace", { integration: "acme-strict" });
  const { id } = (await stack.call("GET", "/integrated-accounts?tenant_id=narrowed")).body.data[0];
  const { scopes: before } = await view(id);
  expect(before.missing).toEqual([]);
  expect((await proxy(id, "GET", "/contacts")).status).toBe(200);

  wanted = "write";
  calls = 0;
  const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => proxy(id, "GET", "/contacts", index % 2)));
  expect(answers.map((one) => one.status)).toEqual(Array.from({ length: 10 }, () => 403));
  expect(answers[0]?.headers.get("www-authenticate")).toContain("insufficient_scope");
  // RFC 6750 §3.1: another token would not help, so none was asked for.
  expect(calls).toBe(10);
  const narrowed = { requested: before.requested, granted: ["offline_access", "openid", "read"], missing: ["write"] };
  await expect.poll(async () => (await view(id)).scopes).toEqual(narrowed);
  expect(await scopesOfToken(id)).toEqual(narrowed);
  expect(await told(id)).toEqual(["created", "scopes_changed"]);

  // A refresh repeats what the grant had; the API's word stands.
  await stack.call("POST", `/integrated-accounts/${id}/refresh`);
  expect(await view(id)).toMatchObject({ scopes: narrowed, credential_version: 2 });
  await proxy(id, "GET", "/contacts");

  // One that nobody ever asked for joins it; what is granted is not to blame for it.
  wanted = "read admin";
  await proxy(id, "GET", "/contacts");
  await expect.poll(async () => (await scopesOfToken(id)).missing).toEqual(["write", "admin"]);
  expect(await told(id)).toEqual(["created", "scopes_changed", "scopes_changed"]);
  const { rows } = await stack.database.pool.query(
    "SELECT actor, detail FROM audit_event WHERE account_id = $1 AND action = 'account.updated' ORDER BY at",
    [id],
  );
  expect(rows.map((row) => row.detail.scopes_refused)).toEqual([["write"], ["admin"]]);

  wanted = null;
  const again = await linkFor("narrowed", { integrated_account_id: id, scopes: ["write"] });
  expect(await stack.walk(again, "grace", { integration: "acme-strict" })).toMatchObject({ status: "connected" });
  expect((await view(id)).scopes).toEqual(before);
  expect(await told(id)).toEqual(["created", "scopes_changed", "scopes_changed", "scopes_changed"]);
});
