import { describe, expect, it } from "vitest";
import type { HostPin } from "../domain/integration/host-pin.ts";
import { hostPinOf } from "../domain/integration/host-pin.ts";
import { addLink } from "#test/fakes/connect-trip";
import { createWorld, environmentId, type World } from "#test/fakes/world";
import { readToken } from "./read-token.ts";
import { refreshAccount } from "./refresh-account.ts";
import { startAuthorization } from "./start-authorization.ts";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { pinDefinition, unapprovedHosts } from "./pin-definition.ts";

const elsewhere: HostPin = { format: "oauth2", hosts: "tokens https://old.acme.example" };

async function found(world: World) {
  const configured = await world.integrations.find(environmentId, "acme-crm");
  if (configured === null) throw new Error("not defined");
  return configured;
}

/** As after a restart with a catalogue that leads elsewhere. */
async function movedWorld(): Promise<World> {
  const world = await createWorld();
  world.integrations.set({ ...(await found(world)), pin: elsewhere });
  world.integrations.setLiveAccounts(1);
  return world;
}

const start = async (world: World) =>
  await startAuthorization(world, {
    link: await addLink(world),
    integrationName: "acme-crm",
    inputs: {},
    browserSecret: "browser",
    connectedAccountId: null,
  });

describe("a definition that is used for the first time", () => {
  it("is pinned with the click that makes an account", async () => {
    const world = await createWorld();
    expect((await found(world)).pin).toBeNull();
    expect((await start(world)).kind).toBe("authorize");
    const configured = await found(world);
    expect(configured.pin).toEqual(hostPinOf(configured.document));
    expect(await pinDefinition(world.integrations, configured, {})).toEqual(configured.pin);
  });
});

describe("a release that adds a choice of hosts", () => {
  const choosing = (values: readonly string[]) =>
    exampleDocument({
      inputs: [{ name: "region", label: "Region", options: values.map((value) => ({ value, label: value })) }],
      config: { auth: { tokenHost: "https://{region}.acme.example" } },
    });

  /** As after a restart with a catalogue that has one more; the client has a secret. */
  async function widerWorld(pinned = ["eu", "us"]): Promise<World> {
    const world = await createWorld({ document: choosing(["eu", "us", "ca"]) });
    world.integrations.set({ ...(await found(world)), pin: hostPinOf(choosing(pinned)) });
    world.integrations.setLiveAccounts(1, pinned.includes("eu") ? 0 : 1);
    await world.addAccount({ inputs: { region: "eu" } });
    return world;
  }
  const demand = { reason: "forced", minTtlSeconds: null } as const;
  const refreshed = { environmentId, accountId: "ia_one", demand, actor: "test" };
  const starting = async (world: World, region: string) =>
    await startAuthorization(world, {
      link: await addLink(world),
      integrationName: "acme-crm",
      inputs: { region },
      browserSecret: "browser",
      connectedAccountId: null,
    });

  it("stops nobody who made another one", async () => {
    const world = await widerWorld();
    expect(await refreshAccount(world, refreshed)).toMatchObject({ kind: "refreshed" });
  });

  it("keeps the client's secret from the new one until it is approved", async () => {
    const world = await widerWorld();
    expect((await starting(world, "us")).kind).toBe("authorize");
    expect(await starting(world, "ca")).toEqual({ kind: "unavailable" });
    expect(unapprovedHosts(await found(world))).toContain("region eu|us");
  });

  it("still counts for an account whose own choice was not approved", async () => {
    const world = await widerWorld(["us"]);
    await expect(refreshAccount(world, refreshed)).rejects.toMatchObject({ extensions: { reason: "hosts_changed" } });
  });
});

describe("a definition that leads elsewhere than its credentials were given for (invariant 12)", () => {
  it("is not asked for a refresh, whoever wants one", async () => {
    const world = await movedWorld();
    await world.addAccount();
    const demand = { reason: "forced", minTtlSeconds: null } as const;
    await expect(
      refreshAccount(world, { environmentId, accountId: "ia_one", demand, actor: "test" }),
    ).rejects.toMatchObject({ code: "client_misconfigured", extensions: { reason: "hosts_changed" } });
    expect(world.server.requests).toEqual([]);
  });

  it("keeps no valid token from its caller (invariant 6)", async () => {
    const world = await movedWorld();
    await world.addAccount({ expiresInSeconds: 20 });
    const input = { environmentId, accountId: "ia_one", minTtlSeconds: null, actor: "test" };
    expect(await readToken(world, input)).toMatchObject({ accessToken: "access-0", refresh: "failing" });
  });

  it("lets nobody connect, and tells the operator why", async () => {
    const world = await movedWorld();
    expect(await start(world)).toEqual({ kind: "unavailable" });
    expect(JSON.stringify(world.log.lines)).toContain("approve-hosts acme-crm");
  });

  it("has teeth: the same is asked once it is approved", async () => {
    const world = await movedWorld();
    const record = {
      environmentId,
      actor: "command_line",
      action: "integration.hosts_approved",
      target: "acme-crm",
    } as const;
    await world.integrations.approveHosts(environmentId, "acme-crm", record);
    expect((await start(world)).kind).toBe("authorize");
  });
});
