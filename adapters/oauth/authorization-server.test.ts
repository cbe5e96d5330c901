import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { classifyTokenFailure, defaultFailureRules } from "#core/domain/refresh/classify-token-failure";
import type { ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import type { TokenResult } from "#core/ports/authorization-server";
import { ExpressionFailed, type Expressions } from "#core/ports/expressions";
import { startFaultServer, type FaultBehaviour } from "#lab/start-fault-server";
import { json, startOAuthEdge } from "#test/start-oauth-edge";
import { createAddressGuard } from "../egress/address-guard.ts";
import { createEgressClient } from "../egress/egress-client.ts";

const { fault, clock, edge, integration, lastRequest, close } = await startOAuthEdge();
afterAll(close);

const good = { access_token: "a1", refresh_token: "r1", token_type: "Bearer", expires_in: 3600 };
async function refresh(behaviour: FaultBehaviour, changes: Partial<ResolvedIntegration> = {}): Promise<TokenResult> {
  fault.respondWith(behaviour);
  return await edge().refresh(integration(changes), "the secret", "refresh-0");
}

async function exchange(
  behaviour: FaultBehaviour,
  changes: Partial<ResolvedIntegration> = {},
  nonce: string | null = null,
) {
  fault.respondWith(behaviour);
  const code = { code: "code-1", redirectUri: "https://evergrant.example/cb", verifier: "v".repeat(43), nonce };
  return await edge().exchangeCode(integration(changes), "the secret", code);
}

describe("a refresh request (RFC 6749 §6)", () => {
  it("authenticates by header, form-encoded as RFC 6749 §2.3.1 has it", async () => {
    await refresh(json(good), { clientId: "client 1" });
    const basic = Buffer.from("client+1:the+secret").toString("base64");
    expect(lastRequest()).toMatchObject({
      method: "POST",
      url: "/token",
      headers: { authorization: `Basic ${basic}`, accept: "application/json" },
    });
    expect(lastRequest()?.form).toEqual({ grant_type: "refresh_token", refresh_token: "refresh-0" });
  });

  it.each([
    [
      "-, . and _ stay: servers that compare without decoding take them for themselves",
      "a-b.c_d*e",
      "-._*",
      "a-b.c_d*e",
      "-._*",
    ],
    [
      "what means something in a form or a header is encoded",
      "id:1&2",
      "s+e/c=r%t~",
      "id%3A1%262",
      "s%2Be%2Fc%3Dr%25t%7E",
    ],
    [
      "a space is a plus, a letter beyond ASCII its UTF-8",
      "our client",
      "schlüssel 🔑",
      "our+client",
      "schl%C3%BCssel+%F0%9F%94%91",
    ],
  ])(
    "authenticates by header with id and secret form-encoded, and no more (RFC 6749 §2.3.1): %s",
    async (_name, clientId, secret, id, encoded) => {
      fault.respondWith(json(good));
      await edge().refresh(integration({ clientId }), secret, "refresh-0");
      const header = String(lastRequest()?.headers["authorization"]);
      expect(header).toMatch(/^Basic [A-Za-z0-9+/]+=*$/);
      expect(Buffer.from(header.slice("Basic ".length), "base64").toString()).toBe(`${id}:${encoded}`);
      expect(lastRequest()?.form).not.toHaveProperty("client_secret");
    },
  );

  it("authenticates by body where the integration says so", async () => {
    await refresh(json(good), { clientAuthentication: "body" });
    expect(lastRequest()?.headers["authorization"]).toBeUndefined();
    expect(lastRequest()?.form).toMatchObject({ client_id: "client-1", client_secret: "the secret" });
  });

  it("names a public client and shows no secret", async () => {
    await refresh(json(good), { clientAuthentication: "none" });
    expect(lastRequest()?.form).toMatchObject({ client_id: "client-1" });
    expect(lastRequest()?.body).not.toContain("secret");
  });

  it("goes to the refresh endpoint, with the refresh phase's parameters and no other's", async () => {
    await refresh(json(good), {
      refreshEndpoint: `${fault.origin}/refresh`,
      tokenParams: { phase: "token" },
      refreshParams: { phase: "refresh", audience: "x" },
      authorizeParams: { phase: "authorize" },
    });
    expect(lastRequest()).toMatchObject({ url: "/refresh", form: { phase: "refresh", audience: "x" } });
  });

  it("lets no extra parameter replace the protocol's", async () => {
    await refresh(json(good), { refreshParams: { grant_type: "password", refresh_token: "planted", code: "x" } });
    expect(lastRequest()?.form).toEqual({ grant_type: "refresh_token", refresh_token: "refresh-0" });
  });

  it("is JSON where the integration says so", async () => {
    await refresh(json(good), { bodyFormat: "json", clientAuthentication: "body" });
    expect(lastRequest()?.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(lastRequest()?.body ?? "")).toEqual({
      client_id: "client-1",
      client_secret: "the secret",
      grant_type: "refresh_token",
      refresh_token: "refresh-0",
    });
  });
});

describe("a code exchange (RFC 6749 §4.1.3)", () => {
  it("carries code, redirect URI, verifier and the token phase's parameters", async () => {
    await exchange(json(good), { tokenParams: { phase: "token" }, refreshParams: { phase: "refresh" } });
    expect(lastRequest()?.form).toEqual({
      grant_type: "authorization_code",
      code: "code-1",
      redirect_uri: "https://evergrant.example/cb",
      code_verifier: "v".repeat(43),
      phase: "token",
    });
  });

  it("carries no verifier where there is none", async () => {
    fault.respondWith(json(good));
    const code = { code: "c", redirectUri: "https://evergrant.example/cb", verifier: null, nonce: null };
    await edge().exchangeCode(integration(), "s", code);
    expect(lastRequest()?.form).not.toHaveProperty("code_verifier");
  });
});

describe("a good answer", () => {
  it("becomes a standard token response, with its life counted from before the request", async () => {
    const asked = clock.now();
    const result = await refresh(json({ ...good, token_type: "bearer", scope: "a b" }));
    expect(result).toEqual({
      kind: "tokens",
      httpStatus: 200,
      externalAccount: null,
      answer: { ...good, token_type: "bearer", scope: "a b" },
      expirySource: "expires_in",
      response: {
        accessToken: "a1",
        refreshToken: "r1",
        tokenType: "Bearer",
        expiresAt: new Date(asked.getTime() + 3_600_000),
        scopes: ["a", "b"],
      },
    });
  });

  it.each([200, 201, 203])("may be a %i, and is written down as what it was (R24)", async (status) => {
    expect(await refresh(json(good, status))).toMatchObject({ kind: "tokens", httpStatus: status });
    expect(await exchange(json(good, status))).toMatchObject({ kind: "tokens", httpStatus: status });
  });

  it("that is none after all keeps its status too", async () => {
    const strange = json({ ...good, id_token: "no JWT" }, 201);
    const result = await exchange(strange, { issuer: "https://login.acme.example" });
    expect(result).toMatchObject({ kind: "failure", httpStatus: 201, failure: { status: 201 } });
  });

  it.each<[string, Record<string, unknown>, Partial<ResolvedIntegration>, unknown]>([
    ["no refresh token is null", { refresh_token: undefined }, {}, { refreshToken: null }],
    ["no scope is null: it is what was asked for", {}, {}, { scopes: null }],
    ["an empty scope is null", { scope: " " }, {}, { scopes: null }],
    ["scopes by comma", { scope: "a,b" }, { scopeSeparator: "," }, { scopes: ["a", "b"] }],
    ["expires_in as a string", { expires_in: "60" }, {}, { expiresAt: new Date(clock.now().getTime() + 60_000) }],
    [
      "no expires_in: the integration's duration",
      { expires_in: undefined },
      { tokenExpiryDuration: 7200 },
      { expiresAt: new Date(clock.now().getTime() + 7_200_000) },
    ],
    [
      "expires_in in milliseconds",
      { expires_in: 3_600_000 },
      {},
      { expiresAt: new Date(clock.now().getTime() + 3_600_000) },
    ],
    [
      "expires_in that large, where the integration says seconds",
      { expires_in: 3_600_000 },
      { expiresInUnit: "seconds" },
      { expiresAt: new Date(clock.now().getTime() + 3_600_000_000) },
    ],
    [
      "expires_in as an absolute date",
      { expires_in: new Date(clock.now().getTime() + 60_000).toISOString() },
      {},
      { expiresAt: new Date(clock.now().getTime() + 60_000) },
    ],
    [
      "expires_at where there is no expires_in",
      { expires_in: undefined, expires_at: clock.now().getTime() + 60_000 },
      {},
      { expiresAt: new Date(clock.now().getTime() + 60_000) },
    ],
    ["expires_in of zero: unknown", { expires_in: 0 }, {}, { expiresAt: null }],
    ["no expires_in and no duration: unknown", { expires_in: undefined }, {}, { expiresAt: null }],
  ])("%s", async (_name, changes, quirks, expected) => {
    expect(await refresh(json({ ...good, ...changes }), quirks)).toMatchObject({ kind: "tokens", response: expected });
  });

  it("may arrive slowly, as long as it arrives within the deadline", async () => {
    expect((await refresh({ kind: "drip", bytesPerSecond: 2000 })).kind).toBe("tokens");
  });
});

describe("an ID token", () => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const idToken = (claims: Record<string, unknown>): string => {
    const seconds = Math.floor(Date.now() / 1000);
    const base = { iss: "https://login.example", aud: "client-1", sub: "person-1", iat: seconds, exp: seconds + 600 };
    return `${part({ alg: "RS256" })}.${part({ ...base, ...claims })}.${part("signature")}`;
  };
  const issuer = { issuer: "https://login.example" };

  it("is dropped where the integration declares no issuer to check it against", async () => {
    const result = await exchange(json({ ...good, id_token: "no JWT at all" }));
    expect(result).toMatchObject({ kind: "tokens", externalAccount: null });
  });

  it("tells who was connected: the subject, never the e-mail address", async () => {
    const claims = { email: "ada@example.com", name: "Ada" };
    const result = await exchange(json({ ...good, id_token: idToken(claims) }), issuer);
    expect(result).toMatchObject({ externalAccount: { id: "person-1", label: "Ada" } });
  });

  it("must carry the nonce of this trip", async () => {
    const right = await exchange(json({ ...good, id_token: idToken({ nonce: "n-1" }) }), issuer, "n-1");
    expect(right.kind).toBe("tokens");
    const wrong = await exchange(json({ ...good, id_token: idToken({ nonce: "n-2" }) }), issuer, "n-1");
    expect(wrong).toMatchObject({ kind: "failure", failure: { kind: "unreadable_answer" } });
  });

  it.each([
    ["another issuer", { iss: "https://evil.example" }],
    ["another client", { aud: "client-2" }],
    ["the past", { exp: 1_000_000_000 }],
  ])("is not believed for %s", async (_name, claims) => {
    const result = await exchange(json({ ...good, id_token: idToken(claims) }), issuer);
    expect(result).toMatchObject({ kind: "failure", failure: { kind: "unreadable_answer", status: 200 } });
  });
});

