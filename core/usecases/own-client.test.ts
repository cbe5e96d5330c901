import { describe, expect, it } from "vitest";
import { refresh } from "#test/fakes/refresh-calls";
import { beforeFirstApply } from "#test/fakes/before-first-apply";
import { addLink, callback, click, comeBack, depart } from "#test/fakes/connect-trip";
import { oauthError, ofPerson, tokenResult } from "#test/fakes/scripted-authorization-server";
import { caller, clientSecret as environmentSecret, createWorld, environmentId, type World } from "#test/fakes/world";
import { circuitKey } from "../domain/refresh/circuit.ts";
import { ownSecrets } from "../domain/token/own-secrets.ts";
import { addSecretOfOwnClient } from "./add-secret-of-own-client.ts";
import { disconnectAccount } from "./disconnect-account.ts";
import { importAccount, type ImportInput } from "./import-account.ts";

const auth = {
  tokenHost: "https://login.acme.example",
  tokenPath: "/oauth/token",
  authorizePath: "/oauth/authorize",
  revokePath: "/oauth/revoke",
};
const own = { clientId: "own-client", clientSecret: "own-secret" };

const imported = (client: {
  readonly clientId?: string | null;
  readonly clientSecret?: string | null;
}): ImportInput => ({
  integrationName: "acme-crm",
  tenantId: "tenant-one",
  credentials: {
    format: "oauth2",
    accessToken: "access-0",
    refreshToken: "refresh-0",
    expiresAt: null,
    expiresIn: 3600,
    scopes: null,
    ...client,
  },
  inputs: {},
  externalAccount: null,
  metadata: {},
});

async function ownWorld(config: Readonly<Record<string, unknown>> = {}): Promise<World> {
  const world = await createWorld({ config: { auth, ...config } });
  await world.addAccount({ ownClient: { id: "own-client", secret: "own-secret" } });
  return world;
}

const reauthorize = { integratedAccountId: "ia_one" };

describe("a token set that is imported with the client it was issued to (R65)", () => {
  it("is refreshed with that client, and the environment's is never shown", async () => {
    const world = await createWorld();
    const account = await importAccount(world, caller, imported(own));
    expect(account).toMatchObject({ status: "active", clientId: "own-client" });
    expect(await world.storedTokens(account.id)).toMatchObject({ accessToken: "access-0", clientSecret: "own-secret" });
    expect((await refresh(world, "forced", account.id)).kind).toBe("refreshed");
    expect(world.server.requests).toEqual([
      { kind: "refresh", secret: "own-secret", clientId: "own-client", refreshToken: "refresh-0" },
    ]);
    expect(await world.storedTokens(account.id)).toMatchObject({
      refreshToken: "refresh-1",
      clientSecret: "own-secret",
    });
    expect(JSON.stringify([world.accounts.audit, world.log.lines])).not.toContain("own-secret");
  });

  it("may come of a public client where the integration takes such", async () => {
    const world = await createWorld({ config: { options: { authorizationMethod: "none" } } });
    const account = await importAccount(world, caller, imported({ clientId: "own-client" }));
    await refresh(world, "forced", account.id);
    expect(world.server.requests).toMatchObject([{ secret: null, clientId: "own-client" }]);
  });

  it.each([
    ["header", { clientId: "own-client" }, "/credentials/oauth2/client_secret"],
    ["header", { clientSecret: "own-secret" }, "/credentials/oauth2/client_id"],
    ["none", own, "/credentials/oauth2/client_secret"],
    ["private_key_jwt", own, "/credentials/oauth2/client_id"],
  ])(
    "is refused where the integration asks by %s and %o does not fit",
    async (authorizationMethod, client, pointer) => {
      const world = await createWorld({ config: { options: { authorizationMethod } } });
      await expect(importAccount(world, caller, imported(client))).rejects.toMatchObject({
        code: "invalid_request",
        errors: [{ pointer }],
      });
      expect(world.accounts.audit).toEqual([]);
    },
  );
});

describe("an own client that the provider rejects (R18)", () => {
  it("is its account's matter: nobody else waits, and no breaker opens", async () => {
    const world = await ownWorld();
    await world.addAccount({ id: "ia_other" });
    world.server.respondWith(oauthError("invalid_client", 401));
    expect(await refresh(world, "forced")).toMatchObject({ kind: "failed", attempt: { rule: "client.own" } });
    expect((await world.account()).status).toBe("needs_reauth");
    world.server.respondWith(tokenResult(world.clock, "fine"));
    expect((await refresh(world, "forced", "ia_other")).kind).toBe("refreshed");
    expect(world.server.requests.at(-1)).toMatchObject({ secret: environmentSecret, clientId: "client-of-acme" });
  });
});

