// Shown by 5 of the access chapter: secrets planted through every path are found nowhere but where they belong, in no form. Each
// place that is searched also has to show something that is no secret, or nothing would have been found for want of looking.
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startFaultServer, type FaultServer } from "#lab/start-fault-server";
import { defineFaulty, until } from "./faulty-integration.ts";
import { keepDatabaseFiles, type DatabaseFiles } from "./database-files.ts";
import { createFinder, dumpDatabase, findSecrets, formsOf } from "./find-secrets.ts";
import { keyDefinition, startKeyProvider, type KeyProvider } from "./start-key-provider.ts";
import { startProcess } from "./start-process.ts";
import { startReceiver, type Receiver } from "./start-receiver.ts";
import { cookieOf, openSession, tryToSignIn } from "./sign-in-as.ts";
import { finishSso, startSso } from "./sso-browser.ts";
import { startForgingIdp } from "./start-forging-idp.ts";
import { expireToken, startStack, type Answer, type Stack } from "./start-stack.ts";
import { defineProxied, startUpstream, type Upstream } from "./start-upstream.ts";
import { watchDatabase, type DatabaseWatch } from "./watch-database.ts";

let stack: Stack;
let server: FaultServer;
let upstream: Upstream;
let keyProvider: KeyProvider;
let receiver: Receiver;
let idp: Awaited<ReturnType<typeof startForgingIdp>>;
let watch: DatabaseWatch;
let files: DatabaseFiles;
let spool: string;

/** By what they are; those of the lab come at the end. */
const canaries = new Map<string, string>();
/** What answers said that were not asked for a secret: problems, lists, views. */
const answers: string[] = [];
const spooled: string[] = [];
let ofCrashed = "";

/** New each time, as a provider may make it: with letters that change in an address, a form, JSON and base64url. */
function plant(name: string, make = (random: string): string => `cny.${random}~Q+/?>=`): string {
  const canary = make(randomBytes(18).toString("base64url"));
  canaries.set(name, canary);
  return canary;
}

/** An answer that must hold no secret, whatever became of the request. */
async function call(...given: Parameters<Stack["call"]>): Promise<Answer> {
  const answer = await stack.call(...given);
  answers.push(JSON.stringify(answer.body), JSON.stringify([...answer.headers]));
  return answer;
}

beforeAll(async () => {
  spool = mkdtempSync(join(tmpdir(), "evergrant-hunt-"));
  idp = await startForgingIdp("evergrant-admins");
  const env = {
    LOG_LEVEL: "debug",
    EVERGRANT_SPOOL_DIR: spool,
    EVERGRANT_OIDC_ISSUER: idp.issuer,
    EVERGRANT_OIDC_CLIENT_ID: "evergrant-admins",
    EVERGRANT_OIDC_CLIENT_SECRET: idp.clientSecret,
    EVERGRANT_OIDC_ROLES: "owner=platform",
  };
  [stack, server, upstream, keyProvider, receiver] = await Promise.all([
    startStack({ worker: true, apis: 2, env }),
    startFaultServer(),
    startUpstream(),
    startKeyProvider(),
    startReceiver(),
  ]);
  watch = await watchDatabase(stack.database);
  files = await keepDatabaseFiles(stack.database.url, "hunt");
  for (const name of ["EVERGRANT_SECRET", "EVERGRANT_KEYRING"]) {
    canaries.set(name, (stack.env[name] ?? "").replace(/^\w+:/, ""));
  }
  canaries.set("the stack's API key", stack.apiKey);
});
afterAll(async () => {
  await Promise.all([watch.stop(), files.stop()]);
  await stack[Symbol.asyncDispose]();
  await Promise.all([server.close(), upstream.close(), keyProvider.close(), receiver.close(), idp.close()]);
  rmSync(spool, { recursive: true, force: true });
});

const tokens = (name: string): { access_token: string; refresh_token: string } => ({
  access_token: plant(`access token, ${name}`),
  refresh_token: plant(`refresh token, ${name}`),
});

