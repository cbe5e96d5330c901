import { describe, expect, it } from "vitest";
import { failureResult, oauthError, tokenResult } from "#test/fakes/scripted-authorization-server";
import { caller, clientSecret, createWorld, type World } from "#test/fakes/world";
import { disconnectAccount } from "./disconnect-account.ts";
import { importAccount, type ImportedCredentials, type ImportInput } from "./import-account.ts";

const tokens: ImportedCredentials & { readonly format: "oauth2" } = {
  format: "oauth2",
  accessToken: "imported-access",
  refreshToken: "imported-refresh",
  expiresAt: null,
  expiresIn: 3600,
  scopes: null,
};
const input: ImportInput = {
  integrationName: "acme-crm",
  tenantId: "tenant-one",
  credentials: tokens,
  inputs: {},
  externalAccount: null,
  metadata: { plan: "gold" },
};

const withTokens = (changes: Partial<typeof tokens>): ImportInput => ({
  ...input,
  credentials: { ...tokens, ...changes },
});

const secondsFromNow = (world: World, seconds: number): Date => new Date(world.clock.now().getTime() + seconds * 1000);

describe("importing a token set (R7)", () => {
  it("makes an active account with sealed tokens and an alarm", async () => {
    const world = await createWorld();
    const account = await importAccount(world, caller, input);
    expect(account).toMatchObject({
      tenantId: "tenant-one",
      status: "active",
      hasRefreshToken: true,
      metadata: { plan: "gold" },
      expiresAt: secondsFromNow(world, 3600),
      activatedAt: world.clock.now(),
      credentialVersion: 1,
      scopesGranted: ["contacts.read", "openid"],
    });
    expect(account.refreshDueAt?.getTime()).toBeGreaterThanOrEqual(secondsFromNow(world, 3600 - 180).getTime());
    expect(await world.storedTokens(account.id)).toMatchObject({
      accessToken: "imported-access",
      refreshToken: "imported-refresh",
    });
    expect(world.accounts.events.map((one) => one.type)).toEqual(["integrated_account:created"]);
    expect(world.accounts.audit.map((one) => [one.action, one.actor])).toContainEqual([
      "credential.sealed",
      "key_test",
    ]);
    expect(world.server.requests).toEqual([]);
  });

  it("refreshes a token at once that has ended already", async () => {
    const world = await createWorld();
    const account = await importAccount(world, caller, withTokens({ expiresAt: secondsFromNow(world, -86_400) }));
    expect(account.refreshDueAt).toEqual(world.clock.now());
  });

  it.each<[string, Partial<typeof tokens>, number]>([
    ["the instant given counts before the seconds given", { expiresAt: new Date("2026-11-20T10:01:00Z") }, 60],
    ["the integration's duration counts where nothing was given", { expiresIn: null }, 7200],
    ["nought means that the token has ended, though the integration knows its tokens' life", { expiresIn: 0 }, 0],
  ])("%s", async (_name, changes, seconds) => {
    const world = await createWorld({ config: { tokenExpiryDuration: 7200 } });
    const account = await importAccount(world, caller, withTokens(changes));
    expect(account.expiresAt).toEqual(secondsFromNow(world, seconds));
  });

  it("leaves an unknown end unknown and sets no alarm", async () => {
    const world = await createWorld();
    const account = await importAccount(world, caller, withTokens({ expiresIn: null }));
    expect([account.expiresAt, account.refreshDueAt]).toEqual([null, null]);
  });

  it("keeps scopes and external account as given", async () => {
    const world = await createWorld();
    const externalAccount = { id: "person-1", label: "Ada" };
    const account = await importAccount(world, caller, { ...withTokens({ scopes: ["a"] }), externalAccount });
    expect(account).toMatchObject({ scopesGranted: ["a"], externalAccount });
  });

  it("makes one account however often the same request runs, and leaves what became of it alone", async () => {
    const world = await createWorld();
    const id = "ia_00000000000000000000once";
    const [first, second] = await Promise.all([1, 2].map(() => importAccount(world, caller, { ...input, id })));
    expect([first?.id, second?.id, second?.credentialVersion]).toEqual([id, id, 1]);
    expect(world.accounts.audit.filter((one) => one.action === "account.created")).toHaveLength(1);
    await disconnectAccount(world, { environmentId: caller.environmentId, accountId: id, actor: caller.id });
    expect(await importAccount(world, caller, { ...input, id })).toMatchObject({ id, status: "disconnected" });
  });

  it("goes on where an earlier run of the same request left an account without its tokens", async () => {
    const world = await createWorld();
    const id = "ia_00000000000000000000once";
    const apply = () => Promise.reject(new Error("the process ends here"));
    const cut = { ...world, accounts: { ...world.accounts, apply } };
    await expect(importAccount(cut, caller, { ...input, id })).rejects.toThrow("ends here");
    expect(await importAccount(world, caller, { ...input, id })).toMatchObject({ id, status: "active" });
    expect(world.accounts.audit.filter((one) => one.action === "account.created")).toHaveLength(1);
  });

  it.each<[string, Partial<ImportInput>, string]>([
    ["an unknown integration", { integrationName: "nobody" }, "/integration_name"],
    ["an input that is none", { inputs: { shop: "x" } }, "/inputs/shop"],
    [
      "credentials of another format",
      { credentials: { format: "oauth2_client_credentials", clientId: "c", clientSecret: "s" } },
      "/credentials/oauth2_client_credentials",
    ],
  ])("refuses %s and leaves no account behind", async (_name, changes, pointer) => {
    const world = await createWorld();
    await expect(importAccount(world, caller, { ...input, ...changes })).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ pointer }],
    });
    expect(world.accounts.audit).toEqual([]);
  });

  it("leaves no account behind when the KMS is down", async () => {
    const world = await createWorld();
    world.keys.setDown("wrap");
    let created = 0;
    const accounts = {
      ...world.accounts,
      create: (...given: Parameters<typeof world.accounts.create>) => ((created += 1), world.accounts.create(...given)),
    };
    await expect(importAccount({ ...world, accounts }, caller, input)).rejects.toMatchObject({
      code: "kms_unavailable",
    });
    expect(created).toBe(0);
  });
});