/** What the fault server does, what we make of it, and who must act. */
const faults: readonly (readonly [string, FaultBehaviour, Record<string, unknown>, string])[] = [
  ["an HTML 503", { kind: "html", status: 503 }, { kind: "http_error", status: 503 }, "transient"],
  ["an HTML 403 of a firewall", { kind: "html", status: 403 }, { kind: "http_error", status: 403 }, "transient"],
  ["an empty 502", json(null, 502), { kind: "http_error", status: 502 }, "transient"],
  [
    "a 429 with Retry-After",
    json({ error: "slow_down" }, 429, { "retry-after": "17" }),
    { kind: "oauth_error", error: "slow_down", retryAfterSeconds: 17 },
    "rate_limited",
  ],
  [
    "an HTML 429 with Retry-After",
    { kind: "html", status: 429, headers: { "retry-after": "9" } },
    { kind: "http_error", status: 429, retryAfterSeconds: 9 },
    "rate_limited",
  ],
  [
    "a 429 that tells its limit",
    json({ error: "slow_down" }, 429, { "x-ratelimit-limit": "60", "x-ratelimit-remaining": "0" }),
    {
      kind: "oauth_error",
      retryAfterSeconds: null,
      rateLimit: { limit: 60, remaining: 0, resetSeconds: null, windowSeconds: null },
    },
    "rate_limited",
  ],
  [
    "an HTML 429 that tells its limit in structured fields",
    {
      kind: "html",
      status: 429,
      headers: { RateLimit: '"default";r=0;t=30', "RateLimit-Policy": '"default";q=60;w=60' },
    },
    { kind: "http_error", rateLimit: { limit: 60, remaining: 0, resetSeconds: 30, windowSeconds: 60 } },
    "rate_limited",
  ],
  [
    "invalid_grant with its description",
    json({ error: "invalid_grant", error_description: "expired" }, 400),
    { kind: "oauth_error", status: 400, error: "invalid_grant", description: "expired" },
    "reauthorize",
  ],
  ["an error inside a 200", json({ error: "invalid_grant" }), { kind: "oauth_error", status: 200 }, "reauthorize"],
  [
    "invalid_client in the body",
    json({ error: "invalid_client" }, 401),
    { kind: "oauth_error", error: "invalid_client" },
    "client_misconfigured",
  ],
  [
    "invalid_client by WWW-Authenticate alone (RFC 6749 §5.2)",
    { kind: "html", status: 401, headers: { "www-authenticate": 'Basic realm="x"' } },
    { kind: "oauth_error", error: "invalid_client" },
    "client_misconfigured",
  ],
  [
    "a redirect",
    { kind: "redirect", location: "http://127.0.0.1:9/" },
    { kind: "http_error", status: 307 },
    "transient",
  ],
  ["an HTML 200", { kind: "html", status: 200 }, { kind: "unreadable_answer", status: 200 }, "in_doubt"],
  ["an empty 200", json(null), { kind: "unreadable_answer", status: 200 }, "in_doubt"],
  ["a 200 without a token", json({ ok: true }), { kind: "unreadable_answer", status: 200 }, "in_doubt"],
  ["a 200 that is a list", json([good]), { kind: "unreadable_answer", status: 200 }, "in_doubt"],
  ["a reset", { kind: "reset" }, { kind: "answer_lost" }, "in_doubt"],
  ["a connection closed unread", { kind: "close_before_reading" }, { kind: "answer_lost" }, "in_doubt"],
  ["an answer of more than a mebibyte", { kind: "oversized", bytes: 3_000_000 }, { kind: "answer_lost" }, "in_doubt"],
];

