import { generateKeyPairSync } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { resolveIntegration } from "#core/domain/integration/resolve-integration";
import { decodeJwt, importJWK, jwtVerify } from "jose";
import { encodeClientKeys, withNewKey } from "#core/domain/integration/client-keys";
import { publicJwk, type SigningAlgorithm } from "#core/domain/jwk/jwk";
import type { FaultBehaviour } from "#lab/start-fault-server";
import { directExpressions } from "#test/fakes/direct-expressions";
import { exampleDocument, storedDocument } from "#test/fakes/in-memory-integration-store";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { startOAuthEdge } from "#test/start-oauth-edge";
import { createAddressGuard } from "../egress/address-guard.ts";
import { createEgressClient } from "../egress/egress-client.ts";
import { generateKeyPair } from "./generate-key-pair.ts";
import { createAuthorizationServer } from "./authorization-server.ts";

// What exactly leaves for an authorization server that departs from the standard, and what does not.
const { fault, egress, close } = await startOAuthEdge();
const answering = { expressions: directExpressions, log: createRecordingLog() };
const redirectUri = (id: string): string => `https://evergrant.example/oauth/callback/${id}`;

afterAll(close);

const answer = { access_token: "a1", refresh_token: "r1", token_type: "Bearer", expires_in: 3600 };

interface Wish {
  readonly format?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly secret?: string | null;
}

const shops = ["shop", "region"].map((name) => ({ name, label: name, required: false }));

/** A document at the fault server, as it would be stored, and an authorization server that asks there. */
function at({ format = "oauth2", config = {}, auth = {}, inputs = {} }: Wish) {
  const document = storedDocument({
    format,
    inputs: shops,
    config: {
      auth: {
        tokenHost: fault.origin,
        tokenPath: "/token",
        revokePath: "/revoke",
        introspectPath: "/introspect",
        ...auth,
      },
      scope: ["read", "write"],
      ...config,
    },
  });
  const layer = { clientId: "client-1", callbackId: "cb-1" };
  fault.respondWith({ kind: "json", status: 200, body: answer });
  return {
    integration: resolveIntegration(document, layer, inputs),
    server: createAuthorizationServer({ egress, clock: createSteppedClock(), redirectUri, ...answering }),
  };
}

const code = { code: "code-1", redirectUri: redirectUri("cb-of-the-trip"), verifier: "v".repeat(43), nonce: null };

/** What left, by what was asked. */
async function sent(kind: "exchange" | "refresh" | "client" | "revoke" | "introspect", wish: Wish = {}) {
  const { integration, server } = at(wish);
  const secret = wish.secret === undefined ? "the-secret" : wish.secret;
  const before = fault.requests.length;
  switch (kind) {
    case "exchange":
      await server.exchangeCode(integration, secret, code);
      break;
    case "refresh":
      await server.refresh(integration, secret, "refresh-0");
      break;
    case "client":
      await server.clientCredentials(integration, secret);
      break;
    case "revoke":
      await server.revoke(integration, secret, "refresh-0", "refresh_token");
      break;
    case "introspect":
      await server.introspect(integration, secret, "access-0");
      break;
  }
  const [request, ...more] = fault.requests.slice(before);
  expect(more).toEqual([]);
  if (request === undefined) throw new Error("nothing left");
  return request;
}

describe("hosts of their own", () => {
  it("are asked for a refresh and for a revocation, and for nothing else", async () => {
    const other = fault.origin.replace("127.0.0.1", "localhost");
    const auth = { refreshHost: other, refreshPath: "/renew", revokeHost: other };
    const { integration } = at({ auth });
    expect(integration).toMatchObject({
      tokenEndpoint: `${fault.origin}/token`,
      refreshEndpoint: `${other}/renew`,
      revocationEndpoint: `${other}/revoke`,
      introspectionEndpoint: `${fault.origin}/introspect`,
    });
    const host = new URL(other).host;
    expect(await sent("refresh", { auth })).toMatchObject({ url: "/renew", headers: { host } });
    expect(await sent("revoke", { auth })).toMatchObject({ url: "/revoke", headers: { host } });
    expect((await sent("exchange", { auth })).headers["host"]).toBe(new URL(fault.origin).host);
  });

  it("take the token path for a refresh where they name none", async () => {
    expect(at({ auth: { refreshHost: "https://other.example" } }).integration.refreshEndpoint).toBe(
      "https://other.example/token",
    );
  });
});