describe("a token whose end nobody told (R17)", () => {
  const auth = {
    tokenHost: "https://login.acme.example",
    tokenPath: "/oauth/token",
    authorizePath: "/oauth/authorize",
    introspectPath: "/oauth/introspect",
  };

  it("is asked about once it is stored, with the environment's client", async () => {
    const world = await createWorld({ config: { auth } });
    const expiresAt = secondsFromNow(world, 900);
    world.server.introspectWith({ active: true, expiresAt });
    const account = await importAccount(world, caller, withTokens({ expiresIn: null }));
    expect(account.expiresAt).toEqual(expiresAt);
    expect(account.refreshDueAt?.getTime()).toBeGreaterThanOrEqual(secondsFromNow(world, 900 - 180).getTime());
    expect(world.server.requests).toEqual([
      { kind: "introspect", secret: clientSecret, clientId: "client-of-acme", accessToken: "imported-access" },
    ]);
  });

  it("is not asked about where its end is known", async () => {
    const world = await createWorld({ config: { auth } });
    await importAccount(world, caller, input);
    expect(world.server.requests).toEqual([]);
  });

  it.each([
    ["its own secret", "own-client", "own-secret", "own-secret"],
    ["none, where it has none: the environment's goes out with no other client's id", "own-client", null, null],
    ["the environment's, where it brought no client", null, null, clientSecret],
  ])("is asked about with the client that asked for it, and %s", async (_name, clientId, given, secret) => {
    const world = await createWorld({ config: { auth }, format: "oauth2_client_credentials" });
    world.server.respondWith(tokenResult(world.clock, "first", { expiresAt: null }));
    const expiresAt = secondsFromNow(world, 900);
    world.server.introspectWith({ active: true, expiresAt });
    const credentials = { format: "oauth2_client_credentials", clientId, clientSecret: given } as const;
    expect((await importAccount(world, caller, { ...input, credentials })).expiresAt).toEqual(expiresAt);
    const asked = { secret, clientId: clientId ?? "client-of-acme" };
    expect(world.server.requests).toEqual([
      { kind: "client_credentials", ...asked },
      { kind: "introspect", ...asked, accessToken: "access-first" },
    ]);
  });
});