describe("whatever else a token endpoint does", () => {
  it.each(faults)("%s", async (_name, behaviour, failure, who) => {
    const result = await refresh(behaviour);
    expect(result).toMatchObject({ kind: "failure", failure });
    if (result.kind === "failure") expect(classifyTokenFailure(result.failure, defaultFailureRules).class).toBe(who);
  });

  it.each(faults)("%s: the same for a code exchange", async (_name, behaviour, failure) => {
    expect(await exchange(behaviour)).toMatchObject({ kind: "failure", failure });
  });

  it.each<[string, FaultBehaviour]>([
    ["never answers", { kind: "hang" }],
    ["answers byte by byte for ever", { kind: "drip", bytesPerSecond: 20 }],
  ])("gives up at the deadline when it %s: the answer is lost", async (_name, behaviour) => {
    const refreshPolicy = { ...integration().refreshPolicy, timeoutSeconds: 0.2 };
    const result = await refresh(behaviour, { refreshPolicy });
    expect(result).toMatchObject({ failure: { kind: "answer_lost", detail: "no answer within the deadline" } });
  });

  it("knows that a refused connection carried nothing", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const result = await refresh(json(good), { refreshEndpoint: `http://127.0.0.1:${port}/token` });
    expect(result).toEqual({
      kind: "failure",
      httpStatus: null,
      failure: { kind: "not_sent", detail: "ECONNREFUSED" },
    });
  });

  it("knows that the guard let nothing out", async () => {
    const before = fault.requests.length;
    const guarded = createEgressClient(createAddressGuard([]));
    const server = edge({ egress: guarded });
    const result = await server.refresh(integration(), "s", "refresh-0");
    expect(result).toMatchObject({ kind: "failure", failure: { kind: "egress_refused" } });
    expect(fault.requests).toHaveLength(before);
    await guarded.close();
  });

  it("follows no redirect with the credentials", async () => {
    const before = fault.requests.length;
    await refresh({ kind: "redirect", location: `${fault.origin}/elsewhere`, status: 307 });
    expect(fault.requests.slice(before).map((one) => one.url)).toEqual(["/token"]);
  });

  it("keeps tokens and secrets out of what it says about a failure", async () => {
    const results = [
      await refresh({ kind: "reset" }),
      await refresh({ kind: "html", status: 200 }),
      await refresh(json({ accessToken: "leaky-token" })),
    ];
    expect(JSON.stringify(results)).not.toMatch(/refresh-0|the secret|leaky-token/);
  });
});