describe("parameters under other names", () => {
  const parameterNames = {
    client_id: "client_key",
    client_secret: "client_word",
    code: "auth_code",
    grant_type: "kind",
    refresh_token: "renewal",
    token: "key",
    token_type_hint: "hint",
  };
  const config = { parameterNames, options: { authorizationMethod: "body" } };
  const client = { client_key: "client-1", client_word: "the-secret" };

  it("leave in an exchange", async () => {
    expect((await sent("exchange", { config })).form).toEqual({
      ...client,
      kind: "authorization_code",
      auth_code: "code-1",
      redirect_uri: code.redirectUri,
      code_verifier: code.verifier,
    });
  });

  it("leave in a refresh, a revocation and an introspection, and the standard names do not", async () => {
    const refresh = await sent("refresh", { config });
    expect(refresh.form).toEqual({ ...client, kind: "refresh_token", renewal: "refresh-0" });
    const revocation = await sent("revoke", { config });
    expect(revocation.form).toEqual({ ...client, key: "refresh-0", hint: "refresh_token" });
    const introspection = await sent("introspect", { config });
    expect(introspection.form).toEqual({ ...client, key: "access-0", hint: "access_token" });
  });

  it("leave in JSON too", async () => {
    const options = { authorizationMethod: "body", bodyFormat: "json" };
    const { body } = await sent("refresh", { config: { parameterNames, options } });
    expect(JSON.parse(body)).toEqual({ ...client, kind: "refresh_token", renewal: "refresh-0" });
  });

  it("can't be taken by an extra parameter, nor can a standard one come back in", async () => {
    const params = {
      refresh: { client_key: "planted", renewal: "planted", refresh_token: "planted", code: "planted" },
    };
    expect((await sent("refresh", { config: { ...config, params } })).body).not.toContain("planted");
  });

  it("are refused when one stands for two", () => {
    const names = { client_id: "x", client_secret: "x" };
    expect(() => exampleDocument({ config: { parameterNames: names } })).toThrow("x stands for two parameters");
  });

  it("carry the scope of a client that asks for itself", async () => {
    const { form } = await sent("client", { config: { scopeParameter: "user_scope" } });
    expect(form).toEqual({ grant_type: "client_credentials", user_scope: "read write" });
  });
});

it("a request that its definition makes too long is never sent, and says whose move it is", async () => {
  const audience = "{scope}".repeat(285);
  const scope = Array.from({ length: 200 }, (_, index) => `${index}`.padEnd(500, "x"));
  const { integration, server } = at({ config: { scope, params: { refresh: { audience } } } });
  const before = fault.requests.length;
  const result = await server.refresh(integration, "the-secret", "refresh-0");
  expect(result).toMatchObject({ kind: "failure", failure: { kind: "client_unusable" }, httpStatus: null });
  expect(fault.requests).toHaveLength(before);
});

