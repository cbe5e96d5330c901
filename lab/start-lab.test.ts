import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as oauth from "oauth4webapi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connectAsPerson } from "./connect-as-person.ts";
import { type Lab, type LabOptions, type LabTokenAnswer, startLab } from "./start-lab.ts";

const redirectUri = "http://127.0.0.1:9/callback";
const allScopes = "openid read write offline_access";
const insecure = { [oauth.allowInsecureRequests]: true };
const client: oauth.Client = { client_id: "evergrant" };
const authenticate = oauth.ClientSecretBasic("lab secret/+");

let lab: Lab;
let server: oauth.AuthorizationServer;

async function start(options: LabOptions = {}): Promise<void> {
  lab = await startLab(options);
  await lab.registerClient({ clientId: client.client_id, clientSecret: "lab secret/+", redirectUris: [redirectUri] });
  await discover();
}

async function discover(): Promise<void> {
  const issuer = new URL(lab.issuer);
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
}

beforeEach(() => start());
afterEach(async () => {
  vi.useRealTimers();
  await lab.close();
});

async function authorize(person: string, options: { scope?: string; allow?: boolean; scopes?: string[] } = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(server.authorization_endpoint ?? "");
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope: options.scope ?? allScopes,
    state: "s1",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  }).toString();
  const { callbackUrl } = await connectAsPerson({ authorizeUrl: url.href, person, ...options });
  return { verifier, callbackUrl: new URL(callbackUrl) };
}

async function exchange({ verifier, callbackUrl }: { verifier: string; callbackUrl: URL }) {
  const params = oauth.validateAuthResponse(server, client, callbackUrl, "s1");
  const request = oauth.authorizationCodeGrantRequest;
  const response = await request(server, client, authenticate, params, redirectUri, verifier, insecure);
  return oauth.processAuthorizationCodeResponse(server, client, response);
}

async function connect(person: string, options: Parameters<typeof authorize>[1] = {}) {
  return exchange(await authorize(person, options));
}

async function refresh(refreshToken: string | undefined) {
  const response = await oauth.refreshTokenGrantRequest(server, client, authenticate, refreshToken ?? "", insecure);
  return oauth.processRefreshTokenResponse(server, client, response);
}

function callApi(pathname: string, accessToken: string | null, init: RequestInit = {}): Promise<Response> {
  const headers: Record<string, string> = accessToken === null ? {} : { authorization: `Bearer ${accessToken}` };
  return fetch(`${lab.origin}/api${pathname}`, { ...init, headers });
}

const invalidGrant = { error: "invalid_grant", status: 400 };

