import { decodeProtectedHeader, EmbeddedJWK, jwtVerify } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { thumbprint, type PrivateJwk } from "#core/domain/jwk/jwk";
import { resolveIntegration } from "#core/domain/integration/resolve-integration";
import type { AuthorizationServer, ClientSecret, TokenResult } from "#core/ports/authorization-server";
import { startFaultServer, type FaultBehaviour, type FaultServer, type RecordedRequest } from "#lab/start-fault-server";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { directExpressions } from "#test/fakes/direct-expressions";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { createAddressGuard } from "../egress/address-guard.ts";
import { createEgressClient, type EgressClient } from "../egress/egress-client.ts";
import { createAuthorizationServer } from "./authorization-server.ts";

let fault: FaultServer;
let egress: EgressClient;
let server: AuthorizationServer<ClientSecret>;

beforeAll(async () => {
  fault = await startFaultServer();
  egress = createEgressClient(createAddressGuard([{ address: "127.0.0.1", prefix: 32 }]));
});
beforeEach(() => {
  server = serverOver(egress);
});
afterAll(async () => {
  await fault.close();
  await egress.close();
});

const answering = { expressions: directExpressions, log: createRecordingLog() };
const redirectUri = (id: string): string => `https://evergrant.example/oauth/callback/${id}`;
const serverOver = (client: EgressClient): AuthorizationServer<ClientSecret> =>
  createAuthorizationServer({ egress: client, clock: createSteppedClock(), redirectUri, ...answering });

function integration(config: Readonly<Record<string, unknown>> = {}, format = "oauth2") {
  const auth = { tokenHost: fault.origin, tokenPath: "/token?tenant=7", revokePath: "/revoke" };
  const document = exampleDocument({ format, config: { auth, options: { dpop: true }, ...config } });
  return resolveIntegration(document, { clientId: "client-1" }, {});
}

const bound = { access_token: "a1", refresh_token: "r1", token_type: "dpop", expires_in: 3600 };
const json = (body: unknown, status = 200, headers: Record<string, string> = {}): FaultBehaviour => ({
  kind: "json",
  status,
  body,
  headers,
});
const wantsNonce = (nonce: string): FaultBehaviour => json({ error: "use_dpop_nonce" }, 400, { "dpop-nonce": nonce });
const code = { code: "code-1", redirectUri: redirectUri("cb"), verifier: "v".repeat(43), nonce: null };

/** What was asked for while `work` ran, and what came of it. */
async function during<T>(work: () => Promise<T>): Promise<{ result: T; requests: RecordedRequest[] }> {
  const before = fault.requests.length;
  const result = await work();
  return { result, requests: fault.requests.slice(before) };
}

const exchange = () => during(() => server.exchangeCode(integration(), "s", code));
const refresh = (key: PrivateJwk | null) => during(() => server.refresh(integration(), "s", "refresh-0", key));

async function proofOf(request: RecordedRequest | undefined) {
  const proof = String(request?.headers["dpop"]);
  const { payload } = await jwtVerify(proof, EmbeddedJWK, { typ: "dpop+jwt" });
  return { payload, key: decodeProtectedHeader(proof).jwk as Record<string, string> };
}

function keyOf(result: TokenResult): PrivateJwk {
  const key = result.kind === "tokens" ? result.response.dpopKey : undefined;
  if (key === undefined) throw new Error(JSON.stringify(result));
  return key;
}

describe("a proof of possession (RFC 9449 §4.2)", () => {
  it("comes with a code exchange, by a key of its own, and the tokens keep it", async () => {
    fault.respondWith(json(bound));
    const { result, requests } = await exchange();
    const { payload, key } = await proofOf(requests[0]);
    expect(payload).toMatchObject({ htm: "POST", htu: `${fault.origin}/token`, jti: expect.any(String) });
    expect(payload).not.toHaveProperty("nonce");
    expect(key).not.toHaveProperty("d");
    expect(result).toMatchObject({ kind: "tokens", response: { tokenType: "DPoP" } });
    expect(thumbprint(keyOf(result))).toBe(thumbprint(key));
  });

  it("is another key's for another account", async () => {
    fault.respondWith(json(bound));
    const keys = [keyOf((await exchange()).result), keyOf((await exchange()).result)];
    expect(thumbprint(keys[0] ?? {})).not.toBe(thumbprint(keys[1] ?? {}));
  });

  it("comes with a refresh by the account's key, and another one each time", async () => {
    fault.respondWith(json(bound));
    const key = keyOf((await exchange()).result);
    const first = await proofOf((await refresh(key)).requests[0]);
    const { requests, result } = await refresh(key);
    const second = await proofOf(requests[0]);
    expect([thumbprint(first.key), thumbprint(second.key)]).toEqual([thumbprint(key), thumbprint(key)]);
    expect(first.payload.jti).not.toBe(second.payload.jti);
    expect(keyOf(result)).toEqual(key);
  });

  it("comes not with an account that has no key: its tokens are bound to none", async () => {
    fault.respondWith(json({ ...bound, token_type: "Bearer" }));
    const { requests, result } = await refresh(null);
    expect(requests[0]?.headers).not.toHaveProperty("dpop");
    expect(result).toMatchObject({ response: { tokenType: "Bearer" } });
    expect(result).not.toHaveProperty("response.dpopKey");
  });

  it("comes with a client that asks for itself, by a new key or by the one it has", async () => {
    fault.respondWith(json(bound));
    const asked = integration({}, "oauth2_client_credentials");
    const key = keyOf(await server.clientCredentials(asked, "s"));
    expect(keyOf(await server.clientCredentials(asked, "s", key))).toEqual(key);
    expect(thumbprint((await proofOf(fault.requests.at(-1))).key)).toBe(thumbprint(key));
  });

  it("comes not where the integration does not ask for it, nor with a revocation", async () => {
    fault.respondWith(json({ ...bound, token_type: "Bearer" }));
    const plain = integration({ options: { dpop: false } });
    const { requests } = await during(() => server.exchangeCode(plain, "s", code));
    expect(requests[0]?.headers).not.toHaveProperty("dpop");
    await server.revoke(integration(), "s", "r", "refresh_token");
    expect(fault.requests.at(-1)?.headers).not.toHaveProperty("dpop");
  });
});

