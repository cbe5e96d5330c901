import { describe, expect, it } from "vitest";
import { addLink, callback, comeBack, depart } from "#test/fakes/connect-trip";
import { failureResult, oauthError, tokenResult } from "#test/fakes/scripted-authorization-server";
import { caller, createWorld, environmentId, ofAcme, type World } from "#test/fakes/world";
import type { CircuitStore } from "../ports/circuit-store.ts";
import { circuitOf, codeCircuitOf, withOwnClient } from "./circuit-of.ts";
import type { CallbackOutcome, CompletePorts } from "./complete-authorization.ts";
import { importAccount } from "./import-account.ts";
import { loadIntegration } from "./load-integration.ts";

const unwell = failureResult({ kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null });
const config = { refresh: { concurrency: 1 } };

async function refOf(world: World, clientId: string | null = null) {
  const { resolved } = await loadIntegration(world.integrations, ofAcme);
  return circuitOf(environmentId, withOwnClient(resolved, clientId));
}

/** A browser that comes back from the provider with a code. */
async function connect(world: World, ports: CompletePorts = world): Promise<CallbackOutcome> {
  const departure = await depart(world, (await addLink(world)).id);
  return await world.clock.settle(comeBack(ports, callback(departure)));
}

const importClient = async (world: World, clientId: string | null = null): Promise<unknown> =>
  await world.clock.settle(
    importAccount(world, caller, {
      integrationName: "acme-crm",
      tenantId: "tenant-one",
      credentials: { format: "oauth2_client_credentials", clientId, clientSecret: clientId === null ? null : "own" },
      inputs: {},
      externalAccount: null,
      metadata: {},
    }),
  );
const clientWorld = (): Promise<World> => createWorld({ format: "oauth2_client_credentials", config });

/** Takes the only place there is; it ends by itself after 35 s. */
async function fill(world: World): Promise<void> {
  const circuit = await refOf(world);
  const budget = { concurrency: 1, perMinute: null };
  await world.circuits.admit({ circuit, holder: "att_other", reason: "on_demand", budget });
}

async function fail(world: World, times: number, clientId: string | null = null): Promise<void> {
  const circuit = await refOf(world, clientId);
  const failed = { kind: "failed", cause: "provider", accountId: "ia_x", retryAfterSeconds: null } as const;
  for (let time = 0; time < times; time += 1) await world.circuits.report(circuit, { ...failed, isProbe: false });
}

/** A store whose every call fails, as while the database is away. */
const away: CircuitStore = {
  admit: () => Promise.reject(new Error("no database")),
  leave: () => Promise.reject(new Error("no database")),
  giveBackProbe: () => Promise.reject(new Error("no database")),
  report: () => Promise.reject(new Error("no database")),
};

