import { describe, expect, it } from "vitest";
import { createInMemoryTokenGlances } from "#test/fakes/in-memory-token-glances";
import { failureResult, oauthError } from "#test/fakes/scripted-authorization-server";
import { createWorld, environmentId, type AccountOptions, type World } from "#test/fakes/world";
import { createPolicyMemory } from "./policy-memory.ts";
import { readCredentials } from "./read-token.ts";
import { serveCredentials } from "./serve-credentials.ts";

const input = { environmentId, accountId: "ia_one", minTtlSeconds: null, actor: "key_test" };
const page503 = failureResult({ kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null });

async function worldWith(options: AccountOptions = {}): Promise<World> {
  const world = await createWorld();
  await world.addAccount(options);
  return world;
}

const read = async (world: World, minTtlSeconds: number | null = null) =>
  await readCredentials(world, { ...input, minTtlSeconds }).catch(() => null);

const resultsOf = (world: World) =>
  world.metrics.told.flatMap(([method, ...given]) => (method === "tokenRead" ? given : []));
const refreshesOf = (world: World) =>
  world.metrics.told.flatMap(([method, ...given]) => (method === "refreshEnded" ? given : []));

describe("each token read is counted once, by what was served", () => {
  it("fresh, and nobody waited", async () => {
    const world = await worldWith({ expiresInSeconds: 120, ageSeconds: 3480 });
    await read(world);
    expect(world.metrics.told).toEqual([["tokenRead", "fresh"]]);
    expect(world.tally.tallied).toEqual([["tokenRead", environmentId, "fresh", null]]);
  });

  it("refreshed, with the refresh and how long it was waited for", async () => {
    const world = await worldWith({ expiresInSeconds: -1 });
    const release = world.server.hold();
    const reading = read(world);
    await world.server.nextRequest();
    world.clock.advance(1_500);
    release();
    await reading;
    expect(world.metrics.told).toEqual([
      ["refreshEnded", { reason: "on_demand", outcome: "refreshed", integrationName: "acme-crm" }],
      ["refreshAwaited", 1.5],
      ["tokenRead", "refreshed"],
    ]);
    expect(world.tally.tallied).toEqual([["tokenRead", environmentId, "refreshed", 1_500]]);
  });

  it("of ten at once each one, and their refresh once", async () => {
    const world = await worldWith({ expiresInSeconds: -1 });
    await Promise.all(Array.from({ length: 10 }, () => read(world)));
    expect(resultsOf(world)).toEqual(Array.from({ length: 10 }, () => "refreshed"));
    expect(refreshesOf(world)).toHaveLength(1);
  });

  it("failing, where a refresh fails and the token is still valid", async () => {
    const world = await worldWith({ expiresInSeconds: 10, ageSeconds: 3590 });
    world.server.respondWith(page503);
    await read(world);
    expect(resultsOf(world)).toEqual(["failing"]);
    expect(refreshesOf(world)).toMatchObject([{ outcome: "transient" }]);
  });

  it("limited, where the token can't be refreshed", async () => {
    const world = await worldWith({ refreshToken: null });
    await read(world, 3_000);
    expect(resultsOf(world)).toEqual(["limited"]);
  });

  it("the problem's code, where none is served", async () => {
    const world = await worldWith({ expiresInSeconds: -1 });
    world.server.respondWith(oauthError("invalid_grant"));
    await read(world);
    await read(world);
    await readCredentials(world, { ...input, accountId: "ia_none" }).catch(() => null);
    expect(resultsOf(world)).toEqual(["needs_reauth", "needs_reauth", "not_found"]);
    expect(refreshesOf(world)).toMatchObject([{ outcome: "reauthorize" }]);
  });

  it("the short way and what it leaves to the whole way, an account that is not visible too", async () => {
    const world = await worldWith({ expiresInSeconds: 3_000, ageSeconds: 600 });
    const ports = {
      ...world,
      glances: createInMemoryTokenGlances(world.accounts),
      policies: createPolicyMemory(world.integrations),
    };
    await serveCredentials(ports, { ...input, isVisible: () => true });
    world.clock.advance(3_000_000);
    await serveCredentials(ports, { ...input, isVisible: () => true });
    await serveCredentials(ports, { ...input, isVisible: () => false }).catch(() => null);
    expect(resultsOf(world)).toEqual(["fresh", "refreshed", "not_found"]);
  });

  it("a problem of the short way is counted by the whole request alone", async () => {
    const world = await worldWith({ expiresInSeconds: 3_000, ageSeconds: 600 });
    const ports = {
      ...world,
      glances: createInMemoryTokenGlances(world.accounts),
      policies: createPolicyMemory(world.integrations),
    };
    world.keys.setDown("unwrap");
    await serveCredentials(ports, { ...input, isVisible: () => true }).catch(() => null);
    expect(world.metrics.told).toEqual([["tokenRead", "kms_unavailable"]]);
  });
});

describe("a refresh", () => {
  it("that the KMS broke off is no provider's failure", async () => {
    const world = await worldWith({ expiresInSeconds: -1 });
    world.keys.setDown("wrap");
    await read(world);
    expect(refreshesOf(world)).toEqual([{ reason: "on_demand", outcome: "broken_off", integrationName: "acme-crm" }]);
    expect(resultsOf(world)).toEqual(["kms_unavailable"]);
  });

  it("that an open breaker does not let through is refused, and none that ended", async () => {
    const world = await worldWith({ expiresInSeconds: -1 });
    const admit = async () => ({ kind: "refused", cause: "circuit_open", until: world.clock.now() }) as const;
    await readCredentials({ ...world, circuits: { ...world.circuits, admit } }, input).catch(() => null);
    expect(world.metrics.told).toEqual([
      ["refreshRefused", "circuit_open"],
      ["refreshAwaited", 0],
      ["tokenRead", "provider_unavailable"],
    ]);
  });
});