describe("connecting", () => {
  it("gives a refresh token for offline_access although the client sends no prompt", async () => {
    const tokens = await connect("ada");
    expect(tokens.refresh_token).toBeTypeOf("string");
    expect(tokens.scope).toBe(allScopes);
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ sub: "ada", name: "Ada Lovelace" });
    expect(lab.grants()).toMatchObject([{ person: "ada", status: "live", refreshes: 0, revoked_reason: null }]);
  });

  it("gives none without offline_access", async () => {
    const tokens = await connect("ada", { scope: "openid read" });
    expect(tokens.refresh_token).toBeUndefined();
  });

  it("gives one without offline_access to a client registered for it", async () => {
    const registered = { clientId: client.client_id, clientSecret: "lab secret/+", redirectUris: [redirectUri] };
    await lab.registerClient({ ...registered, alwaysIssueRefreshToken: true });
    const tokens = await connect("ada", { scope: "read" });
    expect((await refresh(tokens.refresh_token)).scope).toBe("read");
  });

  it("names the issuer in the authorization response (RFC 9207)", async () => {
    const { callbackUrl } = await authorize("ada");
    expect(callbackUrl.searchParams.get("iss")).toBe(lab.issuer);
  });

  it("answers access_denied when the person denies", async () => {
    const { callbackUrl } = await authorize("ada", { allow: false });
    expect(callbackUrl.href.startsWith(redirectUri)).toBe(true);
    expect(Object.fromEntries(callbackUrl.searchParams)).toMatchObject({ error: "access_denied", state: "s1" });
    expect(lab.grants()).toEqual([]);
  });

  it("narrows the scope when the person leaves some out", async () => {
    const tokens = await connect("ada", { scopes: ["offline_access", "read"] });
    expect(tokens.scope).toBe("openid read offline_access");
    expect((await refresh(tokens.refresh_token)).scope).toBe("openid read offline_access");
    expect((await callApi("/echo", tokens.access_token, { method: "POST", body: "x" })).status).toBe(403);
  });

  it("keeps the first family when the same person connects again", async () => {
    const [first, second] = [await connect("ada"), await connect("ada")];
    await refresh(second.refresh_token);
    await refresh(first.refresh_token);
    expect(lab.stats()).toMatchObject({ code_exchanges: 2, refreshes: 2, reuse_detected: 0 });
  });

  it("ends the grant when an authorization code comes back a second time", async () => {
    const answer = await authorize("ada");
    const tokens = await exchange(answer);
    await expect(exchange(answer)).rejects.toMatchObject(invalidGrant);
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject(invalidGrant);
    expect(lab.grants()[0]).toMatchObject({ status: "revoked", revoked_reason: "reuse" });
  });

  it("accepts client_secret_post and refuses a wrong secret", async () => {
    const posted = { clientId: client.client_id, clientSecret: "post", redirectUris: [redirectUri] };
    await lab.registerClient({ ...posted, tokenEndpointAuthMethod: "client_secret_post" });
    const ask = (secret: string) => {
      const method = oauth.ClientSecretPost(secret);
      return oauth.clientCredentialsGrantRequest(server, client, method, { scope: "read" }, insecure);
    };
    const tokens = await oauth.processClientCredentialsResponse(server, client, await ask("post"));
    expect((await callApi("/contacts", tokens.access_token)).status).toBe(200);
    expect((await ask("wrong")).status).toBe(401);
    expect(lab.stats().invalid_clients).toBe(1);
  });

  it("takes two secrets of one client while it has them, and after that the one it was left", async () => {
    const rotated = { clientId: client.client_id, redirectUris: [redirectUri] };
    const statusOf = async (secret: string) => {
      const method = oauth.ClientSecretBasic(secret);
      return (await oauth.clientCredentialsGrantRequest(server, client, method, { scope: "read" }, insecure)).status;
    };
    const statuses = async () => [await statusOf("old"), await statusOf("new")];
    await lab.registerClient({ ...rotated, clientSecret: "old" });
    expect(await statuses()).toEqual([200, 401]);
    await lab.registerClient({ ...rotated, clientSecret: "old", otherSecret: "new" });
    expect(await statuses()).toEqual([200, 200]);
    await lab.registerClient({ ...rotated, clientSecret: "new" });
    expect(await statuses()).toEqual([401, 200]);
    await lab.registerClient({ ...rotated, clientSecret: "lab secret/+" });
  });

  it("refuses a client whose metadata is not valid and keeps the one before", async () => {
    const broken = { clientId: client.client_id, clientSecret: "x", redirectUris: ["not a url"] };
    await expect(lab.registerClient(broken)).rejects.toMatchObject({ error: "invalid_redirect_uri" });
    await connect("ada");
  });
});

