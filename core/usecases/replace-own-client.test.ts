import { describe, expect, it } from "vitest";
import { refresh } from "#test/fakes/refresh-calls";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { oauthError, tokenResult, withAnswer } from "#test/fakes/scripted-authorization-server";
import { typedDocument } from "#test/fakes/typed-documents";
import { clientSecret as environmentSecret, createWorld, environmentId, type World } from "#test/fakes/world";
import type { RefreshPorts } from "./refresh-ports.ts";
import type { OwnClientInput } from "./own-client-change.ts";
import { replaceOwnClient } from "./replace-own-client.ts";

const format = "oauth2_client_credentials";
const refused = oauthError("invalid_client", 401);

async function machineWorld(ownClient = true): Promise<World> {
  const world = await createWorld({ format });
  const own = { id: "own-client", secret: "own-secret" };
  await world.addAccount({ refreshToken: null, ...(ownClient ? { ownClient: own } : {}) });
  return world;
}

const replace = async (world: RefreshPorts, changes: Partial<OwnClientInput> = {}) =>
  await replaceOwnClient(world, {
    environmentId,
    accountId: "ia_one",
    clientId: null,
    clientSecret: "next-secret",
    metadata: null,
    actor: "key_test",
    ...changes,
  });

describe("another secret for an account's own client (R65)", () => {
  it("is asked with first, and kept with the token that came to it", async () => {
    const world = await machineWorld();
    expect(await replace(world)).toMatchObject({ status: "active", clientId: "own-client", credentialVersion: 2 });
    expect(world.server.requests).toEqual([
      { kind: "client_credentials", secret: "next-secret", clientId: "own-client" },
    ]);
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-1", clientSecret: "next-secret" });
    await refresh(world, "forced");
    expect(world.server.requests.at(-1)).toMatchObject({ secret: "next-secret", clientId: "own-client" });
  });

  it("brings an account back that ended for its client", async () => {
    const world = await machineWorld();
    world.server.respondWith(refused);
    await refresh(world, "forced");
    expect((await world.account()).status).toBe("needs_reauth");
    world.server.respondWith(tokenResult(world.clock, "again", { refreshToken: null }));
    expect(await replace(world)).toMatchObject({ status: "active", lastError: null });
    expect(world.accounts.events.at(-1)?.type).toBe("integrated_account:reactivated");
  });

  it("changes nothing when the provider does not take it, and says where it stands in the request", async () => {
    const world = await machineWorld();
    const before = await world.account();
    world.server.respondWith(refused);
    await expect(replace(world)).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/overrides/credentials/oauth2_client_credentials" }],
    });
    expect(await world.account()).toEqual(before);
    expect(await world.storedTokens()).toMatchObject({ clientSecret: "own-secret" });
  });

  it("comes with the metadata in one write, and the audit log tells both and no secret", async () => {
    const world = await machineWorld();
    expect(await replace(world, { metadata: { plan: "growth" } })).toMatchObject({ metadata: { plan: "growth" } });
    const records = world.accounts.audit.slice(-2);
    expect(records.map((one) => [one.action, one.detail])).toEqual([
      ["credential.sealed", { field: "token_set", version: 2, reason: "client_replaced" }],
      ["account.updated", { fields: ["client_id", "client_secret", "metadata"] }],
    ]);
    expect(JSON.stringify([world.accounts.audit, world.log.lines])).not.toContain("next-secret");
  });

  it("is not written over a refresh that is under way: its late answer is the old client's, and discarded", async () => {
    const world = await machineWorld();
    const release = world.server.hold();
    const refreshing = refresh(world, "forced");
    await world.server.nextRequest();
    const replacing = replace(world);
    await world.server.nextRequest();
    release();
    await Promise.all([refreshing, replacing]);
    expect(await world.storedTokens()).toMatchObject({ clientSecret: "next-secret" });
    expect((await world.account()).clientId).toBe("own-client");
  });

  it("is left as it was while the KMS is down, before the provider is asked", async () => {
    const world = await machineWorld();
    world.keys.setDown("wrap");
    await expect(replace(world)).rejects.toMatchObject({ code: "kms_unavailable" });
    expect(world.server.requests).toEqual([]);
  });
});