describe("a customer who re-authorizes an account with its own client", () => {
  it("is sent there with it, comes back to the environment's redirect URI, and the new grant keeps its secret", async () => {
    const world = await ownWorld();
    const departure = await depart(world, (await addLink(world, reauthorize)).id);
    expect(departure.searchParams.get("client_id")).toBe("own-client");
    expect(departure.searchParams.get("redirect_uri")).toBe(
      "https://evergrant.example/oauth/callback/callback-of-acme",
    );
    expect(await comeBack(world, callback(departure))).toMatchObject({ kind: "connected" });
    expect(world.server.of("exchange")).toMatchObject([{ secret: "own-secret" }]);
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-1", clientSecret: "own-secret" });
    await refresh(world, "forced");
    expect(world.server.of("refresh")).toMatchObject([{ secret: "own-secret", clientId: "own-client" }]);
    expect(JSON.stringify(world.server.requests)).not.toContain(environmentSecret);
  });

  it("has the request pushed with it (RFC 9126)", async () => {
    const world = await ownWorld({ auth: { ...auth, parPath: "/oauth/par" } });
    const departure = await depart(world, (await addLink(world, reauthorize)).id);
    expect(departure.searchParams.get("client_id")).toBe("own-client");
    expect(world.server.of("push")).toMatchObject([{ secret: "own-secret", request: { clientId: "own-client" } }]);
  });

  it("needs no client of the environment's, which nobody new could do without", async () => {
    const world = await ownWorld();
    const configured = await world.integrations.find(environmentId, "acme-crm");
    if (configured?.client == null) throw new Error("no client");
    world.integrations.set({ ...configured, client: { ...configured.client, layer: { clientId: null }, secrets: [] } });
    expect((await click(world, (await addLink(world)).id)).kind).toBe("unavailable");
    expect(world.accounts.events).toHaveLength(1);
    const departure = await depart(world, (await addLink(world, reauthorize)).id);
    expect(await comeBack(world, callback(departure))).toMatchObject({ kind: "connected" });
  });

  it("says nothing about ours when the provider rejects it", async () => {
    const world = await ownWorld();
    const departure = await depart(world, (await addLink(world, reauthorize)).id);
    world.server.respondWith(oauthError("invalid_client", 401));
    expect(await comeBack(world, callback(departure))).toMatchObject({ kind: "failed" });
    expect(world.circuits.news).toEqual([]);
  });

  it("stays behind the breaker of that client, and a grant of no use is revoked with it", async () => {
    const world = await ownWorld();
    world.accounts.patch("ia_one", { externalAccount: { id: "person-1", label: "Ada" } });
    const departure = await depart(world, (await addLink(world, reauthorize)).id);
    world.server.respondWith(ofPerson(tokenResult(world.clock, "x"), { id: "person-2", label: "Ben" }));
    expect(await comeBack(world, callback(departure))).toMatchObject({ kind: "failed" });
    expect(world.server.of("revoke")).toMatchObject([{ secret: "own-secret", clientId: "own-client" }]);
    const environmentKey = circuitKey(environmentId, "client-of-acme", `${auth.tokenHost}${auth.tokenPath}`);
    const ownKey = circuitKey(environmentId, "own-client", `${auth.tokenHost}${auth.tokenPath}`);
    expect([world.circuits.keys().includes(ownKey), world.circuits.keys().includes(environmentKey)]).toEqual([
      true,
      false,
    ]);
  });

  it("keeps the secret that it got while the code was exchanged", async () => {
    const world = await ownWorld();
    const departure = await depart(world, (await addLink(world, reauthorize)).id);
    const give = { environmentId, accountId: "ia_one", clientId: null, clientSecret: "next", metadata: null };
    const accounts = beforeFirstApply(world.accounts, async () => {
      await addSecretOfOwnClient(world, { ...give, actor: "key_test" });
    });
    await comeBack({ ...world, accounts }, callback(departure));
    const stored = await world.storedTokens();
    expect(stored).toMatchObject({ accessToken: "access-1", refreshToken: "refresh-1" });
    expect(stored === null ? [] : ownSecrets(stored).map((one) => one.secret)).toEqual(["next", "own-secret"]);
  });
});

it("an account that is disconnected is revoked with its own client, by the secret that works", async () => {
  const world = await ownWorld();
  await disconnectAccount(world, { environmentId, accountId: "ia_one", actor: "test" });
  expect(world.server.requests).toEqual([
    { kind: "revoke", secret: "own-secret", clientId: "own-client", token: "refresh-0", hint: "refresh_token" },
  ]);
  expect(await world.storedTokens()).toBeNull();
});
