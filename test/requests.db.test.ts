import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectAsPerson } from "#lab/connect-as-person";
import type { LabClient } from "#lab/start-lab";
import { labIntegration } from "#scripts/lab-integration";
import { startStack, type Stack } from "./start-stack.ts";

// The ways in which a client asks an authorization server, against a real one that knows them.
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ lab: { extensions: true, requiresDpopNonce: true } });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

interface Wish {
  readonly format?: string;
  readonly inputs?: unknown;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly secret?: string;
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly client?: Partial<LabClient>;
}

const setClient = (name: string, config: Readonly<Record<string, unknown>>) =>
  stack.call("PATCH", "/environment-integration", {
    integration_name: name,
    credentials: { oauth2: { config } },
  });

/** The lab under another name, asked in another way; its client registered there. */
async function define(name: string, wish: Wish): Promise<any> {
  const { format = "oauth2", inputs = [], config: more = {}, auth = {}, options = {}, client = {} } = wish;
  const document = labIntegration(name, stack.lab.origin) as any;
  const { config } = document.credentials;
  Object.assign(config.auth, auth);
  Object.assign(config.options, options);
  // Nobody is sent to a page where a client asks for itself.
  const params = format === "oauth2" ? { authorize: { prompt: "consent" } } : {};
  Object.assign(config, { params }, more);
  Object.assign(document, { inputs });
  document.credentials.format = format;
  const put = await stack.call("PUT", `/integrations/${name}`, document);
  expect(put.status, JSON.stringify(put.body)).toBe(201);
  const { secret: clientSecret = "a-secret-of-the-lab-0123456789" } = wish;
  const patched = await setClient(name, { client_id: name, client_secret: clientSecret });
  expect(patched.status, JSON.stringify(patched.body)).toBe(200);
  await stack.lab.registerClient({
    clientId: name,
    clientSecret,
    redirectUris: [patched.body.redirect_uri],
    ...client,
  });
  return patched.body;
}

async function link(name: string, tenantId: string): Promise<string> {
  const { body } = await stack.call("POST", "/link-tokens", { tenant_id: tenantId, integration_name: name });
  return body.url;
}

/** A click on a new link: where it sends the browser, and what the browser keeps. */
async function leave(name: string): Promise<{ address: URL; cookie: string }> {
  const click = await fetch(await link(name, "tenant-click"), {
    method: "POST",
    body: new URLSearchParams({ integration_name: name }),
    headers: { origin: stack.apis[0]?.origin ?? "" },
    redirect: "manual",
  });
  const cookies = click.headers.getSetCookie().map((one) => one.split(";")[0]);
  const address = new URL(click.headers.get("location") ?? "", stack.apis[0]?.origin);
  return { address, cookie: cookies.join("; ") };
}

async function outcomeOf(cookie: string): Promise<unknown> {
  return await (await fetch(`${stack.apis[0]?.origin}/api/connect/outcome`, { headers: { cookie } })).json();
}