describe("headers of an integration", () => {
  const headers = {
    "acme-version": "2026-01-01",
    "x-shop": "{shop}",
    "x-region": "{region}",
    "x-client": "{client_id}",
  };

  it.each(["exchange", "refresh", "client", "revoke", "introspect"] as const)(
    "leave with every %s, filled, without those that would be empty",
    async (kind) => {
      const request = await sent(kind, { config: { options: { headers } }, inputs: { shop: "north" } });
      expect(request.headers).toMatchObject({
        "acme-version": "2026-01-01",
        "x-shop": "north",
        "x-client": "client-1",
      });
      expect(request.headers).not.toHaveProperty("x-region");
    },
  );

  it("replace none of the request's own", async () => {
    const own = { authorizationMethod: "body", headers: { authorization: "Shop {shop}" } };
    const { headers: sentHeaders } = await sent("refresh", { config: { options: own }, inputs: { shop: "acme" } });
    expect(sentHeaders["authorization"]).toBe("Shop acme");
    for (const name of ["content-type", "host", "content-length", "authorization", "dpop"]) {
      const document = () => exampleDocument({ config: { options: { headers: { [name]: "x" } } } });
      expect(document, name).toThrow(`${name} is written by Evergrant`);
    }
  });

  it.each([
    ["a line break, which would begin another header", "north\r\nx-admin: 1"],
    ["letters that no header may hold", "北店"],
  ])("leave with no request at all where an input fills them with %s", async (_name, shop) => {
    const { integration, server } = at({ config: { options: { headers } }, inputs: { shop } });
    const before = fault.requests.length;
    const asked = [
      server.exchangeCode(integration, "the-secret", code),
      server.refresh(integration, "the-secret", "refresh-0"),
      server.introspect(integration, "the-secret", "access-0"),
    ];
    for (const answered of await Promise.all(asked)) {
      expect(answered).toMatchObject({
        failure: { kind: "unsendable", detail: expect.stringContaining("the header x-shop") },
        httpStatus: null,
      });
      expect(JSON.stringify(answered)).not.toContain(JSON.stringify(shop).slice(1, -1));
    }
    expect(fault.requests.length).toBe(before);
  });

  it("are refused where they name nothing", () => {
    const document = () => exampleDocument({ config: { options: { headers: { "x-shop": "{nothing}" } } } });
    expect(document).toThrow("{nothing} names nothing");
  });

  it("begin with a name: some servers refuse a nameless client", async () => {
    expect((await sent("refresh")).headers["user-agent"]).toBe("Evergrant");
  });
});

describe("parameters in the address (bodyFormat query)", () => {
  const config = { options: { bodyFormat: "query", authorizationMethod: "body" } };

  it("leave the body empty, and without a type", async () => {
    const request = await sent("refresh", { config, auth: { tokenPath: "/token?tenant=7" } });
    const url = new URL(request.url, fault.origin);
    expect([request.method, url.pathname, request.body]).toEqual(["POST", "/token", ""]);
    expect(request.headers).not.toHaveProperty("content-type");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      tenant: "7",
      grant_type: "refresh_token",
      refresh_token: "refresh-0",
      client_id: "client-1",
      client_secret: "the-secret",
    });
  });

  it("stand in nothing that is said of a failure", async () => {
    const { integration, server } = at({ config });
    const failures = [];
    for (const behaviour of [
      { kind: "reset" },
      { kind: "html", status: 503 },
      { kind: "redirect", location: `${fault.origin}/elsewhere`, status: 302 },
      {
        kind: "json",
        status: 400,
        body: { error: "invalid_request", error_description: "no: refresh-0 of the-secret" },
      },
      { kind: "hang" },
    ] as const) {
      fault.respondWith(behaviour);
      const refreshPolicy = { ...integration.refreshPolicy, timeoutSeconds: 0.2 };
      failures.push(await server.refresh({ ...integration, refreshPolicy }, "the-secret", "refresh-0"));
    }
    const elsewhere = { ...integration, refreshEndpoint: "http://127.0.0.1:9/token" };
    failures.push(await server.refresh(elsewhere, "the-secret", "refresh-0"));
    const guarded = createEgressClient(createAddressGuard([]));
    const asked = createAuthorizationServer({
      egress: guarded,
      clock: createSteppedClock(),
      redirectUri,
      ...answering,
    });
    failures.push(await asked.refresh(integration, "the-secret", "refresh-0"));
    await guarded.close();
    expect(failures.map((one) => one.kind)).toEqual(Array(7).fill("failure"));
    expect(JSON.stringify(failures)).not.toMatch(/refresh-0|the-secret/);
  });
});

describe("the secret as user name", () => {
  it("leaves as it is, with no password and no client beside it", async () => {
    const options = { authorizationMethod: "secret_as_username" };
    const request = await sent("refresh", { config: { options }, secret: "sk_live-1.~" });
    const basic = Buffer.from("sk_live-1.~:").toString("base64");
    expect(request.headers["authorization"]).toBe(`Basic ${basic}`);
    expect(request.form).toEqual({ grant_type: "refresh_token", refresh_token: "refresh-0" });
  });
});

