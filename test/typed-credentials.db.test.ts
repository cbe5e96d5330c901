import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dumpDatabase, findSecrets } from "./find-secrets.ts";
import { keyDefinition, startKeyProvider, type KeyProvider } from "./start-key-provider.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";

let stack: Stack;
let provider: KeyProvider;
let keys = 0;

beforeAll(async () => {
  [stack, provider] = await Promise.all([startStack(), startKeyProvider()]);
  for (const [name, format] of [
    ["acme-keys", "api_key"],
    ["acme-login", "basic"],
    ["acme-custom", "custom"],
  ] as const) {
    const put = await stack.call("PUT", `/integrations/${name}`, keyDefinition(name, provider.origin, format));
    if (put.status !== 201) throw new Error(JSON.stringify(put.body));
  }
});
beforeEach(() => {
  provider.failWith = null;
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await provider.close();
});

/** A key that the provider knows as one of `owner`. */
function newKey(owner: string): string {
  keys += 1;
  const key = `sk_${owner.toLowerCase()}_${String(keys).padStart(12, "0")}`;
  provider.keys.set(key, owner);
  return key;
}

const importKey = (tenantId: string, key: string, changes: object = {}): Promise<Answer> =>
  stack.call("POST", "/integrated-accounts", {
    integration_name: "acme-keys",
    tenant_id: tenantId,
    credentials: { api_key: { api_key: key } },
    ...changes,
  });

const accountsOf = async (tenantId: string): Promise<any[]> =>
  (await stack.call("GET", `/integrated-accounts?tenant_id=${tenantId}`)).body.data;

async function newLink(body: Record<string, unknown>): Promise<string> {
  const { body: link } = await stack.call("POST", "/link-tokens", { integration_name: "acme-keys", ...body });
  return link.url as string;
}

interface Sent {
  readonly status: number;
  readonly location: string;
  readonly cookie: string;
}

/** Sends a link's form as a browser does. */
async function send(url: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Sent> {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams({ integration_name: "acme-keys", ...fields }),
    headers: { origin: new URL(url).origin, ...headers },
    redirect: "manual",
  });
  await response.arrayBuffer();
  const cookie = response.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  return { status: response.status, location: response.headers.get("location") ?? "", cookie };
}

/** What the page of a link reads. */
async function pageOf(url: string, cookie = ""): Promise<Answer["body"]> {
  const { rows } = await stack.database.pool.query<{ id: string }>(
    "SELECT id FROM link_token ORDER BY created_at DESC LIMIT 1",
  );
  const response = await fetch(`${new URL(url).origin}/api/connect/links/${rows[0]?.id}`, { headers: { cookie } });
  return await response.json();
}