async function refreshed(name: string, tenantId: string): Promise<any> {
  const { body } = await stack.call("GET", `/integrated-accounts?tenant_id=${tenantId}&integration_name=${name}`);
  const answer = await stack.call("POST", `/integrated-accounts/${body.data[0].id}/refresh`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

describe("a server that wants its authorization requests pushed (RFC 9126)", () => {
  beforeAll(async () => {
    await define("pushed", { auth: { parPath: "/request" }, client: { requiresPushedRequests: true } });
  });

  test("gets them, and the browser carries a reference alone (A20)", async () => {
    const { address } = await leave("pushed");
    expect([...address.searchParams.keys()]).toEqual(["client_id", "request_uri"]);
    const outcome = await stack.walk(await link("pushed", "tenant-par"), "ada", { integration: "pushed" });
    expect(outcome).toMatchObject({ status: "connected", external_account: "Ada Lovelace" });
    expect(await refreshed("pushed", "tenant-par")).toMatchObject({ credential_version: 2 });
  });

  test("takes a reference once", async () => {
    const authorizeUrl = (await leave("pushed")).address.href;
    const first = await connectAsPerson({ authorizeUrl, person: "ada" });
    expect(new URL(first.callbackUrl).searchParams.has("code")).toBe(true);
    const second = await connectAsPerson({ authorizeUrl, person: "ada" });
    expect(new URL(second.callbackUrl).searchParams.get("error")).toBe("invalid_request_uri");
  });

  test("has teeth: it refuses the same request when the browser brings it", async () => {
    await define("unpushed", { client: { requiresPushedRequests: true } });
    const outcome = await stack.walk(await link("unpushed", "tenant-unpushed"), "ada", { integration: "unpushed" });
    expect(outcome.status).toBe("failed");
  });

  test("says on the page why it did not take one", async () => {
    await define("wrong", { auth: { parPath: "/request" }, client: { clientSecret: "another-secret" } });
    const outcome = await leave("wrong");
    expect(outcome.address.pathname).toBe("/connect/outcome");
    expect(await outcomeOf(outcome.cookie)).toMatchObject({
      status: "failed",
      failure: { code: "client_misconfigured" },
    });
  });
});

describe("a server that always says who it is (RFC 9207)", () => {
  test("is believed", async () => {
    await define("named", { auth: { sendsIss: true } });
    const outcome = await stack.walk(await link("named", "tenant-iss"), "grace", { integration: "named" });
    expect(outcome.status).toBe("connected");
  });

  test("is not believed when the answer lost its name on the way", async () => {
    const { address, cookie } = await leave("named");
    const { callbackUrl } = await connectAsPerson({ authorizeUrl: address.href, person: "grace" });
    const nameless = new URL(callbackUrl);
    nameless.searchParams.delete("iss");
    const exchanges = stack.lab.stats().code_exchanges;
    await fetch(nameless, { headers: { cookie }, redirect: "manual" });
    expect(await outcomeOf(cookie)).toMatchObject({ status: "failed", failure: { code: "provider_error" } });
    expect(stack.lab.stats().code_exchanges).toBe(exchanges);
  });
});

describe("a client that signs (private_key_jwt)", () => {
  const options = { authorizationMethod: "private_key_jwt" };
  /** Tells the lab which public keys the client has, as an operator would. */
  const register = async (name: string, view: any, keys: any[]): Promise<void> =>
    await stack.lab.registerClient({
      clientId: name,
      redirectUris: [view.redirect_uri],
      tokenEndpointAuthMethod: "private_key_jwt",
      jwks: { keys },
    });
  const newest = (view: any) => view.client_keys[0].jwk;

  test("connects, pushes, refreshes, is told about and disconnects with a key of its own", async () => {
    const view = await define("signed", { auth: { parPath: "/request" }, options });
    await register("signed", view, [newest(view)]);
    const outcome = await stack.walk(await link("signed", "tenant-signed"), "ada", { integration: "signed" });
    expect(outcome.status).toBe("connected");
    const account = await refreshed("signed", "tenant-signed");
    const revocations = stack.lab.stats().revocations;
    const gone = await stack.call("DELETE", `/integrated-accounts/${account.id}`);
    expect(gone.body.revocation).toBe("revoked");
    expect(stack.lab.stats().revocations).toBe(revocations + 1);
  });

  test("publishes its public keys for everybody, and nothing else", async () => {
    const view = (await stack.call("GET", "/environment-integrations/signed")).body;
    const set = await fetch(view.jwks_uri);
    expect([set.status, set.headers.get("cache-control")]).toEqual([200, "public, max-age=300"]);
    const { keys }: any = await set.json();
    expect(keys).toEqual([newest(view)]);
    expect(Object.keys(keys[0]).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    const nobody = await fetch(`${stack.apis[0]?.origin}/oauth/jwks/nobody`);
    expect(nobody.status).toBe(404);
  });

  test("has another key at another server (A13)", async () => {
    const one = (await stack.call("GET", "/environment-integrations/signed")).body;
    const other = await define("signed-too", { options });
    expect(newest(other).kid).not.toBe(newest(one).kid);
  });

  test("rotates its key and loses nothing, whenever the provider learns of it", async () => {
    const view = await define("rotating", { options });
    await register("rotating", view, [newest(view)]);
    await stack.walk(await link("rotating", "tenant-rotating"), "grace", { integration: "rotating" });
    const rotated = (await setClient("rotating", { client_key: "rotate" })).body;
    expect(rotated.client_keys.map((one: any) => one.jwk.kid)).toEqual([
      expect.not.stringMatching(newest(view).kid),
      newest(view).kid,
    ]);
    // The provider knows the old one alone, then both, then the new one alone.
    await refreshed("rotating", "tenant-rotating");
    await register(
      "rotating",
      view,
      rotated.client_keys.map((one: any) => one.jwk),
    );
    await refreshed("rotating", "tenant-rotating");
    await register("rotating", view, [newest(rotated)]);
    expect(await refreshed("rotating", "tenant-rotating")).toMatchObject({ credential_version: 4 });
    const { keys }: any = await (await fetch(rotated.jwks_uri)).json();
    expect(keys).toHaveLength(2);
  });

  test("gets another key when its definition moves to another host, and none where nothing signs", async () => {
    const before = await define("moving", { options });
    const document = (await stack.call("GET", "/integrations/moving")).body;
    document.credentials.config.auth.tokenHost = "https://elsewhere.example";
    expect((await stack.call("PUT", "/integrations/moving", document)).status).toBe(200);
    const after = (await stack.call("GET", "/environment-integrations/moving")).body;
    expect(after.client_keys).toHaveLength(1);
    expect(newest(after).kid).not.toBe(newest(before).kid);
    const refused = await setClient("pushed", { client_key: "rotate" });
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/credentials/oauth2/config/client_key" }] },
    });
  });

  test("keeps its private keys out of every table", async () => {
    const { rows } = await stack.database.pool.query("SELECT e::text AS row FROM environment_integration e");
    expect(rows.some(({ row }) => row.includes("client_key"))).toBe(true);
    for (const { row } of rows) expect(row).not.toMatch(/"d\\?":/);
  });
});

describe("a client whose grants are signed (JWT bearer, RFC 7523 §2.1)", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const wish = (): Wish => ({
    format: "oauth2_client_credentials",
    inputs: [{ name: "user", label: "User" }],
    config: {
      assertion: {
        claims: { iss: "{client_id}", sub: "{user}", aud: stack.lab.origin, scope: "{scope}" },
        sendsClientId: true,
      },
      scope: ["read"],
    },
    secret: pem,
    client: {
      clientSecret: undefined,
      tokenEndpointAuthMethod: "none",
      jwks: { keys: [{ ...publicKey.export({ format: "jwk" }) }] },
      signsGrants: true,
    },
  });
  const bring = (name: string, client: Readonly<Record<string, unknown>> = {}) =>
    stack.call("POST", "/integrated-accounts", {
      integration_name: name,
      tenant_id: `tenant-of-${name}`,
      credentials: { oauth2_client_credentials: client },
      inputs: { user: "ada" },
    });

  test("gets its tokens, and new ones like any other", async () => {
    await define("service", wish());
    const account = await bring("service");
    expect(account, JSON.stringify(account.body)).toMatchObject({ status: 201, body: { status: "active" } });
    expect(account.body.refresh_due_at).not.toBeNull();
    const before = await stack.call("GET", `/integrated-accounts/${account.body.id}/token`);
    expect(before.body).toMatchObject({ token_type: "Bearer", credential_version: 1 });
    expect(await refreshed("service", "tenant-of-service")).toMatchObject({ credential_version: 2 });
    const after = await stack.call("GET", `/integrated-accounts/${account.body.id}/token`);
    expect(after.body.access_token).not.toBe(before.body.access_token);
  });

  test("may be the account's own, with a key of its own", async () => {
    const view = await define("own-service", wish());
    await stack.lab.registerClient({
      ...wish().client,
      clientId: "their-client",
      redirectUris: [view.redirect_uri],
    });
    const account = await bring("own-service", { client_id: "their-client", client_secret: pem });
    expect(account, JSON.stringify(account.body)).toMatchObject({ status: 201 });
    expect(await refreshed("own-service", "tenant-of-own-service")).toMatchObject({ credential_version: 2 });
  });

  test("is told plainly that its secret is no key, and whose it is to mend", async () => {
    await define("no-key", { ...wish(), secret: "hush-hush-0123456789" });
    const ours = await bring("no-key");
    expect(ours).toMatchObject({ status: 502, body: { code: "client_misconfigured" } });
    expect(ours.body.detail).toContain("is no private key");
    const theirs = await bring("no-key", { client_id: "their-client", client_secret: "hush-hush-0123456789" });
    expect(theirs).toMatchObject({ status: 422, body: { errors: [{ pointer: "/credentials" }] } });
    expect(JSON.stringify([ours.body, theirs.body, stack.logs()])).not.toContain("hush-hush");
  });

  test("leads to the customer when the provider does not take whom it asks for", async () => {
    const view = await define("refused", wish());
    const { body } = await bring("refused");
    const { publicKey: other } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    await stack.lab.registerClient({
      ...wish().client,
      clientId: "refused",
      redirectUris: [view.redirect_uri],
      jwks: { keys: [{ ...other.export({ format: "jwk" }) }] },
    });
    const answer = await stack.call("POST", `/integrated-accounts/${body.id}/refresh`);
    expect(answer).toMatchObject({ status: 409, body: { code: "needs_reauth" } });
  });
});