describe("importing a client (RFC 6749 §4.4, R3)", () => {
  const clientWorld = (): Promise<World> => createWorld({ format: "oauth2_client_credentials" });
  const own: ImportInput = {
    ...input,
    credentials: { format: "oauth2_client_credentials", clientId: "own-client", clientSecret: "own-secret" },
  };
  const shared: ImportInput = {
    ...input,
    credentials: { format: "oauth2_client_credentials", clientId: null, clientSecret: null },
  };

  it("asks for the first token before anything is stored", async () => {
    const world = await clientWorld();
    const release = world.server.hold();
    const imported = importAccount(world, caller, own);
    await world.server.nextRequest();
    expect([world.accounts.audit, world.accounts.events]).toEqual([[], []]);
    release();
    const account = await imported;
    expect(account).toMatchObject({
      status: "active",
      clientId: "own-client",
      hasRefreshToken: false,
      expiresAt: secondsFromNow(world, 3600),
      credentialVersion: 1,
    });
    expect(account.refreshDueAt?.getTime()).toBeGreaterThanOrEqual(secondsFromNow(world, 3600 - 180).getTime());
    expect(world.server.requests).toEqual([
      { kind: "client_credentials", secret: "own-secret", clientId: "own-client" },
    ]);
  });

  it("seals its own client's secret in the token set, and no refresh token that came along (§4.4.3)", async () => {
    const world = await clientWorld();
    const account = await importAccount(world, caller, own);
    expect(await world.storedTokens(account.id)).toMatchObject({
      accessToken: "access-1",
      refreshToken: null,
      clientSecret: "own-secret",
    });
  });

  it("asks with the environment's client where the account brings none, and seals no secret twice", async () => {
    const world = await clientWorld();
    const account = await importAccount(world, caller, shared);
    expect(world.server.requests).toEqual([
      { kind: "client_credentials", secret: clientSecret, clientId: "client-of-acme" },
    ]);
    expect(account.clientId).toBeNull();
    expect(await world.storedTokens(account.id)).toMatchObject({ clientSecret: null });
  });

  it("takes what was granted for the scopes, and what was asked for where the server says nothing", async () => {
    const world = await clientWorld();
    expect((await importAccount(world, caller, own)).scopesGranted).toEqual(["contacts.read", "openid"]);
    world.server.respondWith(tokenResult(world.clock, "narrow", { scopes: ["openid"] }));
    expect((await importAccount(world, caller, own)).scopesGranted).toEqual(["openid"]);
  });

  it.each([
    [
      "an own client that is rejected is the caller's to mend",
      own,
      oauthError("invalid_client", 401),
      "invalid_request",
    ],
    ["the environment's is the operator's", shared, oauthError("invalid_client", 401), "client_misconfigured"],
    ["a 429 is passed on", own, oauthError("slow_down", 429, 90), "rate_limited"],
    ["a lost answer", own, failureResult({ kind: "answer_lost", detail: "ECONNRESET" }), "provider_timeout"],
    [
      "an outage",
      own,
      failureResult({ kind: "http_error", status: 503, isPage: true, retryAfterSeconds: null }),
      "provider_error",
    ],
  ])("%s, and leaves nothing behind", async (_name, wanted, answer, code) => {
    const world = await clientWorld();
    world.server.respondWith(answer);
    await expect(importAccount(world, caller, wanted)).rejects.toMatchObject({ code });
    expect([world.accounts.audit, world.accounts.events, world.server.requests.length]).toEqual([[], [], 1]);
  });

  it("refuses a token set where the integration takes clients, before anybody is asked", async () => {
    const world = await clientWorld();
    await expect(importAccount(world, caller, input)).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/credentials/oauth2" }],
    });
    expect(world.server.requests).toEqual([]);
  });
});