describe("extra parameters", () => {
  const params = {
    token: { aud: "{shop}", region: "{region}", client: "{client_id}", scope: "{scope}", from: "{redirect_uri}" },
    refresh: { redirect_uri: "{redirect_uri}", scope: "{scope}", region: "{region}" },
  };

  it("of an exchange are filled, with the redirect URI of the trip; what is empty stays away", async () => {
    const { form } = await sent("exchange", { config: { params }, inputs: { shop: "north" } });
    expect(form).toMatchObject({ aud: "north", client: "client-1", scope: "read write", from: code.redirectUri });
    expect(form).not.toHaveProperty("region");
    expect(form["redirect_uri"]).toBe(code.redirectUri);
  });

  it("of a refresh may name the client's redirect URI", async () => {
    expect((await sent("refresh", { config: { params } })).form).toEqual({
      grant_type: "refresh_token",
      refresh_token: "refresh-0",
      redirect_uri: "https://evergrant.example/oauth/callback/cb-1",
      scope: "read write",
    });
  });

  it("keep their type in JSON, and are text in a form", async () => {
    const typed = { refresh: { days: 30, offline: true } };
    const options = { bodyFormat: "json" };
    const { body } = await sent("refresh", { config: { params: typed, options } });
    expect(JSON.parse(body)).toMatchObject({ days: 30, offline: true });
    expect((await sent("refresh", { config: { params: typed } })).form).toMatchObject({ days: "30", offline: "true" });
  });
});

it("keeps the query of a path beside a form", async () => {
  const request = await sent("refresh", { auth: { tokenPath: "/token?grant=renew" } });
  expect([request.url, request.form["refresh_token"]]).toEqual(["/token?grant=renew", "refresh-0"]);
});

describe("a pushed authorization request (RFC 9126)", () => {
  const request = {
    clientId: "client-1",
    redirectUri: redirectUri("cb-1"),
    state: "state-1",
    scopes: ["read"],
    verifier: "v".repeat(43),
    nonce: null,
  };
  const reference = { request_uri: "urn:example:1", expires_in: 60 };
  const push = async (behaviour: FaultBehaviour, config: Readonly<Record<string, unknown>> = {}) => {
    const { integration, server } = at({ config, auth: { parPath: "/par" } });
    fault.respondWith(behaviour);
    return await server.pushAuthorization(integration, "the-secret", request);
  };
  const json = (status: number, body: unknown): FaultBehaviour => ({ kind: "json", status, body });

  it("carries what the browser would have, with the client's authentication", async () => {
    const params = { authorize: { prompt: "consent", wanted: "{scope}" } };
    expect(await push(json(201, reference), { params })).toMatchObject({ kind: "pushed", requestUri: "urn:example:1" });
    const sent = fault.requests.at(-1);
    const basic = Buffer.from("client-1:the-secret").toString("base64");
    expect(sent).toMatchObject({ method: "POST", url: "/par", headers: { authorization: `Basic ${basic}` } });
    expect(sent?.form).toEqual({
      response_type: "code",
      client_id: "client-1",
      redirect_uri: request.redirectUri,
      scope: "read",
      state: "state-1",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
      prompt: "consent",
      wanted: "read",
    });
  });

  it("renames once: what took a standard name on purpose keeps it", async () => {
    await push(json(201, reference), {
      scopeParameter: "user_scope",
      parameterNames: { client_id: "app_id", client_secret: "app_word" },
      options: { authorizationMethod: "body" },
      params: { authorize: { scope: "bot" } },
    });
    expect(fault.requests.at(-1)?.form).toMatchObject({
      scope: "bot",
      user_scope: "read",
      app_id: "client-1",
      app_word: "the-secret",
    });
    expect(fault.requests.at(-1)?.form).not.toHaveProperty("client_id");
  });

  it.each<[string, FaultBehaviour, Record<string, unknown>]>([
    ["an error", json(400, { error: "invalid_scope" }), { kind: "oauth_error", error: "invalid_scope" }],
    ["an error inside a 200", json(200, { error: "invalid_client" }), { kind: "oauth_error", error: "invalid_client" }],
    ["no reference", json(201, { expires_in: 60 }), { kind: "unreadable_answer" }],
    ["no end", json(201, { request_uri: "urn:example:1" }), { kind: "unreadable_answer" }],
    ["an outage", { kind: "html", status: 503 }, { kind: "http_error", status: 503 }],
    ["a reset", { kind: "reset" }, { kind: "answer_lost" }],
  ])("fails for %s, and never throws", async (_name, behaviour, failure) => {
    expect(await push(behaviour)).toMatchObject({ kind: "failure", failure });
  });

  it("may be answered with 200", async () => {
    expect((await push(json(200, reference))).kind).toBe("pushed");
  });
});