describe("a nonce that the server wants in its proofs (RFC 9449 §8)", () => {
  it("is sent in a second request, and a third is never made", async () => {
    fault.respondWith([wantsNonce("n-1"), json(bound)]);
    const { result, requests } = await exchange();
    expect(result.kind).toBe("tokens");
    expect(requests).toHaveLength(2);
    const [first, second] = [await proofOf(requests[0]), await proofOf(requests[1])];
    expect(first.payload).not.toHaveProperty("nonce");
    expect(second.payload).toMatchObject({ nonce: "n-1" });
    expect(second.payload.jti).not.toBe(first.payload.jti);
    expect(requests[1]?.form).toEqual(requests[0]?.form);

    fault.respondWith([wantsNonce("n-2"), wantsNonce("n-3")]);
    const again = await exchange();
    expect(again.requests).toHaveLength(2);
    expect(again.result).toMatchObject({ failure: { kind: "oauth_error", error: "use_dpop_nonce" } });
  });

  it("is remembered for everybody who asks that server, also when it came with tokens", async () => {
    fault.respondWith([wantsNonce("n-1"), json(bound, 200, { "dpop-nonce": "n-2" }), json(bound)]);
    const key = keyOf((await exchange()).result);
    const { requests } = await refresh(key);
    expect((await proofOf(requests[0])).payload).toMatchObject({ nonce: "n-2" });
    const other = await exchange();
    expect((await proofOf(other.requests[0])).payload).toMatchObject({ nonce: "n-2" });
  });

  it("is another server's affair", async () => {
    fault.respondWith([wantsNonce("n-1"), json(bound)]);
    await exchange();
    const elsewhere = await startFaultServer();
    elsewhere.respondWith(json(bound));
    await server.exchangeCode({ ...integration(), tokenEndpoint: elsewhere.tokenEndpoint }, "s", code);
    expect((await proofOf(elsewhere.requests[0])).payload).not.toHaveProperty("nonce");
    await elsewhere.close();
  });

  it("costs no time of its own: both requests end at the same deadline", async () => {
    const signals: AbortSignal[] = [];
    const watched: EgressClient = {
      fetch: (url, init) => {
        signals.push(init.signal);
        return egress.fetch(url, init);
      },
      close: async () => {},
    };
    fault.respondWith([wantsNonce("n-1"), json(bound)]);
    await serverOver(watched).exchangeCode(integration(), "s", code);
    expect(signals).toHaveLength(2);
    expect(signals[1]).toBe(signals[0]);
  });

  it("leaves the second request's fate to itself: what never arrived is not what the first was told", async () => {
    fault.respondWith([wantsNonce("n-1"), { kind: "reset" }]);
    expect((await exchange()).result).toMatchObject({ failure: { kind: "answer_lost" } });
  });

  it.each<[string, FaultBehaviour]>([
    ["comes without a nonce", json({ error: "use_dpop_nonce" }, 400)],
    ["is another error", json({ error: "invalid_grant" }, 400, { "dpop-nonce": "n-1" })],
  ])("is not sent again where the answer %s", async (_name, behaviour) => {
    fault.respondWith(behaviour);
    expect((await exchange()).requests).toHaveLength(1);
  });

  it("means nothing to a request without a proof", async () => {
    fault.respondWith(wantsNonce("n-1"));
    expect((await refresh(null)).requests).toHaveLength(1);
  });
});

it("is not repeated when the server repeats it", async () => {
  fault.respondWith((request) =>
    json({ error: "invalid_dpop_proof", error_description: `no: ${String(request.headers["dpop"])}` }, 400),
  );
  const { result } = await exchange();
  expect(result).toMatchObject({ failure: { description: "no: [redacted]" } });
});