describe("whether a token request left", () => {
  it("is told for one that found no free connection within its deadline: nothing was sent, nothing is in doubt", async () => {
    const one = createEgressClient(createAddressGuard([{ address: "127.0.0.1", prefix: 32 }]), {
      connectionsPerOrigin: 1,
    });
    const server = edge({ egress: one });
    const held = await startFaultServer();
    const { promise, resolve: release } = Promise.withResolvers<void>();
    held.respondWith({ kind: "hold", until: promise });
    const at = { refreshEndpoint: held.tokenEndpoint };
    const first = server.refresh(integration(at), "s", "refresh-1");
    await held.nextRequest();
    const refreshPolicy = { ...integration().refreshPolicy, timeoutSeconds: 0.05 };
    const result = await server.refresh(integration({ ...at, refreshPolicy }), "s", "refresh-2");
    expect(result).toEqual({
      kind: "failure",
      failure: { kind: "not_sent", detail: "no connection within the deadline" },
      httpStatus: null,
    });
    release();
    expect((await first).kind).toBe("tokens");
    expect((await server.refresh(integration(at), "s", "refresh-3")).kind).toBe("tokens");
    expect(held.requests.map((request) => request.form["refresh_token"])).toEqual(["refresh-1", "refresh-3"]);
    await one.close();
    await held.close();
  });

  it("is denied for one that the library refused to make", async () => {
    fault.respondWith(json(good));
    const before = fault.requests.length;
    const result = await edge().refresh(integration(), "s", "");
    expect(result).toMatchObject({ kind: "failure", failure: { kind: "own_fault" } });
    expect(fault.requests).toHaveLength(before);
  });

  it("is denied where nothing could read its answer, and that is told as our own fault", async () => {
    fault.respondWith(json(good));
    const before = fault.requests.length;
    const expressions: Expressions = { evaluate: () => Promise.reject(new ExpressionFailed("closed")) };
    const answers = { ...integration().answers, tokenResponse: "data" };
    const result = await edge({ expressions }).refresh(integration({ answers }), "s", "refresh-0");
    expect(result).toMatchObject({
      kind: "failure",
      failure: { kind: "own_fault", detail: "expressions can't be evaluated: closed" },
      httpStatus: null,
    });
    expect(fault.requests).toHaveLength(before);
  });
});