describe("another client for an account", () => {
  it("takes the place of its own, behind a breaker of its own", async () => {
    const world = await machineWorld();
    const keys: unknown[] = [];
    const accounts = {
      ...world.accounts,
      apply: (change: Parameters<typeof world.accounts.apply>[0]) => {
        keys.push(change.set.circuitKey);
        return world.accounts.apply(change);
      },
    };
    const account = await replace({ ...world, accounts }, { clientId: "next-client" });
    expect(account.clientId).toBe("next-client");
    await replace({ ...world, accounts }, { clientId: "own-client" });
    expect(new Set(keys).size).toBe(2);
    expect(world.server.requests[0]).toMatchObject({ clientId: "next-client", secret: "next-secret" });
  });

  it("may take the place of the environment's, whose secrets are not sent with it", async () => {
    const world = await machineWorld(false);
    await replace(world, { clientId: "next-client" });
    expect(world.server.requests.map((one) => one.secret)).toEqual(["next-secret"]);
    expect(JSON.stringify(world.server.requests)).not.toContain(environmentSecret);
  });

  it("needs a name where the account has none of its own", async () => {
    const world = await machineWorld(false);
    await expect(replace(world)).rejects.toMatchObject({
      errors: [{ pointer: "/overrides/credentials/oauth2_client_credentials/client_id" }],
    });
    expect(world.server.requests).toEqual([]);
  });

  it("is refused where a customer's grant belongs to its client", async () => {
    const world = await createWorld();
    await world.addAccount();
    await expect(replace(world, { clientId: "next-client" })).rejects.toMatchObject({ code: "invalid_request" });
    expect(world.server.requests).toEqual([]);
  });

  it("is refused for an account that was disconnected or is not there", async () => {
    const world = await machineWorld();
    world.accounts.patch("ia_one", { status: "disconnected", refreshDueAt: null });
    await expect(replace(world)).rejects.toMatchObject({ code: "disconnected" });
    await expect(replace(world, { accountId: "ia_other" })).rejects.toMatchObject({ code: "not_found" });
    await expect(replace(world, { environmentId: "env_other" })).rejects.toMatchObject({ code: "not_found" });
    expect(world.server.requests).toEqual([]);
  });
});

describe("a client that is of somebody", () => {
  const config = { identity: { id: "team.id", label: "team.name" }, fields: [{ name: "instance", value: "i" }] };
  const ofTeam = (id: string | null, i: string) => ({
    i,
    ...(id === null ? {} : { team: { id, name: `Team ${id}` } }),
  });

  async function teamWorld(answer: Readonly<Record<string, unknown>>): Promise<World> {
    const world = await createWorld({ document: exampleDocument({ format, config }) });
    const externalAccount = { id: "T1", label: "Team T1" };
    await world.addAccount({
      refreshToken: null,
      ownClient: { id: "own-client", secret: "own-secret" },
      externalAccount,
    });
    world.server.respondWith(withAnswer(tokenResult(world.clock, "next", { refreshToken: null }), answer));
    return world;
  }

  it("is compared with whom the account is of, and brings its fields", async () => {
    const world = await teamWorld(ofTeam("T1", "eu1"));
    expect(await replace(world)).toMatchObject({ externalAccount: { id: "T1" }, fields: { instance: "eu1" } });
  });

  it.each([
    ["somebody else's", ofTeam("T2", "eu1"), "external_account_mismatch"],
    ["nobody's that could be found out", ofTeam(null, "eu1"), "provider_error"],
    ["without a field that it can't do without", { team: { id: "T1" } }, "provider_error"],
  ])("changes nothing where it is %s (R32)", async (_name, answer, code) => {
    const world = await teamWorld(answer);
    await expect(replace(world)).rejects.toMatchObject({ code });
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-0", clientSecret: "own-secret" });
  });
});

it("an account of typed credentials, or of a client that signs, has no client of its own to replace", async () => {
  const typed = await createWorld({ document: typedDocument("api_key") });
  await typed.addAccount();
  await expect(replace(typed)).rejects.toMatchObject({ code: "invalid_request" });

  const signing = await createWorld({ format, config: { options: { authorizationMethod: "private_key_jwt" } } });
  await signing.addAccount({ refreshToken: null });
  const replacing = replace(signing, { clientId: "own-client" });
  await expect(replacing).rejects.toMatchObject({ code: "invalid_request" });
  expect(signing.server.requests).toEqual([]);
});