async function importInto(integration: string, credentials: unknown, tenant = "tenant"): Promise<string> {
  const { status, body } = await call("POST", "/integrated-accounts", {
    integration_name: integration,
    tenant_id: tenant,
    credentials,
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.id as string;
}

const versionOf = async (id: string): Promise<number> =>
  (await call("GET", `/integrated-accounts/${id}`)).body.credential_version;

/** Words of a provider that repeat what it was sent, in every form. */
function echo(...secrets: string[]): string {
  return secrets
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString("hex"),
      Buffer.from(secret).toString("base64"),
      Buffer.from(`x${secret}y`).toString("base64"),
      Buffer.from(`xy${secret}z`).toString("base64url"),
    ])
    .join(" ");
}

test("through connecting, re-authorizing, refreshing and leaving, at a real server", async () => {
  const account = await stack.connect("tenant", "ada");
  await stack.call("GET", `/integrated-accounts/${account.id}/token`);
  await call("POST", `/integrated-accounts/${account.id}/refresh`);
  await stack.lab.revokeGrant(stack.lab.grants().find((one) => one.person === "ada")?.grant_id ?? "");
  await expireToken(stack.database, account.id);
  expect((await call("GET", `/integrated-accounts/${account.id}/token`)).status).toBe(409);
  const link = await stack.call("POST", "/link-tokens", { tenant_id: "tenant", integrated_account_id: account.id });
  canaries.set("a link token", link.body.link_token);
  const outcome = await stack.walk(link.body.url, "ada");
  expect(outcome.status).toBe("connected");
  const callback = new URL(outcome.callbackUrl);
  for (const name of ["code", "state"]) canaries.set(`the ${name} of a trip`, callback.searchParams.get(name) ?? "");
  canaries.set("the browser's cookie", /=([^;]{20,})/.exec(outcome.cookie)?.[1] ?? "");
  await fetch(outcome.callbackUrl, { headers: { cookie: outcome.cookie }, redirect: "manual" });
  await call("GET", `/oauth/callback/nobody?code=${plant("a code nobody asked for")}&state=${plant("its state")}`);
  const leaver = await stack.connect("leaver", "hedy");
  await call("DELETE", `/integrated-accounts/${leaver.id}`);
  const asked = await stack.call("POST", "/link-tokens", { tenant_id: "asked", integration_name: "acme-crm" });
  await stack.walk(asked.body.url, "grace", { approve: false });
});

test("through an import, a refresh by the worker that rotates, and a provider that repeats all it is sent", async () => {
  const clientSecret = plant("an environment's client secret");
  await defineFaulty(stack, "echoing", server);
  await call("PATCH", "/environment-integration", {
    integration_name: "echoing",
    credentials: { oauth2: { config: { client_secret: clientSecret } } },
  });
  const given = tokens("imported");
  const next = tokens("of a refresh");
  server.respondWith([{ kind: "json", status: 200, body: { ...next, token_type: "Bearer", expires_in: 3600 } }]);
  const id = await importInto("echoing", { oauth2: { ...given, expires_in: 0 } });
  await until(async () => (await versionOf(id)) > 1);
  expect(server.requests.some(({ form }) => form["refresh_token"] === given.refresh_token)).toBe(true);
  // Not the one before: it is spent, and known here by its fingerprint alone.
  const said = echo(next.refresh_token, next.access_token, clientSecret);
  for (const behaviour of [
    { kind: "json", status: 400, body: { error: "server_error", error_description: said, sent: { deep: [said] } } },
    { kind: "json", status: 500, body: { [next.refresh_token]: said } },
    { kind: "text", status: 503, body: `<html>${said}</html>` },
    { kind: "text", status: 200, body: said },
    { kind: "json", status: 400, body: { error: said } },
    { kind: "json", status: 401, body: { error: "invalid_client", error_description: said } },
    {
      kind: "redirect",
      location: `https://elsewhere.example/?refresh_token=${encodeURIComponent(next.refresh_token)}`,
    },
    { kind: "json", status: 400, body: { error: "invalid_grant", error_description: said } },
  ] as const) {
    server.respondWith(behaviour);
    await call("POST", `/integrated-accounts/${id}/refresh`);
  }
  await call("GET", `/integrated-accounts/${id}/refresh-attempts`);
  await call("GET", `/integrated-accounts/${id}`);
  await call("GET", "/events?limit=50");
  const own = plant("an account's own client secret");
  await importInto("echoing", {
    oauth2: { ...tokens("with its own client"), expires_in: 3600, client_id: "theirs", client_secret: own },
  });
});