describe("a client that signs (private_key_jwt, RFC 7523 §2.2)", () => {
  const config = (signingAlgorithm = "ES256") => ({
    options: { authorizationMethod: "private_key_jwt", signingAlgorithm },
  });
  const keys = async (algorithm: SigningAlgorithm = "ES256") => {
    const jwk = await generateKeyPair(algorithm);
    const text = encodeClientKeys(withNewKey([], jwk, new Date()));
    return { jwk, text };
  };
  const issuer = { issuer: "https://issuer.example/tenant" };

  it.each(["ES256", "RS256", "PS256"] as const)(
    "shows an assertion by %s that its public key verifies",
    async (alg) => {
      const { jwk, text } = await keys(alg);
      const { form, headers } = await sent("refresh", { config: config(alg), auth: issuer, secret: text });
      expect(headers).not.toHaveProperty("authorization");
      expect(form).toMatchObject({
        client_id: "client-1",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        grant_type: "refresh_token",
      });
      const verified = await jwtVerify(form["client_assertion"] ?? "", await importJWK(publicJwk(jwk)), {
        issuer: "client-1",
        subject: "client-1",
        requiredClaims: ["jti", "exp", "iat"],
      });
      expect(verified.protectedHeader).toMatchObject({ alg, kid: jwk["kid"] });
      expect((verified.payload.exp ?? 0) - (verified.payload.iat ?? 0)).toBeLessThanOrEqual(60);
    },
  );

  it("is meant for the issuer alone, as one string, wherever it is sent (A13)", async () => {
    const { text } = await keys();
    for (const kind of ["exchange", "refresh", "client", "revoke", "introspect"] as const) {
      const { form } = await sent(kind, { config: config(), auth: issuer, secret: text });
      expect(decodeJwt(form["client_assertion"] ?? "").aud, kind).toBe("https://issuer.example/tenant");
    }
  });

  it("is meant for the token endpoint where no issuer is declared, also at another address", async () => {
    const { text } = await keys();
    const auth = { refreshPath: "/renew" };
    const { form, url } = await sent("refresh", { config: config(), auth, secret: text });
    expect([url, decodeJwt(form["client_assertion"] ?? "").aud]).toEqual(["/renew", `${fault.origin}/token`]);
  });

  it("is another one each time", async () => {
    const { text } = await keys();
    const ids = [];
    for (let times = 0; times < 2; times += 1) {
      const { form } = await sent("refresh", { config: config(), secret: text });
      ids.push(decodeJwt(form["client_assertion"] ?? "").jti);
    }
    expect(ids[0]).not.toBe(ids[1]);
  });

  it.each(["private_key_jwt", "mtls"])(
    "asks nobody by %s with the secret that an account's own client has from before, and never shows it",
    async (authorizationMethod) => {
      const { integration, server } = at({ config: { options: { authorizationMethod } } });
      const before = fault.requests.length;
      const result = await server.refresh(integration, "s3cret", "refresh-0");
      expect(result).toMatchObject({ failure: { kind: "client_unusable" } });
      expect(JSON.stringify(result)).not.toContain("s3cret");
      expect(fault.requests).toHaveLength(before);
    },
  );

  it("asks nobody without a key, and says what to do", async () => {
    const { integration, server } = at({ config: config() });
    const before = fault.requests.length;
    expect(await server.refresh(integration, null, "refresh-0")).toMatchObject({
      failure: { kind: "client_unusable", detail: expect.stringContaining("PATCH /api/v1/environment-integration") },
    });
    expect(fault.requests).toHaveLength(before);
  });

  it("is not repeated when the server repeats it", async () => {
    const { text } = await keys();
    const { integration, server } = at({ config: config() });
    fault.respondWith((request) => ({
      kind: "json",
      status: 400,
      body: { error: "invalid_request", error_description: `bad ${request.form["client_assertion"]}`.slice(0, 2000) },
    }));
    const failure = await server.refresh(integration, text, "refresh-0");
    expect(failure).toMatchObject({ failure: { description: "bad [redacted]" } });
  });
});