describe("a client credentials request (RFC 6749 §4.4)", () => {
  const ask = async (behaviour: FaultBehaviour, changes: Partial<ResolvedIntegration> = {}) => {
    fault.respondWith(behaviour);
    return await edge().clientCredentials(integration(changes), "the secret");
  };

  it("shows the client and nothing of a user, at the token endpoint, with the token phase's parameters", async () => {
    const result = await ask(json({ ...good, refresh_token: undefined }), {
      clientId: "own client",
      scopes: ["read", "write"],
      refreshEndpoint: `${fault.origin}/refresh`,
      tokenParams: { audience: "x", grant_type: "password" },
      refreshParams: { phase: "refresh" },
    });
    expect(result).toMatchObject({
      kind: "tokens",
      expirySource: "expires_in",
      response: {
        accessToken: "a1",
        refreshToken: null,
        expiresAt: new Date(clock.now().getTime() + 3_600_000),
      },
    });
    expect(lastRequest()).toMatchObject({
      url: "/token",
      headers: { authorization: `Basic ${Buffer.from("own+client:the+secret").toString("base64")}` },
    });
    expect(lastRequest()?.form).toEqual({ grant_type: "client_credentials", scope: "read write", audience: "x" });
  });

  it("asks for no scope where none is configured, and joins them as the integration says", async () => {
    await ask(json(good), { scopes: [] });
    expect(lastRequest()?.form).toEqual({ grant_type: "client_credentials" });
    await ask(json(good), { scopes: ["a", "b"], scopeSeparator: "," });
    expect(lastRequest()?.form["scope"]).toBe("a,b");
  });

  it("may be JSON with the client in the body", async () => {
    await ask(json(good), { bodyFormat: "json", clientAuthentication: "body", scopes: [] });
    expect(JSON.parse(lastRequest()?.body ?? "")).toEqual({
      client_id: "client-1",
      client_secret: "the secret",
      grant_type: "client_credentials",
    });
  });

  it.each(faults)("ends like a refresh: %s", async (_name, behaviour, failure) => {
    expect(await ask(behaviour)).toMatchObject({ kind: "failure", failure });
  });

  it("is not made without a client", async () => {
    expect(await ask(json(good), { clientId: null })).toMatchObject({ failure: { kind: "no_client" } });
  });

  it("keeps the secret out of what it says about a failure", async () => {
    const result = await ask(json({ error: "invalid_client", error_description: "no: the secret" }, 401));
    expect(JSON.stringify(result)).not.toContain("the secret");
  });
});