describe("importing (R7)", () => {
  test("an API key: tried first, then active, read in the shape of its fields, never refreshed", async () => {
    const key = newKey("Northwind");
    const imported = await importKey("tenant-import", key, { metadata: { moved: "yes" } });
    expect(imported.status, JSON.stringify(imported.body)).toBe(201);
    expect(imported.body).toMatchObject({
      status: "active",
      external_account: { id: "Northwind", label: "Northwind Ltd" },
      expires_at: null,
      refresh_due_at: null,
      scopes: { requested: [], granted: [], missing: [] },
      credential_version: 1,
      metadata: { moved: "yes" },
    });
    const path = `/integrated-accounts/${imported.body.id}`;
    const token = await stack.call("GET", `${path}/token?min_ttl=3600`);
    expect(token.body).toEqual({ credentials: { api_key: key }, credential_version: 1 });
    expect(token.headers.get("cache-control")).toBe("no-store");
    const refreshed = await stack.call("POST", `${path}/refresh`);
    expect([refreshed.status, refreshed.body.code]).toEqual([422, "not_refreshable"]);
    const { rows } = await stack.database.pool.query(
      "SELECT action, key_id, detail FROM audit_event WHERE account_id = $1 ORDER BY at, id",
      [imported.body.id],
    );
    expect(rows).toContainEqual({
      action: "credential.opened",
      key_id: "t1",
      detail: { field: "token_set", version: 1, purpose: "token_read" },
    });
  });

  test.each<[string, string, Record<string, string>, string]>([
    ["basic", "acme-login", { username: "ada@northwind.example", password: "pä ss" }, "ada@northwind.example:pä ss"],
    ["custom", "acme-custom", { key_id: "k1", key_secret: "s3cret" }, "k1.s3cret"],
  ])("%s credentials", async (format, integration, fields, known) => {
    provider.keys.set(known, "Contoso");
    const imported = await importKey("tenant-formats", "", {
      integration_name: integration,
      credentials: { [format]: fields },
    });
    expect(imported.status, JSON.stringify(imported.body)).toBe(201);
    const token = await stack.call("GET", `/integrated-accounts/${imported.body.id}/token`);
    expect(token.body).toEqual({ credentials: fields, credential_version: 1 });
  });

  test("disconnecting erases what was typed, and there is nothing to revoke", async () => {
    const { body } = await importKey("tenant-leave", newKey("Leaver"));
    const gone = await stack.call("DELETE", `/integrated-accounts/${body.id}`);
    expect(gone.body).toEqual({ id: body.id, status: "disconnected", revocation: "not_supported" });
    const { rows } = await stack.database.pool.query("SELECT FROM sealed_credential WHERE account_id = $1", [body.id]);
    expect(rows).toEqual([]);
    expect((await stack.call("GET", `/integrated-accounts/${body.id}/token`)).status).toBe(410);
  });

  test("nothing is stored of what the provider rejects, and it is told in its words without the key", async () => {
    const answer = await importKey("tenant-none", "sk_nobody_knows_this");
    expect([answer.status, answer.body.code]).toEqual([422, "invalid_request"]);
    expect(answer.body.errors).toEqual([
      {
        pointer: "/credentials/api_key/api_key",
        detail: "API key: the provider answered HTTP 401, invalid_token: no such key: [redacted]",
      },
    ]);
    expect(JSON.stringify(answer.body)).not.toContain("sk_nobody");
    expect(await accountsOf("tenant-none")).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    ["a wrong form", { credentials: { api_key: { api_key: "pk_1" } } }, ["/credentials/api_key/api_key"]],
    ["a field too many", { credentials: { api_key: { api_key: "sk_1", more: "x" } } }, ["/credentials/api_key/more"]],
    ["another format", { credentials: { basic: { username: "a", password: "b" } } }, ["/credentials/basic"]],
    ["a value that is no text", { credentials: { api_key: { api_key: 7 } } }, ["/credentials/api_key/api_key"]],
    [
      "two formats at once",
      { credentials: { api_key: { api_key: "sk_1" }, basic: { username: "a", password: "b" } } },
      ["/credentials"],
    ],
  ])("%s is refused with its pointer, and the provider is not asked", async (_name, changes, pointers) => {
    const before = provider.calls.length;
    const answer = await importKey("tenant-none", "sk_1", changes);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((one: { pointer: string }) => one.pointer)).toEqual(pointers);
    expect(provider.calls).toHaveLength(before);
  });

  test("a provider that is unwell or away is no verdict", async () => {
    provider.failWith = 503;
    expect(await importKey("tenant-none", newKey("Late"))).toMatchObject({
      status: 502,
      body: { code: "provider_error" },
    });
    const away = keyDefinition("acme-away", "http://127.0.0.1:1", "api_key");
    await stack.call("PUT", "/integrations/acme-away", away);
    const answer = await importKey("tenant-none", "sk_1", { integration_name: "acme-away" });
    expect([answer.status, answer.body.code]).toEqual([502, "provider_error"]);
    expect(await accountsOf("tenant-none")).toEqual([]);
  });

  test("an integration whose credentials are typed takes no OAuth client", async () => {
    const answer = await stack.call("PATCH", "/environment-integration", {
      integration_name: "acme-keys",
      credentials: { oauth2: { config: { client_id: "x" } } },
    });
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, "/credentials/oauth2"]);
  });
});