describe("refreshing", () => {
  it("rotates: each refresh token works once and brings the next", async () => {
    const first = await connect("ada");
    const second = await refresh(first.refresh_token);
    const third = await refresh(second.refresh_token);
    expect(new Set([first, second, third].map((tokens) => tokens.refresh_token)).size).toBe(3);
    expect(lab.grants()[0]).toMatchObject({ refreshes: 2, last_refreshed_at: expect.any(String) });
  });

  it("ends the whole family when a spent refresh token comes back, the newest tokens too", async () => {
    const first = await connect("ada");
    const second = await refresh(first.refresh_token);
    await expect(refresh(first.refresh_token)).rejects.toMatchObject(invalidGrant);
    await expect(refresh(second.refresh_token)).rejects.toMatchObject(invalidGrant);
    expect((await callApi("/me", second.access_token)).status).toBe(401);
    expect(lab.stats()).toMatchObject({ refreshes: 1, reuse_detected: 1, invalid_grants: 2, revocations: 0 });
    expect(lab.grants()[0]).toMatchObject({ status: "revoked", revoked_reason: "reuse" });
  });

  it("lets one of many parallel refreshes win and then ends the family", async () => {
    const { refresh_token } = await connect("ada");
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => refresh(refresh_token)));
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(lab.stats().reuse_detected).toBe(1);
  });

  it("counts how many refreshes of one grant were open at once", async () => {
    const [ada, grace] = [await connect("ada"), await connect("grace")];
    await Promise.all([refresh(ada.refresh_token), refresh(grace.refresh_token)]);
    expect(lab.stats().in_flight_max_per_grant).toBe(1);

    const held = Promise.withResolvers<void>();
    let arrived = 0;
    lab.onTokenRequest = async () => {
      arrived += 1;
      if (arrived === 3) held.resolve();
      await held.promise;
    };
    const { refreshToken } = await lab.issueGrant({ clientId: client.client_id, person: "alan" });
    await Promise.allSettled([refresh(refreshToken), refresh(refreshToken), refresh(refreshToken)]);
    expect(lab.stats().in_flight_max_per_grant).toBe(3);
  });

  it("can lose an answer after having spent the refresh token", async () => {
    const { refresh_token } = await connect("ada");
    lab.onTokenRequest = async ({ grantId, clientId, grantType }) => {
      expect({ grantId, clientId, grantType }).toEqual({
        grantId: lab.grants()[0]?.grant_id,
        clientId: "evergrant",
        grantType: "refresh_token",
      });
      return "lose_answer";
    };
    await expect(refresh(refresh_token)).rejects.toThrow("fetch failed");
    lab.onTokenRequest = null;
    expect(lab.stats().refreshes).toBe(1);
    await expect(refresh(refresh_token)).rejects.toMatchObject(invalidGrant);
  });

  it("tells of every token request when it is over, a held answer too", async () => {
    const { refresh_token } = await connect("ada");
    const answers: LabTokenAnswer[] = [];
    lab.onTokenAnswer = (answer) => answers.push(answer);
    lab.onTokenRequest = async () => ({ holdAnswerMilliseconds: 30 });
    const startedAt = Date.now();
    await refresh(refresh_token);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(29);
    await expect(refresh(refresh_token)).rejects.toMatchObject(invalidGrant);
    lab.onTokenRequest = async () => "lose_answer";
    const { refreshToken } = await lab.issueGrant({ clientId: client.client_id, person: "alan" });
    await expect(refresh(refreshToken)).rejects.toThrow("fetch failed");
    await vi.waitFor(() => expect(answers).toHaveLength(3));
    expect(answers.map(({ outcome, isSent }) => [outcome, isSent])).toEqual([
      ["issued", true],
      ["reused", true],
      ["issued", false],
    ]);
    expect(answers[0]?.refreshTokenFingerprint).toBe(answers[1]?.refreshTokenFingerprint);
    expect(answers[2]?.refreshTokenFingerprint).not.toBe(answers[0]?.refreshTokenFingerprint);
  });

  it("says invalid_grant once the person has revoked, and access tokens end at once", async () => {
    const tokens = await connect("ada");
    const grantId = lab.grants()[0]?.grant_id ?? "";
    const page = await fetch(`${lab.origin}/grants/${grantId}/revoke?person=ada`, {
      method: "POST",
      redirect: "manual",
    });
    expect([page.status, page.headers.get("location")]).toEqual([303, "/grants?person=ada"]);
    expect((await callApi("/me", tokens.access_token)).status).toBe(401);
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject(invalidGrant);
    await lab.revokeGrant(grantId);
    expect(lab.grants()[0]).toMatchObject({ status: "revoked", revoked_reason: "user" });
    expect(lab.stats()).toMatchObject({ revocations: 1, reuse_detected: 0 });
  });

  it("ends the grant when the client revokes its refresh token (RFC 7009)", async () => {
    const tokens = await connect("ada");
    const token = tokens.refresh_token ?? "";
    await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, authenticate, token, insecure));
    await expect(refresh(token)).rejects.toMatchObject(invalidGrant);
    expect(lab.grants()[0]).toMatchObject({ status: "revoked", revoked_reason: "client" });
  });
});

describe("access tokens", () => {
  it("live three minutes unless the client says otherwise", async () => {
    expect((await connect("ada")).expires_in).toBe(180);
    const registered = { clientId: client.client_id, clientSecret: "lab secret/+", redirectUris: [redirectUri] };
    await lab.registerClient({ ...registered, accessTokenSeconds: 5 });
    expect((await connect("ada")).expires_in).toBe(5);
  });

  it("are refused once their time is over", async () => {
    const { access_token } = await connect("ada");
    expect((await callApi("/me", access_token)).status).toBe(200);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 181_000 });
    const answer = await callApi("/me", access_token);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
  });

  it("open the API to the person they were given for", async () => {
    const { access_token } = await connect("grace");
    expect(await (await callApi("/me", access_token)).json()).toEqual({
      id: "grace",
      name: "Grace Hopper",
      email: "grace@harbor-compilers.example",
      company: "Harbor Compilers",
    });
    expect((await callApi("/me", null)).status).toBe(401);
  });

  it("page through sixty contacts", async () => {
    const { access_token } = await connect("grace");
    const seen = new Set<string>();
    let cursor: string | null = "";
    while (cursor !== null) {
      const page = await (await callApi(`/contacts?limit=25&cursor=${cursor}`, access_token)).json();
      for (const contact of page.items) seen.add(contact.id);
      cursor = page.next_cursor;
    }
    expect(seen.size).toBe(60);
  });
});