describe("tokens that are bound to a key of the account's own (DPoP, RFC 9449)", () => {
  test.each([
    ["bound", { options: { dpop: true }, client: { requiresDpop: true } }],
    // RFC 9449 §5: the refresh tokens of a public client are bound too.
    [
      "bound-public",
      {
        options: { dpop: true, authorizationMethod: "none" },
        client: { requiresDpop: true, clientSecret: undefined, tokenEndpointAuthMethod: "none" as const },
      },
    ],
  ])("are had and refreshed where the server insists on it, and on its nonces: %s", async (name, wish) => {
    await define(name, wish);
    const outcome = await stack.walk(await link(name, `tenant-${name}`), "ada", { integration: name });
    expect(outcome, JSON.stringify(outcome)).toMatchObject({ status: "connected" });
    const { id } = await refreshed(name, `tenant-${name}`);
    expect(await refreshed(name, `tenant-${name}`)).toMatchObject({ credential_version: 3 });
    const token = await stack.call("GET", `/integrated-accounts/${id}/token`);
    expect(token.body).toMatchObject({ token_type: "DPoP", credential_version: 3 });
    // Whoever reads the token can't use it: the key stays.
    expect(JSON.stringify(token.body)).not.toMatch(/"d"|dpop_?key/i);
    const asBearer = await fetch(`${stack.lab.origin}/me`, {
      headers: { authorization: `Bearer ${token.body.access_token}` },
    });
    expect(asBearer.status).toBe(401);
  });

  test("have teeth: without proofs the same server gives none", async () => {
    await define("unbound", { client: { requiresDpop: true } });
    const outcome = await stack.walk(await link("unbound", "tenant-unbound"), "ada", { integration: "unbound" });
    expect(outcome.status).toBe("failed");
  });
});