describe("the form of a link (R4)", () => {
  test("connects: tried, sealed, active, told once, and the link is used up", async () => {
    const key = newKey("Fabrikam");
    const url = await newLink({ tenant_id: "tenant-form", metadata: { plan: "gold" } });
    expect((await pageOf(url)).integrations[0]).toMatchObject({
      name: "acme-keys",
      unavailable: null,
      scopes: [],
      form: { format: "api_key", fields: [{ name: "api_key", label: "API key", secret: true }] },
    });
    const sent = await send(url, { "credentials.api_key": ` ${key} ` });
    expect([sent.status, sent.location]).toEqual([303, "/connect/outcome"]);
    const outcome = await fetch(`${new URL(url).origin}/api/connect/outcome`, { headers: { cookie: sent.cookie } });
    expect(await outcome.json()).toMatchObject({ status: "connected", external_account: "Fabrikam Ltd" });
    const [account] = await accountsOf("tenant-form");
    expect(account).toMatchObject({ status: "active", credential_version: 1, metadata: { plan: "gold" } });
    const token = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
    expect(token.body.credentials).toEqual({ api_key: key });
    const { rows } = await stack.database.pool.query("SELECT event_type FROM event WHERE account_id = $1", [
      account.id,
    ]);
    expect(rows).toEqual([{ event_type: "integrated_account:created" }]);
    const again = await send(url, { "credentials.api_key": key }, { cookie: sent.cookie });
    expect([again.status, again.location]).toEqual([303, new URL(url).pathname]);
    expect((await pageOf(url)).state).toBe("used");
  });

  test("goes back to the product where the link says so", async () => {
    await stack.call("PATCH", "/environment", { return_urls: ["https://app.example.com/done"] });
    const url = await newLink({ tenant_id: "tenant-return", return_url: "https://app.example.com/done" });
    const { location } = await send(url, { "credentials.api_key": newKey("Return") });
    expect(location).toMatch(/^https:\/\/app\.example\.com\/done\?status=connected&connect_session_id=cs_/);
  });

  test("comes again when the provider rejects it: why, and what is no secret, for that browser alone", async () => {
    const url = await newLink({ tenant_id: "tenant-again", integration_name: "acme-login" });
    const secret = "a-password-that-is-wrong";
    const fields = { integration_name: "acme-login", "credentials.username": "ada@x.example" };
    const sent = await send(url, { ...fields, "credentials.password": secret });
    expect([sent.status, sent.location]).toEqual([303, `${new URL(url).pathname}?check=password`]);
    const page = await pageOf(url, sent.cookie);
    expect(page.attempt).toEqual({
      integration_name: "acme-login",
      typed: { username: "ada@x.example" },
      code: "rejected",
      detail: "HTTP 401, invalid_token: no such key: ada@x.example:[redacted]",
      fields: [{ name: "password", message: null, fault: null }],
    });
    expect((await pageOf(url)).attempt).toBeNull();
    expect(page.state).toBe("open");
    const [account] = await accountsOf("tenant-again");
    expect(account).toMatchObject({ status: "connecting", credential_version: 0 });
  });

  test("with a character that can't be stored is refused, and the link stays", async () => {
    const url = await newLink({ tenant_id: "tenant-nul", integration_name: "acme-login" });
    const fields = { integration_name: "acme-login", "credentials.password": "a-password" };
    expect((await send(url, { ...fields, "credentials.username": "ada\u0000" })).status).toBe(400);
    expect((await pageOf(url)).state).toBe("open");
  });

  test("is not sent from another site", async () => {
    const url = await newLink({ tenant_id: "tenant-foreign" });
    const calls = provider.calls.length;
    const fields = { "credentials.api_key": newKey("Foreign") };
    for (const headers of [{ origin: "https://evil.example" }, { origin: "null", "sec-fetch-site": "cross-site" }]) {
      expect((await send(url, fields, headers)).status).toBe(403);
    }
    expect(provider.calls).toHaveLength(calls);
    expect(await accountsOf("tenant-foreign")).toEqual([]);
  });

  test("reaches the provider ten times in ten minutes, however many are sent at once", async () => {
    const url = await newLink({ tenant_id: "tenant-guess" });
    const calls = provider.calls.length;
    const sent = await Promise.all(
      Array.from({ length: 14 }, (_, index) => send(url, { "credentials.api_key": `sk_guess_${index}` })),
    );
    expect(sent.map((one) => one.status)).toEqual(Array.from({ length: 14 }, () => 303));
    expect(provider.calls).toHaveLength(calls + 10);
    const blockedUntil = Date.parse((await pageOf(url)).forms_blocked_until);
    expect(blockedUntil - Date.now()).toBeGreaterThan(540_000);
    // A good key waits too, and comes through once the oldest tries are over.
    const good = { "credentials.api_key": newKey("Patient") };
    await send(url, good);
    expect(provider.calls).toHaveLength(calls + 10);
    await stack.database.pool.query("UPDATE connect_try SET created_at = created_at - interval '10 minutes'");
    expect((await send(url, good)).location).toBe("/connect/outcome");
  });

  test("one of two who send it at once connects", async () => {
    const url = await newLink({ tenant_id: "tenant-race" });
    const [one, other] = [newKey("Race"), newKey("Race")];
    const sent = await Promise.all([one, other].map((key) => send(url, { "credentials.api_key": key })));
    expect(sent.map((each) => each.location).toSorted()).toEqual(
      [new URL(url).pathname, "/connect/outcome"].toSorted(),
    );
    const active = (await accountsOf("tenant-race")).filter((account) => account.status === "active");
    expect(active).toHaveLength(1);
  });

  test("renews an account under its id, and refuses what belongs to another external account (R32)", async () => {
    const { body: account } = await importKey("tenant-renew", newKey("Owner"), { metadata: { crm: "7" } });
    const url = await newLink({
      tenant_id: "tenant-renew",
      integrated_account_id: account.id,
      integration_name: undefined,
    });
    const wrong = await send(url, { "credentials.api_key": newKey("Stranger") });
    expect((await pageOf(url, wrong.cookie)).attempt).toMatchObject({
      code: "external_account_mismatch",
      detail: "Stranger Ltd",
    });
    const fresh = newKey("Owner");
    expect((await send(url, { "credentials.api_key": fresh })).location).toBe("/connect/outcome");
    const renewed = await stack.call("GET", `/integrated-accounts/${account.id}`);
    expect(renewed.body).toMatchObject({
      status: "active",
      credential_version: 2,
      metadata: { crm: "7" },
      external_account: { id: "Owner" },
    });
    const token = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
    expect(token.body.credentials).toEqual({ api_key: fresh });
  });
});

test("no key that was ever typed, good or bad, stands in the database or in logs", async () => {
  const bad = "sk_canary_of_a_bad_key_0001";
  const good = newKey("Canary");
  await importKey("tenant-canary", bad);
  const url = await newLink({ tenant_id: "tenant-canary" });
  await send(url, { "credentials.api_key": bad });
  await send(url, { "credentials.api_key": good });
  const [account] = (await accountsOf("tenant-canary")).filter((one) => one.status === "active");
  await stack.call("GET", `/integrated-accounts/${account.id}/token`);
  const secrets = [bad, "a-password-that-is-wrong", ...[...provider.keys.keys()].filter((key) => key.length > 15)];
  const dump = await dumpDatabase(stack.database.pool);
  expect(dump.tables).toContain("public.connect_try");
  expect(findSecrets(secrets, dump.chunks)).toEqual([]);
  expect(findSecrets(secrets, [Buffer.from(stack.logs())])).toEqual([]);
});