describe("the lab", () => {
  it("survives a restart from the same directory: tokens, spent tokens, clients, counts", async () => {
    await lab.close();
    const stateDirectory = mkdtempSync(path.join(tmpdir(), "lab-"));
    try {
      await start({ stateDirectory });
      const first = await connect("ada");
      const second = await refresh(first.refresh_token);
      const before = { grants: lab.grants(), stats: lab.stats(), tokens: lab.issuedTokens() };
      await lab.close();

      lab = await startLab({ stateDirectory });
      await discover();
      expect({ grants: lab.grants(), stats: lab.stats(), tokens: lab.issuedTokens() }).toEqual(before);
      expect((await callApi("/me", second.access_token)).status).toBe(200);
      const third = await refresh(second.refresh_token);
      await expect(refresh(first.refresh_token)).rejects.toMatchObject(invalidGrant);
      await expect(refresh(third.refresh_token)).rejects.toMatchObject(invalidGrant);
      expect(lab.stats().reuse_detected).toBe(1);
    } finally {
      rmSync(stateDirectory, { recursive: true });
    }
  });

  it("remembers every token it ever issued, and tells them over HTTP only when asked to", async () => {
    const answer = await authorize("ada");
    const first = await exchange(answer);
    const second = await refresh(first.refresh_token);
    const secrets = [first, second].flatMap((tokens) => [tokens.access_token, tokens.refresh_token, tokens.id_token]);
    expect(lab.issuedTokens()).toEqual(
      expect.arrayContaining([...secrets, answer.callbackUrl.searchParams.get("code")]),
    );
    expect((await fetch(`${lab.origin}/lab/issued-tokens`)).status).toBe(404);
  });

  it("registers an app by its form, and says what is wrong with one", async () => {
    const send = (form: Record<string, string>) =>
      fetch(`${lab.origin}/apps`, { method: "POST", body: new URLSearchParams(form) });
    expect(await (await fetch(`${lab.origin}/apps`)).text()).toContain(`${lab.issuer}/token`);
    const wrong = await send({ name: "<i>Mine</i>", redirect_uri: "no address", access_token_seconds: "60" });
    expect(wrong.status).toBe(422);
    const again = await wrong.text();
    expect(again).toContain("Copy the redirect URI from Evergrant.");
    expect(again).toContain("&lt;i&gt;Mine&lt;/i&gt;");
    const made = await (await send({ name: "Mine", redirect_uri: redirectUri, access_token_seconds: "60" })).text();
    const [clientId, clientSecret] = [...made.matchAll(/<code>([^<]+)<\/code>/g)].map(([, text]) => text ?? "");
    const grant = await lab.issueGrant({ clientId: clientId ?? "", person: "ada" });
    expect(grant.expiresInSeconds).toBe(60);
    const refreshed = await fetch(`${lab.origin}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` },
      body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: grant.refreshToken ?? "" }),
    });
    expect(await refreshed.json()).toMatchObject({ expires_in: 60 });
  });

  it("takes clients and grants over HTTP and shows its counts", async () => {
    const post = (pathname: string, body: unknown) =>
      fetch(`${lab.origin}${pathname}`, { method: "POST", body: JSON.stringify(body) });
    const body = { client_id: "second", client_secret: "s", redirect_uris: [redirectUri], access_token_seconds: 9 };
    expect(await (await post("/lab/clients", body)).json()).toEqual({ client_id: "second" });
    const grant = await (await post("/lab/grants", { client_id: "second", person: "person-7" })).json();
    expect(grant).toMatchObject({ expires_in: 9, refresh_token: expect.any(String) });
    expect(await (await callApi("/me", grant.access_token)).json()).toMatchObject({ name: "Person 7" });
    const revoked = await (await post(`/lab/grants/${grant.grant_id}/revoke`, {})).json();
    expect(revoked).toMatchObject({ person: "person-7", status: "revoked", revoked_reason: "user" });
    expect((await post("/lab/clients", { client_id: "third" })).status).toBe(400);
    expect(await (await fetch(`${lab.origin}/lab/stats`)).json()).toEqual(lab.stats());
  });
});