test("through client credentials", async () => {
  await defineFaulty(stack, "machine", server, {}, "oauth2_client_credentials");
  const client_secret = plant("a client's secret");
  const { access_token } = tokens("of a client");
  server.respondWith({ kind: "json", status: 200, body: { access_token, token_type: "Bearer", expires_in: 3600 } });
  const id = await importInto("machine", { oauth2_client_credentials: { client_id: "a-client", client_secret } });
  server.respondWith({
    kind: "json",
    status: 401,
    body: { error: "invalid_client", error_description: echo(client_secret) },
  });
  await call("POST", `/integrated-accounts/${id}/refresh`);
});

test("through keys and passwords that are typed, right ones and wrong ones", async () => {
  for (const [name, format] of [
    ["keys", "api_key"],
    ["login", "basic"],
    ["custom", "custom"],
  ] as const) {
    const put = await call("PUT", `/integrations/${name}`, keyDefinition(name, keyProvider.origin, format));
    expect(put.status).toBe(201);
  }
  const sk = (random: string): string => `sk_${Buffer.from(random).toString("hex")}`;
  const right = plant("an API key", sk);
  const password = plant("a password of basic");
  const custom = plant("a secret of its own form");
  keyProvider.keys.set(right, "Ada");
  keyProvider.keys.set(`ada:${password}`, "Ada");
  keyProvider.keys.set(`id.${custom}`, "Ada");
  const account = await importInto("keys", { api_key: { api_key: right } });
  await importInto("login", { basic: { username: "ada", password } });
  await importInto("custom", { custom: { key_id: "id", key_secret: custom } });
  // The provider repeats what it does not know, in its words for an error.
  const wrong = await call("POST", "/integrated-accounts", {
    integration_name: "keys",
    tenant_id: "tenant",
    credentials: { api_key: { api_key: plant("an API key that is wrong", sk) } },
  });
  expect(wrong.status).toBeGreaterThanOrEqual(400);
  const { body: link } = await stack.call("POST", "/link-tokens", { tenant_id: "typed", integration_name: "keys" });
  for (const key of [plant("a typed key that is wrong", sk), plant("a typed key", sk)]) {
    if (key === canaries.get("a typed key")) keyProvider.keys.set(key, "Alan");
    const sent = await fetch(link.url, {
      method: "POST",
      body: new URLSearchParams({ integration_name: "keys", api_key: key }),
      headers: { origin: stack.env["EVERGRANT_URL"] ?? "" },
      redirect: "manual",
    });
    answers.push(await sent.text(), sent.headers.get("location") ?? "", sent.headers.get("set-cookie") ?? "");
  }
  // And a key that the provider no longer knows: a call is refused, and a probe finds out.
  keyProvider.keys.delete(right);
  await stack.call("GET", `/proxy/me?integrated_account_id=${account}`);
});

test("through the proxy, whose provider repeats the token wherever it can", async () => {
  await defineProxied(stack, upstream, "proxied");
  const given = tokens("through the proxy");
  const id = await importInto("proxied", { oauth2: { ...given, expires_in: 3600 } });
  const body = plant("what passes through the proxy");
  for (const status of [200, 401, 403, 500]) {
    upstream.answer = (_request, response, { token }) =>
      void response
        .writeHead(status, { "x-echo": encodeURIComponent(token), "set-cookie": `s=${body}` })
        .end(echo(token, body));
    await stack.call("POST", `/proxy/contacts?integrated_account_id=${id}&q=${encodeURIComponent(body)}`, { body });
  }
  upstream.answer = (_request, response) => void response.destroy();
  await stack.call("GET", `/proxy/contacts?integrated_account_id=${id}&q=${encodeURIComponent(body)}`);
});