describe("the exchange of a code (R21, R22)", () => {
  it("says nothing about the endpoint where the inputs can't be sent, however often", async () => {
    const world = await createWorld();
    world.server.respondWith(
      failureResult({ kind: "unsendable", detail: "the header x-shop would hold a line break" }),
    );
    for (let time = 0; time < 5; time += 1) {
      const outcome = await connect(world);
      expect(outcome).toMatchObject({ kind: "failed", failure: { code: "client_misconfigured" } });
    }
    expect(world.circuits.news).toEqual([]);
    world.server.respondWith(tokenResult(world.clock, "well"));
    expect((await connect(world)).kind).toBe("connected");
  });

  it("waits for its turn in the client's budget, and leaves its place", async () => {
    const world = await createWorld({ config });
    await fill(world);
    const departure = await depart(world, (await addLink(world)).id);
    const coming = comeBack(world, callback(departure));
    for (let look = 0; look < 5; look += 1) {
      await world.clock.sleeping();
      world.clock.advance(250);
    }
    expect(world.server.of("exchange")).toEqual([]);
    const circuit = await refOf(world);
    await world.circuits.leave(circuit.key, "att_other");
    expect((await world.clock.settle(coming)).kind).toBe("connected");
    const request = {
      circuit,
      holder: "att_next",
      reason: "alarm",
      budget: { concurrency: 1, perMinute: null },
    } as const;
    expect(await world.circuits.admit(request)).toMatchObject({ kind: "granted" });
  });

  it("goes anyway after ten seconds, and is counted: the customer stands at the door", async () => {
    const world = await createWorld({ config });
    await fill(world);
    const startedMs = world.clock.monotonicMs();
    const admitted: boolean[] = [];
    const circuits: CircuitStore = {
      ...world.circuits,
      admit: async (request) => {
        const admission = await world.circuits.admit(request);
        if (admission.kind === "granted") admitted.push(admission.hasPlace && request.insists === true);
        return admission;
      },
    };
    expect((await connect(world, { ...world, circuits })).kind).toBe("connected");
    expect(world.clock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(10_000);
    expect(world.clock.monotonicMs() - startedMs).toBeLessThan(11_000);
    expect(admitted).toEqual([true]);
  });

  it("is not kept by an open breaker, and its answer closes it", async () => {
    const world = await createWorld();
    await fail(world, 5);
    expect((await connect(world)).kind).toBe("connected");
    expect(world.circuits.news).toEqual(["opened", "closed"]);
  });

  it("counts for the breaker when it fails, and does not lengthen the pause of one that is open", async () => {
    const world = await createWorld();
    world.server.respondWith(unwell);
    const { key } = await refOf(world);
    for (let time = 0; time < 5; time += 1) expect((await connect(world)).kind).toBe("failed");
    expect(world.circuits.circuit(key)).toMatchObject({ state: "open", cause: "provider", failures: 5 });
    const { probeAt } = world.circuits.circuit(key);
    expect((await connect(world)).kind).toBe("failed");
    expect(world.circuits.circuit(key)).toMatchObject({ failures: 6, probes: 0, probeAt });
  });

  it("that is refused is an answer: the endpoint is well", async () => {
    const world = await createWorld();
    await fail(world, 4);
    world.server.respondWith(oauthError("invalid_grant"));
    expect((await connect(world)).kind).toBe("failed");
    expect(world.circuits.circuit((await refOf(world)).key).failures).toBe(0);
  });

  it("that our own client is rejected for tells the operator", async () => {
    const world = await createWorld();
    world.server.respondWith(oauthError("invalid_client", 401));
    await connect(world);
    expect(world.circuits.news).toEqual(["client_rejected"]);
  });

  it("loses nothing when budget and breaker can't be asked or told", async () => {
    const world = await createWorld({ config });
    const outcome = await connect(world, { ...world, circuits: away });
    expect(outcome.kind).toBe("connected");
    expect(world.accounts.events.map((one) => one.type)).toEqual(["integrated_account:created"]);
  });

  it("tells the breaker after the tokens are stored, and not before", async () => {
    const world = await createWorld();
    await fail(world, 1);
    const order: string[] = [];
    const circuits: CircuitStore = {
      ...world.circuits,
      report: async (circuit, signal) => {
        order.push(`told ${signal.kind}, ${world.connect.held.size} sealed`);
        await world.circuits.report(circuit, signal);
      },
    };
    await connect(world, { ...world, circuits });
    expect(order).toEqual(["told answered, 1 sealed"]);
  });

  it("gives its place back when nothing could be sent", async () => {
    const world = await createWorld({ config });
    world.server.respondWith(() => {
      throw new Error("unexpected");
    });
    expect((await connect(world)).kind).toBe("failed");
    world.server.respondWith(tokenResult(world.clock, "x"));
    const startedMs = world.clock.monotonicMs();
    expect((await connect(world)).kind).toBe("connected");
    expect(world.clock.monotonicMs() - startedMs).toBeLessThan(1_000);
  });

  it("stands behind the breaker of the token endpoint, where tokens are refreshed elsewhere", async () => {
    const auth = { tokenHost: "https://login.acme.example", tokenPath: "/token", refreshPath: "/refresh" };
    const world = await createWorld({ config: { auth: { ...auth, authorizePath: "/authorize" } } });
    const { resolved } = await loadIntegration(world.integrations, ofAcme);
    expect(codeCircuitOf(environmentId, resolved).endpoint).toBe("https://login.acme.example/token");
    expect(circuitOf(environmentId, resolved).endpoint).toBe("https://login.acme.example/refresh");
  });
});

describe("the first token of an imported client (R21, R22)", () => {
  it("waits at most ten seconds for its turn, and is refused by us then", async () => {
    const world = await clientWorld();
    await fill(world);
    const startedMs = world.clock.monotonicMs();
    await expect(importClient(world)).rejects.toMatchObject({
      code: "rate_limited",
      extensions: { source: "evergrant" },
      retryAfterSeconds: 1,
    });
    expect(world.clock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(10_000);
    expect(world.clock.monotonicMs() - startedMs).toBeLessThan(11_000);
    expect([world.server.requests, world.accounts.audit]).toEqual([[], []]);
  });

  it("does not reach an endpoint whose breaker is open", async () => {
    const world = await clientWorld();
    await fail(world, 5);
    await expect(importClient(world)).rejects.toMatchObject({ code: "provider_unavailable", retryAfterSeconds: 11 });
    expect(world.server.requests).toEqual([]);
  });

  it("counts for the breaker when it fails, and closes nothing but its own client's with its answer", async () => {
    const world = await clientWorld();
    world.server.respondWith(unwell);
    await expect(importClient(world)).rejects.toMatchObject({ code: "provider_error" });
    const { key } = await refOf(world);
    expect(world.circuits.circuit(key)).toMatchObject({ failures: 1, failedAccounts: [] });
    world.server.respondWith(tokenResult(world.clock, "x"));
    await importClient(world, "own-client");
    expect(world.circuits.circuit(key).failures).toBe(1);
    await importClient(world);
    expect(world.circuits.circuit(key).failures).toBe(0);
  });

  it("is refused by an own client's provider without a word about ours", async () => {
    const world = await clientWorld();
    world.server.respondWith(oauthError("invalid_client", 401));
    await expect(importClient(world, "own-client")).rejects.toMatchObject({ code: "invalid_request" });
    expect(world.circuits.news).toEqual([]);
  });
});
