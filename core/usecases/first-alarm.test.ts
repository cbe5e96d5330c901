import { Secret } from "#core/domain/secret/secret";
import { describe, expect, it } from "vitest";
import { addLink, callback, comeBack, depart } from "#test/fakes/connect-trip";
import { caller, createWorld, environmentId, ofAcme, type World } from "#test/fakes/world";
import { importAccount } from "./import-account.ts";
import { introspectExpiry } from "./introspect-expiry.ts";
import { loadIntegration } from "./load-integration.ts";
import { readToken } from "./read-token.ts";

const auth = {
  tokenHost: "https://login.acme.example",
  tokenPath: "/oauth/token",
  authorizePath: "/oauth/authorize",
  introspectPath: "/oauth/introspect",
};

/** A client that needs 20 minutes for its 1,000 accounts, in a world where tokens live for an hour. */
async function crowdedWorld(): Promise<World> {
  const world = await createWorld({ config: { auth, refresh: { perMinute: 60 } } });
  world.integrations.setActiveAccounts(1000);
  return world;
}

/** How long before its token's end an account's alarm rings, seconds. */
async function secondsBefore(world: World, id: string): Promise<number> {
  const { expiresAt, refreshDueAt } = await world.account(id);
  if (expiresAt === null || refreshDueAt === null) throw new Error("no alarm");
  return (expiresAt.getTime() - refreshDueAt.getTime()) / 1000;
}

async function importOne(world: World, expiresIn: number | null = 3600): Promise<string> {
  const credentials = {
    format: "oauth2",
    accessToken: "access",
    refreshToken: "refresh",
    expiresAt: null,
    expiresIn,
    scopes: null,
  } as const;
  const input = { integrationName: "acme-crm", tenantId: "t", credentials, inputs: {}, externalAccount: null };
  return (await importAccount(world, caller, { ...input, metadata: {} })).id;
}

/** The first alarm of an account, by the way in which it comes to it. */
const ways: readonly [string, (world: World) => Promise<string>][] = [
  [
    "connected",
    async (world) => {
      const departure = await depart(world, (await addLink(world)).id);
      const outcome = await comeBack(world, callback(departure));
      if (outcome.kind !== "connected") throw new Error(outcome.kind);
      return outcome.account.id;
    },
  ],
  ["imported", async (world) => await importOne(world)],
  [
    "introspected",
    async (world) => {
      world.server.introspectWith({ active: true, expiresAt: new Date(world.clock.now().getTime() + 3_600_000) });
      return await importOne(world, null);
    },
  ],
  [
    "read without an alarm",
    async (world) => {
      await world.addAccount({ expiresInSeconds: 3600, ageSeconds: 0 });
      world.accounts.patch("ia_one", { refreshDueAt: null });
      await readToken(world, { environmentId, accountId: "ia_one", minTtlSeconds: null, actor: "key_test" });
      return "ia_one";
    },
  ],
];

describe("the first alarm of an account that is", () => {
  it.each(ways)("%s is spread over what the client's budget needs for all (R21)", async (_name, come) => {
    const before: number[] = [];
    for (let time = 0; time < 20; time += 1) {
      const world = await crowdedWorld();
      // Another point of the same randomness each time.
      for (let skip = 0; skip < time; skip += 1) world.random.fraction();
      before.push(await secondsBefore(world, await come(world)));
    }
    expect(Math.min(...before)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...before)).toBeLessThanOrEqual(1200);
    // The window alone is 180 s long.
    expect(before.filter((seconds) => seconds > 180).length).toBeGreaterThan(10);
  });
});

describe("a budget that is shared with another integration", () => {
  it("spreads by the least that either allows, and counts no accounts where nobody knows a rate", async () => {
    const world = await createWorld({ config: { auth } });
    world.integrations.setActiveAccounts(1000);
    expect(await loadIntegration(world.integrations, ofAcme)).toMatchObject({ activeAccounts: 0 });
    const found = await world.integrations.find(environmentId, "acme-crm");
    if (found === null) throw new Error("no integration");
    const { document } = await createWorld({ config: { auth, refresh: { perMinute: 60 } } });
    world.integrations.set({ ...found, name: "acme-mail", document });
    world.integrations.setBehind(["acme-crm", "acme-mail", "gone"]);
    expect(await loadIntegration(world.integrations, ofAcme)).toMatchObject({
      activeAccounts: 1000,
      resolved: { refreshPolicy: { budget: { perMinute: 60, concurrency: null } } },
    });
  });

  it("costs an introspected token nothing but its alarm when it can't be found out", async () => {
    const world = await crowdedWorld();
    await importOne(world);
    const account = await world.addAccount();
    const { resolved: integration } = await loadIntegration(world.integrations, ofAcme);
    const integrations = {
      ...world.integrations,
      countActiveAccounts: () => Promise.reject(new Error("no database")),
    };
    world.server.introspectWith({ active: true, expiresAt: new Date(world.clock.now().getTime() + 900_000) });
    const asked = {
      account,
      integration,
      secrets: { owner: null, field: "client_secret" as const, newestFirst: [] },
      accessToken: new Secret("access"),
      isTold: false,
    };
    expect(await introspectExpiry({ ...world, integrations }, asked)).toEqual(account);
  });
});