test("through webhooks, whose receiver repeats its secret, and the link that it is sent", async () => {
  const made = await stack.call("POST", "/webhook-endpoints", { url: `${receiver.origin}/hook` });
  const secret = made.body.secret as string;
  const rotated = (await stack.call("POST", `/webhook-endpoints/${made.body.id}/rotate-secret`, {})).body
    .secret as string;
  canaries.set("a webhook secret", secret);
  canaries.set("the webhook secret after it", rotated);
  let status = 500;
  receiver.answer = ({ headers, raw }, response) =>
    void response.writeHead(status).end(`${raw} ${echo(secret, rotated, String(headers["webhook-signature"]))}`);
  await call("POST", `/webhook-endpoints/${made.body.id}/test`, {});
  await until(
    async () => (await call("GET", `/webhook-deliveries?endpoint=${made.body.id}`)).body.data[0]?.attempts.length > 0,
  );
  status = 200;
  await call("PATCH", "/environment", { reauth_links_in_events: true });
  // Of its own: the breaker of the one that went wrong above is open.
  await defineFaulty(stack, "ending", server);
  const id = await importInto("ending", { oauth2: { ...tokens("of a grant that ends"), expires_in: 3600 } });
  server.respondWith({ kind: "json", status: 400, body: { error: "invalid_grant" } });
  await call("POST", `/integrated-accounts/${id}/refresh`);
  const withLink = (): string | undefined =>
    receiver.received.find(({ body }) => body.payload?.id === id && body.payload.reauth_url !== undefined)?.body.payload
      .reauth_url;
  await until(async () => withLink() !== undefined);
  canaries.set("the link in an event", withLink()?.split("/").at(-1) ?? "");
  await until(async () => {
    const { data } = (
      await call(
        "GET",
        `/webhook-deliveries?endpoint=${made.body.id}&event_type=integrated_account:authentication_error`,
      )
    ).body;
    return data.some((one: { attempts: unknown[] }) => one.attempts.length > 0);
  });
});

test("through a chat whose address is a secret, and which repeats it", async () => {
  const part = plant("a part of the address of a chat", (random) => `cap.${random}`);
  // It knows its own address alone: the receiver before goes on with what it was sent.
  const before = receiver.answer;
  receiver.answer = (request, response) =>
    request.path.includes(part) ? void response.writeHead(500).end(echo(part)) : before(request, response);
  const made = await call("POST", "/webhook-endpoints", {
    url: `${receiver.origin}/services/T0/${part}`,
    format: "chat",
  });
  expect(made.status).toBe(201);
  await call("POST", `/webhook-endpoints/${made.body.id}/test`, {});
  await until(
    async () => (await call("GET", `/webhook-deliveries?endpoint=${made.body.id}`)).body.data[0]?.attempts.length > 0,
  );
  expect(receiver.received.some(({ path }) => path.endsWith(part))).toBe(true);
});

test("through what callers do wrong", async () => {
  const secret = plant("what a caller sends to the wrong place");
  const query = encodeURIComponent(secret);
  await call("POST", "/integrated-accounts", { credentials: { oauth2: { access_token: secret, [secret]: secret } } });
  await call("POST", "/integrated-accounts", `{"credentials": {"oauth2": {"access_token": "${secret}"`);
  await call("GET", `/integrated-accounts?access_token=${query}`);
  await call("GET", `/integrated-accounts/${query}`);
  await call("GET", "/integrated-accounts", undefined, { key: secret });
  await call("PATCH", "/environment-integration", {
    integration_name: "echoing",
    credentials: { oauth2: { config: { client_secret: { text: secret } } } },
  });
  await call(
    "POST",
    "/integrated-accounts",
    { integration_name: "echoing" },
    { headers: { "idempotency-key": secret } },
  );
});

