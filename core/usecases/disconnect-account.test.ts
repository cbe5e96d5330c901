import { Secret } from "#core/domain/secret/secret";
import { describe, expect, it } from "vitest";
import { beforeFirstApply } from "#test/fakes/before-first-apply";
import { createWorld, environmentId, type World } from "#test/fakes/world";
import { UnreadableDefinition } from "../domain/integration/unreadable-definition.ts";
import { documentStructureSchema } from "../domain/integration/integration-document.ts";
import { disconnectAccount } from "./disconnect-account.ts";
import { refreshAccount } from "./refresh-account.ts";
import { typedCredentialChange } from "./store-typed-credential.ts";

const disconnect = (world: World) =>
  disconnectAccount(world, { environmentId, accountId: "ia_one", actor: "key_test" });

async function worldWithAccount(options: Parameters<World["addAccount"]>[0] = {}): Promise<World> {
  const world = await createWorld();
  await world.addAccount(options);
  return world;
}

describe("disconnecting (R33)", () => {
  it("erases the tokens, ends the alarm, tells one event and ends the grant at the provider", async () => {
    const world = await worldWithAccount();
    const { account, revocation } = await disconnect(world);
    expect(revocation).toBe("revoked");
    expect(account).toMatchObject({
      status: "disconnected",
      refreshDueAt: null,
      expiresAt: null,
      hasRefreshToken: false,
    });
    expect(await world.storedTokens()).toBeNull();
    expect(world.accounts.events.at(-1)?.type).toBe("integrated_account:disconnected");
    expect(world.server.requests).toEqual([
      {
        kind: "revoke",
        secret: "client-secret-of-acme",
        clientId: "client-of-acme",
        token: "refresh-0",
        hint: "refresh_token",
      },
    ]);
    expect(world.accounts.audit.slice(-2).map((one) => one.action)).toEqual([
      "credential.erased",
      "account.transitioned",
    ]);
  });

  it("makes every refresh in flight a stale writer", async () => {
    const world = await worldWithAccount();
    const before = (await world.account()).fence;
    expect((await disconnect(world)).account.fence).toBe(before + 1n);
  });

  it("ends the access token where there is no refresh token (RFC 7009 §2.1)", async () => {
    const world = await worldWithAccount({ refreshToken: null });
    await disconnect(world);
    expect(world.server.of("revoke")).toMatchObject([{ token: "access-0", hint: "access_token" }]);
  });

  it.each([
    ["its secret", "own-secret"],
    ["none, where it has none", null],
  ])(
    "ends the grant as the client that the account brought, with %s, and never with the environment's",
    async (_name, secret) => {
      const world = await worldWithAccount({ ownClient: { id: "own-client", secret } });
      expect((await disconnect(world)).revocation).toBe("revoked");
      expect(world.server.requests).toEqual([
        { kind: "revoke", secret, clientId: "own-client", token: "refresh-0", hint: "refresh_token" },
      ]);
      expect(world.auditLog.records.map((one) => one.action)).toEqual(["credential.opened"]);
    },
  );

  it("finishes here although the provider refuses, and says what could not be revoked", async () => {
    const world = await worldWithAccount();
    world.server.failRevocation();
    expect(await disconnect(world)).toMatchObject({ account: { status: "disconnected" }, revocation: "failed" });
    expect(await world.storedTokens()).toBeNull();
  });

  it("is not kept from ending by a sealed value that does not open", async () => {
    const world = await worldWithAccount();
    // Of another version than the value was sealed for: it does not open any more.
    const { findWithCredential } = world.accounts;
    const accounts = {
      ...world.accounts,
      findWithCredential: async (environment: string, id: string) => {
        const found = await findWithCredential(environment, id);
        const credential = found?.credential;
        return found === null || credential == null ? found : { ...found, credential: { ...credential, version: 99 } };
      },
    };
    expect(await disconnect({ ...world, accounts })).toMatchObject({
      account: { status: "disconnected" },
      revocation: "failed",
    });
  });

  it("sends no token to hosts that a release put in place of others, and says that it is not revoked (invariant 12)", async () => {
    const world = await worldWithAccount();
    const configured = await world.integrations.find(environmentId, "acme-crm");
    if (configured === null) throw new Error("not defined");
    world.integrations.set({ ...configured, pin: { format: "oauth2", hosts: "tokens https://old.acme.example" } });
    expect(await disconnect(world)).toMatchObject({ account: { status: "disconnected" }, revocation: "failed" });
    expect(await world.storedTokens()).toBeNull();
    expect(world.server.requests).toEqual([]);
  });

  it("says that the grant may be alive where its definition can't be read", async () => {
    const world = await worldWithAccount();
    const find = async (_environment: string, name: string): Promise<never> => {
      throw new UnreadableDefinition(name, ["is nothing"]);
    };
    Object.assign(world.integrations, { find });
    expect(await disconnect(world)).toMatchObject({ account: { status: "disconnected" }, revocation: "failed" });
    expect(await world.storedTokens()).toBeNull();
    expect(world.server.requests).toEqual([]);
  });

  it("ends typed credentials whose definition asks for tokens by now", async () => {
    const world = await worldWithAccount();
    const account = await world.account();
    const typed = { format: "api_key", fields: { api_key: "their-key" } } as const;
    const dataKey = await world.vault.prepare(environmentId);
    await world.accounts.apply(
      typedCredentialChange(world, account, {
        typed,
        externalAccount: null,
        dataKey,
        actor: "test",
        reason: "reauthorized",
        completes: null,
      }),
    );
    expect(await disconnect(world)).toMatchObject({ account: { status: "disconnected" }, revocation: "not_supported" });
    expect(await world.accounts.findWithCredential(environmentId, "ia_one")).toMatchObject({ credential: null });
    expect(world.server.requests).toEqual([]);
  });

  it("says that a grant may be alive whose definition asks for typed credentials by now", async () => {
    const world = await worldWithAccount();
    const configured = await world.integrations.find(environmentId, "acme-crm");
    if (configured === null) throw new Error("not defined");
    const document = documentStructureSchema.parse({ name: "acme-crm", credentials: { format: "api_key" } });
    world.integrations.set({ ...configured, document });
    expect(await disconnect(world)).toMatchObject({ account: { status: "disconnected" }, revocation: "failed" });
  });

  it("is not kept from ending by a fault of ours that would come again", async () => {
    const world = await worldWithAccount();
    const vault = { ...world.vault, open: () => Promise.reject(new TypeError("no key that is one")) };
    expect(await disconnect({ ...world, vault })).toMatchObject({
      account: { status: "disconnected" },
      revocation: "failed",
    });
  });

  it("says not_supported where the provider offers no revocation", async () => {
    const world = await createWorld({ config: { auth: { tokenHost: "https://login.acme.example" } } });
    await world.addAccount();
    expect((await disconnect(world)).revocation).toBe("not_supported");
    expect(world.auditLog.records).toEqual([]);
  });

  it("ends an account whose integration is not defined any more", async () => {
    const world = await worldWithAccount();
    await world.integrations.remove(environmentId, "acme-crm", {
      environmentId,
      actor: "test",
      action: "integration.deleted",
      target: "acme-crm",
    });
    expect(await disconnect(world)).toMatchObject({ account: { status: "disconnected" }, revocation: "not_supported" });
  });

  it("finds nothing left to do the second time", async () => {
    const world = await worldWithAccount();
    await disconnect(world);
    expect(await disconnect(world)).toMatchObject({ account: { status: "disconnected" }, revocation: "not_supported" });
    expect(world.server.of("revoke")).toHaveLength(1);
    expect(world.accounts.events).toHaveLength(2);
  });

  it("tells one event although two people disconnect at the same moment", async () => {
    const world = await worldWithAccount();
    await Promise.all([disconnect(world), disconnect(world)]);
    expect(world.accounts.events.map((one) => one.type)).toEqual([
      "integrated_account:created",
      "integrated_account:disconnected",
    ]);
  });

  it("revokes the token that a refresh has just written, not the one it read first", async () => {
    const world = await worldWithAccount();
    const accounts = beforeFirstApply(world.accounts, async () => {
      const tokenSet = await world.storedTokens();
      if (tokenSet === null) throw new Error("no tokens");
      const newer = { ...tokenSet, refreshToken: new Secret("refresh-newer") };
      await world.accounts.apply(await world.credentialsChange(await world.account(), newer));
    });
    await disconnect({ ...world, accounts });
    expect(world.server.of("revoke").map((one) => one.token)).toEqual(["refresh-newer"]);
  });

  it("revokes the token of a refresh that is answered between its read and its write", async () => {
    const world = await worldWithAccount();
    const answer = world.server.hold();
    const demand = { reason: "on_demand", minTtlSeconds: null } as const;
    const refreshing = refreshAccount(world, { environmentId, accountId: "ia_one", demand, actor: "test" });
    await world.server.nextRequest();
    const accounts = beforeFirstApply(world.accounts, async () => {
      answer();
      expect((await refreshing).kind).toBe("refreshed");
    });
    expect((await disconnect({ ...world, accounts })).revocation).toBe("revoked");
    expect(world.server.of("revoke").map((one) => one.token)).toEqual(["refresh-1"]);
    expect(await world.storedTokens()).toBeNull();
  });

  it("erases nothing while the KMS is down, so that the grant can still be ended later (R43)", async () => {
    const world = await worldWithAccount();
    world.keys.setDown("unwrap");
    await expect(disconnect(world)).rejects.toMatchObject({ code: "kms_unavailable" });
    world.keys.setDown(null);
    expect(await world.storedTokens()).not.toBeNull();
    expect((await world.account()).status).toBe("active");
  });

  it("knows nothing of accounts of other environments (invariant 10)", async () => {
    const world = await worldWithAccount();
    const input = { environmentId: "env_other", accountId: "ia_one", actor: "key_test" };
    await expect(disconnectAccount(world, input)).rejects.toMatchObject({ code: "not_found" });
  });
});