describe("a JWT bearer grant (RFC 7523 §2.1)", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const secret = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const assertion = { claims: { iss: "{client_id}", sub: "{shop}", aud: "https://issuer.example", scope: "{scope}" } };
  const wish = (
    changes: Readonly<Record<string, unknown>> = {},
    config: Readonly<Record<string, unknown>> = {},
  ): Wish => ({
    format: "oauth2_client_credentials",
    config: { assertion: { ...assertion, ...changes }, ...config },
    inputs: { shop: "north" },
    secret,
  });

  it("carries the assertion, and nothing else shows the client", async () => {
    const { form, headers } = await sent("client", wish());
    expect(form).toEqual({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: expect.any(String),
    });
    expect(headers).not.toHaveProperty("authorization");
    const { payload } = await jwtVerify(form["assertion"] ?? "", publicKey, {
      currentDate: createSteppedClock().now(),
    });
    expect(payload).toMatchObject({ iss: "client-1", sub: "north", scope: "read write" });
  });

  it("names the client too where the server wants it, with extra parameters beside it", async () => {
    const { form } = await sent("client", wish({ sendsClientId: true }, { params: { token: { scope: "{scope}" } } }));
    expect(form).toMatchObject({ client_id: "client-1", scope: "read write" });
  });

  it("makes tokens of the answer like any other", async () => {
    const { integration, server } = at(wish());
    expect(await server.clientCredentials(integration, secret)).toMatchObject({
      kind: "tokens",
      response: { accessToken: "a1" },
    });
  });

  it("shows the private key to nobody, whatever else is asked", async () => {
    for (const kind of ["revoke", "introspect"] as const) {
      const request = await sent(kind, wish());
      expect(request.headers, kind).not.toHaveProperty("authorization");
      expect(Object.keys(request.form).toSorted(), kind).toEqual(["client_id", "token", "token_type_hint"]);
    }
  });

  it("is not made with a secret that is no key, and the failure says so without repeating it", async () => {
    const { integration, server } = at(wish());
    const before = fault.requests.length;
    const result = await server.clientCredentials(integration, "hush-hush");
    expect(result).toMatchObject({
      failure: { kind: "client_unusable", detail: expect.stringContaining("no private key") },
    });
    expect(JSON.stringify(result)).not.toContain("hush-hush");
    expect(fault.requests).toHaveLength(before);
  });

  it("is about the customer where an account says whom it is for, and about the client where none does", () => {
    expect(at(wish()).integration.refreshPolicy).toMatchObject({ grant: "client_credentials", asksForSubject: true });
    const claims = { iss: "{client_id}", sub: "service", aud: "https://issuer.example" };
    expect(at(wish({ claims })).integration.refreshPolicy.asksForSubject).toBe(false);
  });

  it("stands beside no other proof of the client", () => {
    const options = { authorizationMethod: "private_key_jwt" };
    const written = ({ format = "oauth2", config = {} }: Wish) => exampleDocument({ format, inputs: shops, config });
    expect(() => written(wish({}, { options }))).toThrow("has no place beside an assertion");
    expect(() => written(wish({ headers: { alg: "none" } }))).toThrow("is said by assertion.algorithm");
    expect(() => written({ ...wish(), format: "oauth2" })).toThrow("is for the format oauth2_client_credentials");
  });
});