test("through the dashboard and the command line", async () => {
  const cookie = await openSession(stack, "owner@example.com", "owner");
  canaries.set("a session", /session-token=([^;]+)/.exec(cookie)?.[1] ?? "");
  const created = await stack.cli("users", "create", "--email", "other@example.com", "--json");
  canaries.set("an administrator's password", (JSON.parse(created.stdout) as { password: string }).password);
  const key = await stack.cli("api-keys", "create", "--environment", "production", "--permissions", "all", "--json");
  canaries.set("an API key of ours", (JSON.parse(key.stdout) as { key: string }).key);
  for (const name of ["EVERGRANT_SECRET", "EVERGRANT_KEYRING"]) expect(stack.env[name]).toContain(canaries.get(name));
});

test("through invitations, passwords and single sign-on of administrators", async () => {
  const inviter = cookieOf(await openSession(stack, "inviter@example.com", "owner"));
  canaries.set("the inviter's session", /session-token=([^;]+)/.exec(inviter)?.[1] ?? "");
  const send = async (method: string, path: string, body: unknown, cookie = ""): Promise<Response> => {
    const headers = { "content-type": "application/json", origin: stack.env["EVERGRANT_URL"] ?? "", cookie };
    return await fetch(`${stack.apis[0]?.origin}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  };
  const heard = async (response: Response): Promise<number> => {
    answers.push(await response.text());
    return response.status;
  };
  const invited = await send("POST", "/invitations", { email: "invited@example.com", role: "support" }, inviter);
  const token = new URL(((await invited.json()) as { url: string }).url).hash.slice(1);
  canaries.set("the token of an invitation", token);
  await heard(await send("POST", "/invitation/look-up", { token }));
  await heard(await send("POST", "/invitation/look-up", { token: plant("an invitation that is none") }));
  const password = plant("a password that is chosen");
  expect(await heard(await send("POST", "/invitation/accept", { token, name: "Grace", password }))).toBe(201);

  await tryToSignIn(stack, "invited@example.com", plant("a password that is wrong"));
  await tryToSignIn(stack, plant("a password in the wrong field"), password);
  const cookie = cookieOf((await tryToSignIn(stack, "invited@example.com", password)).session);
  canaries.set("the invited one's session", /session-token=([^;]+)/.exec(cookie)?.[1] ?? "");
  const wrong = plant("a wrong password, to confirm");
  expect(await heard(await send("PUT", "/session/confirmation", { password: wrong }, cookie))).toBe(422);
  const next = { current_password: password, new_password: plant("a password after it") };
  expect(await heard(await send("PUT", "/session/password", next, cookie))).toBe(204);

  canaries.set("the client secret of single sign-on", idp.clientSecret);
  for (const forged of ["an ID token that is none", "an ID token of nobody", null]) {
    idp.forgery =
      forged === null ? {} : { token: plant(forged, (random) => `eyJhbGciOiJSUzI1NiJ9.${random}.${random}`) };
    const { url, cookies } = await startSso(stack);
    const { searchParams } = new URL(url);
    const [state = "", code = ""] = ["state", "nonce"].map((name) => searchParams.get(name) ?? "");
    canaries.set(`a state of single sign-on ${canaries.size}`, state);
    canaries.set(`a code of single sign-on ${canaries.size}`, code);
    canaries.set(`a trip of single sign-on ${canaries.size}`, /evergrant\.sso=([^;]+)/.exec(cookies)?.[1] ?? "");
    const back = `${stack.env["EVERGRANT_URL"]}/api/auth/callback/oidc?${new URLSearchParams({ state, code, iss: idp.issuer })}`;
    const { session, error, path } = await finishSso(stack, back, cookies);
    answers.push(path);
    expect(session === "", `${forged}: ${error}`).toBe(forged !== null);
    if (session !== "") canaries.set("a session by single sign-on", /session-token=([^;]+)/.exec(session)?.[1] ?? "");
  }
});

test("through an answer that waits on disk while the database is away", async () => {
  await defineFaulty(stack, "spooled", server);
  const next = tokens("on disk");
  const held = Promise.withResolvers<void>();
  const id = await importInto("spooled", { oauth2: { ...tokens("before the disk"), expires_in: 3600 } });
  server.respondWith({
    kind: "hold",
    until: held.promise,
    answer: { kind: "json", status: 200, body: { ...next, token_type: "Bearer", expires_in: 3600 } },
  });
  const before = server.requests.length;
  const refreshing = call("POST", `/integrated-accounts/${id}/refresh`);
  await until(async () => server.requests.length > before);
  const lock = await stack.database.pool.connect();
  try {
    await lock.query("BEGIN; LOCK TABLE integrated_account IN ACCESS EXCLUSIVE MODE");
    held.resolve();
    await until(async () => {
      for (const name of readdirSync(spool)) spooled.push(readFileSync(join(spool, name), "latin1"));
      return spooled.some((one) => one.includes(id));
    });
  } finally {
    await lock.query("ROLLBACK");
    lock.release();
  }
  await refreshing;
  await until(async () => (await versionOf(id)) > 1);
  expect(await stack.call("GET", `/integrated-accounts/${id}/token`)).toMatchObject({
    body: { access_token: next.access_token },
  });
});

test("through a process that is killed with an answer in its hands", async () => {
  await defineFaulty(stack, "crashing", server);
  const held = Promise.withResolvers<void>();
  const id = await importInto("crashing", { oauth2: { ...tokens("of a process that dies"), expires_in: 3600 } });
  server.respondWith({ kind: "hold", until: held.promise });
  const dying = await startProcess("worker/main.ts", {
    ...stack.env,
    DATABASE_URL: stack.database.urlAs("worker"),
    WORKER_PORT: "0",
  });
  const before = server.requests.length;
  const refreshing = stack.call("POST", `/integrated-accounts/${id}/refresh`, undefined, { api: 1 }).catch(() => null);
  await until(async () => server.requests.length > before);
  await stack.apis[1]?.process.kill();
  await dying.kill();
  held.resolve();
  await refreshing;
  ofCrashed = `${stack.apis[1]?.process.output()}${dying.output()}`;
  server.respondWith({
    kind: "json",
    status: 200,
    body: { ...tokens("after the crash"), token_type: "Bearer", expires_in: 3600 },
  });
  await until(
    async () => (await call("GET", `/integrated-accounts/${id}/refresh-attempts`)).body.data[0]?.outcome !== null,
  );
});

test("none of them is found: not in a table, a job, a query, a log, a metric, an answer or a file, also PostgreSQL's own", async () => {
  for (const token of stack.lab.issuedTokens()) canaries.set(`a token of the lab ${canaries.size}`, token);
  const secrets = [...canaries.values()];
  expect(secrets.length).toBeGreaterThan(50);
  expect(secrets.filter((secret) => secret.length < 16)).toEqual([]);

  const metrics: string[] = [];
  for (const port of [new URL(stack.apis[0]?.origin ?? "").port, stack.env["WORKER_PORT"]]) {
    metrics.push(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  }
  const dump = await dumpDatabase(stack.database.pool);
  const rows = await watch.rows();
  const jobs = rows.filter(({ table }) => table === "_private_jobs").map(({ row }) => row);
  const [account] = (await stack.call("GET", "/integrated-accounts?limit=1")).body.data as { id: string }[];
  const places: [name: string, chunks: readonly (string | Buffer)[], shown: string][] = [
    ["the tables", dump.chunks, account?.id ?? "?"],
    ["every row that was ever written", rows.map(({ row }) => row), account?.id ?? "?"],
    ["every job", jobs, "account_id"],
    ["every query", watch.queries(), "audit_event"],
    ["the logs", [stack.logs(), ofCrashed], '"level":"warn"'],
    ["the metrics", metrics, "evergrant_token_reads_total"],
    ["the answers", answers, account?.id ?? "?"],
    ["the spool", spooled, "credential"],
  ];
  const find = createFinder(canaries);
  const found: Record<string, string[]> = {};
  for (const [name, chunks, shown] of places) {
    const haystack = Buffer.concat(chunks.map((chunk) => Buffer.concat([Buffer.from(chunk), Buffer.from("\n")])));
    expect(haystack.includes(shown), `${name}: nothing that is no secret is there either`).toBe(true);
    const names = [...find(haystack)];
    if (names.length > 0) found[name] = names;
  }
  // Rows that are gone stand in these too, and what no trigger sees.
  const shownIn = new Set<string>();
  for await (const { name, bytes } of files.read()) {
    const place = name.startsWith("base/") ? "the database's files" : "its write-ahead log";
    if (bytes.includes(account?.id ?? "?")) shownIn.add(place);
    const names = [...find(bytes)];
    if (names.length > 0) found[place] = [...new Set([...(found[place] ?? []), ...names])];
  }
  expect([...shownIn].toSorted()).toEqual(["its write-ahead log", "the database's files"]);
  expect(found).toEqual({});
  // The log is that of all databases that other tests write to meanwhile.
}, 300_000);

test("the hunt has teeth: a secret that is planted in the clear is found in each form, in each place of a database", async () => {
  const secret = "planted.canary~token+/?>=0123456789";
  expect(formsOf(secret).length).toBeGreaterThan(10);
  const around = (shift: number): Buffer => Buffer.from(`${"abc".slice(0, shift)}${secret}behind`);
  const plants: [name: string, value: string | Buffer][] = [
    ["text", `before ${secret} after`],
    ["bytes", Buffer.from(`..${secret}`)],
    ["an address", `?token=${encodeURIComponent(secret)}&x`],
    ["an address in small letters", encodeURIComponent(secret).replaceAll(/%../g, (one) => one.toLowerCase())],
    ["a form", new URLSearchParams({ token: secret }).toString()],
    ["a JSON text", JSON.stringify({ token: secret })],
    ["a JSON text with escaped slashes", JSON.stringify({ token: secret }).replaceAll("/", "\\/")],
    ["hex", around(1).toString("hex")],
    ["capital hex", around(1).toString("hex").toUpperCase()],
    ...[0, 1, 2].flatMap((shift): [string, string][] => [
      [`base64 behind ${shift} bytes`, around(shift).toString("base64")],
      [`base64url behind ${shift} bytes`, around(shift).toString("base64url")],
    ]),
  ];
  const client = await stack.database.pool.connect();
  const find = createFinder(new Map([["it", secret]]));
  await files.startAnew();
  try {
    for (const [name, value] of plants) {
      await client.query("BEGIN; DELETE FROM hunt.seen");
      await client.query("INSERT INTO process_heartbeat (owner) VALUES ($1)", [
        typeof value === "string" ? value : value.toString("hex"),
      ]);
      const { rows } = await client.query<{ row: string }>("SELECT row FROM hunt.seen");
      const seen = findSecrets([secret], [Buffer.from(rows.map(({ row }) => row).join("\n"))]);
      const direct = findSecrets([secret], [Buffer.from(value)]);
      await client.query("ROLLBACK");
      expect({ name, seen, direct }).toEqual({ name, seen: ["planted.…"], direct: ["planted.…"] });
    }
    // The rows were rolled back: no query sees them, and the files still have them.
    const holding = new Set<string>();
    for await (const { name, bytes } of files.read()) {
      if (find(bytes).size > 0) holding.add(name.startsWith("base/") ? "files" : "log");
    }
    expect([...holding].toSorted()).toEqual(["files", "log"]);
  } finally {
    client.release();
  }
});
