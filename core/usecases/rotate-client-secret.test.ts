import { describe, expect, it } from "vitest";
import { addLink, callback, comeBack, depart } from "#test/fakes/connect-trip";
import { oauthError, tokenResult } from "#test/fakes/scripted-authorization-server";
import { caller, clientSecret as old, createWorld, environmentId, type World } from "#test/fakes/world";
import { configureClient } from "./configure-client.ts";
import { disconnectAccount } from "./disconnect-account.ts";
import { importAccount } from "./import-account.ts";
import { refreshAccount } from "./refresh-account.ts";

const refused = oauthError("invalid_client", 401);

/** The provider takes these secrets alone, and gives tokens of an hour for them. */
function accept(world: World, ...taken: string[]): void {
  let issued = 0;
  world.server.respondWith((request) => {
    if (!taken.includes(request.secret ?? "")) return refused;
    issued += 1;
    return tokenResult(world.clock, `rotated-${issued}`);
  });
}

async function rotatingWorld(config: Record<string, unknown> = {}): Promise<World> {
  const world = await createWorld({ config });
  await world.addAccount();
  await configureClient(world, caller, "acme-crm", { clientSecret: "new" });
  return world;
}

const refresh = async (world: World, accountId = "ia_one") =>
  await refreshAccount(world, {
    environmentId,
    accountId,
    demand: { reason: "forced", minTtlSeconds: null },
    actor: "test",
  });
const shown = (world: World) => world.server.requests.map((one) => one.secret);
const failuresOf = (world: World) => world.circuits.keys().map((key) => world.circuits.circuit(key).failures);
const explanation = (world: World) => world.accounts.attempts.at(-1)?.result?.explanation ?? "";

describe("a refresh while the provider knows the old client secret alone (R65)", () => {
  it("works within the one attempt, and tells which secret it was", async () => {
    const world = await rotatingWorld();
    accept(world, old);
    expect((await refresh(world)).kind).toBe("refreshed");
    expect(shown(world)).toEqual(["new", old]);
    expect(world.accounts.attempts.map((one) => one.result?.outcome)).toEqual(["refreshed"]);
    expect(explanation(world)).toContain("Asked with the previous client secret.");
    expect(world.server.of("refresh").map((one) => one.refreshToken)).toEqual(["refresh-0", "refresh-0"]);
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-rotated-1" });
  });

  it("is no failure of the endpoint: the breaker counts none, and the operator is told nothing", async () => {
    const world = await rotatingWorld();
    accept(world, old);
    for (let times = 0; times < 10; times += 1) {
      world.clock.advance(61_000);
      expect((await refresh(world)).kind).toBe("refreshed");
    }
    expect(shown(world).filter((one) => one === "new")).toHaveLength(10);
    expect(failuresOf(world)).toEqual([0]);
    expect(world.circuits.news).toEqual([]);
  });

  it("writes down which one works", async () => {
    const world = await rotatingWorld();
    accept(world, old);
    await refresh(world);
    const worked = async () =>
      (await world.integrations.find(environmentId, "acme-crm"))?.client?.secrets.map((one) => one.lastWorkedAt);
    const firstAt = world.clock.now();
    expect(await worked()).toEqual([null, firstAt]);
    accept(world, "new");
    world.clock.advance(1_000);
    await refresh(world);
    expect(await worked()).toEqual([world.clock.now(), firstAt]);
  });

  it("ends as the operator's to mend once the old one's time is up, and the old one is not sent", async () => {
    const world = await rotatingWorld();
    accept(world, old);
    await refresh(world);
    world.clock.advance(7 * 86_400_000);
    const before = world.server.requests.length;
    expect((await refresh(world)).kind).toBe("failed");
    expect(shown(world).slice(before)).toEqual(["new"]);
    expect(await world.account()).toMatchObject({ status: "active", lastError: { code: "client_misconfigured" } });
  });
});

it("a client whose every secret is refused is the operator's to mend, one failure for the breaker, and the attempt says so", async () => {
  const world = await rotatingWorld();
  accept(world);
  expect((await refresh(world)).kind).toBe("failed");
  expect(shown(world)).toEqual(["new", old]);
  expect(failuresOf(world)).toEqual([1]);
  expect(world.circuits.news).toEqual(["client_rejected"]);
  expect(explanation(world)).toContain("Every client secret was tried and refused");
  expect(await world.account()).toMatchObject({ status: "active", lastError: { code: "client_misconfigured" } });
});

it("once the provider takes the new client secret, the attempt says nothing of secrets", async () => {
  const world = await rotatingWorld();
  accept(world, "new", old);
  await refresh(world);
  expect(shown(world)).toEqual(["new"]);
  expect(explanation(world)).not.toContain("secret");
});

describe("whoever else asks the provider while it knows the old client secret alone", () => {
  it("connects", async () => {
    const world = await createWorld();
    const departure = await depart(world, (await addLink(world)).id);
    await configureClient(world, caller, "acme-crm", { clientSecret: "new" });
    accept(world, old);
    expect((await comeBack(world, callback(departure))).kind).toBe("connected");
    expect(world.server.of("exchange").map((one) => [one.secret, one.exchange.code])).toEqual([
      ["new", "code-1"],
      [old, "code-1"],
    ]);
  });

  it("disconnects, and is revoked", async () => {
    const world = await rotatingWorld();
    accept(world, old);
    await refresh(world);
    await disconnectAccount(world, { environmentId, accountId: "ia_one", actor: "test" });
    // What worked for the refresh goes first.
    expect(world.server.of("revoke").map((one) => one.secret)).toEqual([old]);
  });

  it("imports a client that asks for itself, by the environment's", async () => {
    const world = await createWorld({ format: "oauth2_client_credentials" });
    await configureClient(world, caller, "acme-crm", { clientSecret: "new" });
    accept(world, old);
    const credentials = { format: "oauth2_client_credentials", clientId: null, clientSecret: null } as const;
    const input = { integrationName: "acme-crm", tenantId: "t", inputs: {}, externalAccount: null, metadata: {} };
    expect((await importAccount(world, caller, { ...input, credentials })).status).toBe("active");
    expect(shown(world)).toEqual(["new", old]);
  });
});

it("an account's own client has its own secret: the environment's overlap is nothing to it", async () => {
  const world = await createWorld();
  await world.addAccount({ ownClient: { id: "own-client", secret: "own-secret" } });
  await configureClient(world, caller, "acme-crm", { clientSecret: "new" });
  accept(world);
  await refresh(world);
  expect(shown(world)).toEqual(["own-secret"]);
});

it("nothing of a secret stands in the attempts, the log, the audit records or the account", async () => {
  const world = await rotatingWorld();
  accept(world, old);
  await refresh(world);
  accept(world);
  await refresh(world);
  const everything = [world.accounts.attempts, world.log.lines, world.auditLog.records, world.integrations.audit];
  const text = JSON.stringify([everything, await world.account()], (_key, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  expect(text).not.toContain(old);
  expect(text).not.toContain('"new"');
});
