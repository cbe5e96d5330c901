import { describe, expect, it } from "vitest";
import { typedDocument } from "#test/fakes/typed-documents";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";
import type { EnvironmentClient } from "../ports/integration-store.ts";
import { configureClient, type ClientInput } from "./configure-client.ts";
import { findIntegration } from "./find-integration.ts";
import { openClientSecrets } from "./load-integration.ts";

const day = 86_400_000;
const first = "client-secret-of-acme";

const configure = (world: World, input: ClientInput) => configureClient(world, caller, "acme-crm", input);

async function clientOf(world: World): Promise<EnvironmentClient> {
  const { client } = await findIntegration(world, caller, "acme-crm");
  if (client === null) throw new Error("no client");
  return client;
}

/** What a request would try, newest first. */
async function secretsOf(world: World): Promise<string[]> {
  const opened = await openClientSecrets(world, await findIntegration(world, caller, "acme-crm"), "test");
  return opened.newestFirst.map((one) => one.secret.reveal());
}

const audited = (world: World) => world.integrations.audit.map((one) => [one.action, one.detail?.["version"] ?? null]);

describe("a new client secret (R65)", () => {
  it("comes first, under a new version, and the one before it stays for seven days", async () => {
    const world = await createWorld();
    await configure(world, { clientSecret: "second-secret" });
    expect(await secretsOf(world)).toEqual(["second-secret", first]);
    const { secrets } = await clientOf(world);
    const end = new Date(world.clock.now().getTime() + 7 * day);
    expect(secrets.map((one) => [one.version, one.acceptedUntil])).toEqual([
      [2, null],
      [1, end],
    ]);
    expect(audited(world)).toEqual([
      ["environment_integration.updated", null],
      ["secret.sealed", 2],
    ]);
    expect(JSON.stringify(world.integrations.audit)).not.toContain("second-secret");
  });

  it("leaves nobody an old one that has ended, though nothing has erased it yet", async () => {
    const world = await createWorld();
    await configure(world, { clientSecret: "second-secret", previousSecretExpiresInSeconds: 60 });
    world.clock.advance(59_999);
    expect(await secretsOf(world)).toEqual(["second-secret", first]);
    world.clock.advance(1);
    expect(await secretsOf(world)).toEqual(["second-secret"]);
    expect((await clientOf(world)).secrets).toHaveLength(2);
  });

  it("ends the one before it at once where that is asked for, and the audit log tells", async () => {
    const world = await createWorld();
    await configure(world, { clientSecret: "second-secret", previousSecretExpiresInSeconds: 0 });
    expect(await secretsOf(world)).toEqual(["second-secret"]);
    expect((await clientOf(world)).secrets).toHaveLength(1);
    expect(world.integrations.audit).toContainEqual({
      environmentId,
      actor: caller.id,
      action: "secret.erased",
      target: "acme-crm",
      detail: { field: "client_secret", version: 1, reason: "client_changed" },
    });
  });

  it("is one of three at most: the oldest goes", async () => {
    const world = await createWorld();
    for (const clientSecret of ["second", "third", "fourth"]) await configure(world, { clientSecret });
    expect(await secretsOf(world)).toEqual(["fourth", "third", "second"]);
    expect(audited(world)).toContainEqual(["secret.erased", 1]);
  });

  it("of another client keeps none of the old one's, whose they are no use to", async () => {
    const world = await createWorld();
    await configure(world, { clientId: "another", clientSecret: "second" });
    expect(await secretsOf(world)).toEqual(["second"]);
  });

  it("keeps the old ones when the client is named again and is the same", async () => {
    const world = await createWorld();
    await configure(world, { clientId: "client-of-acme", clientSecret: "second" });
    expect(await secretsOf(world)).toEqual(["second", first]);
  });

  it("that is given again pushes nobody out, gets its end from nobody, and is sealed anew", async () => {
    const world = await createWorld();
    await configure(world, { clientSecret: "second", previousSecretExpiresInSeconds: 600 });
    const before = await clientOf(world);
    for (let times = 0; times < 5; times += 1) await configure(world, { clientSecret: "second" });
    expect(await secretsOf(world)).toEqual(["second", first]);
    const after = await clientOf(world);
    expect(after.secrets[0]?.sealed).not.toEqual(before.secrets[0]?.sealed);
    expect(after.secrets[1]).toEqual(before.secrets[1]);
  });

  it("that is an older one again comes first and is there once", async () => {
    const world = await createWorld();
    await configure(world, { clientSecret: "second" });
    await configure(world, { clientSecret: first });
    expect(await secretsOf(world)).toEqual([first, "second"]);
  });

  it("can be set though the one before it does not open any more", async () => {
    const world = await createWorld();
    const configured = await findIntegration(world, caller, "acme-crm");
    const { client } = configured;
    if (client === null) throw new Error("no client");
    const broken = client.secrets.map((one) => ({ ...one, sealed: one.sealed.map((byte) => byte ^ 1) }));
    world.integrations.set({ ...configured, client: { ...client, secrets: broken } });
    await configure(world, { clientSecret: "second" });
    // The one that does not open is left out, not in the way.
    expect(await secretsOf(world)).toEqual(["second"]);
    expect(world.auditLog.records.map((one) => one.action)).toContain("sealed_value.invalid");
  });

  it("opens in no other secret's place: each is bound to its version", async () => {
    const world = await createWorld();
    await configure(world, { clientSecret: "second" });
    const configured = await findIntegration(world, caller, "acme-crm");
    const client = await clientOf(world);
    const [newest, old] = client.secrets;
    if (newest === undefined || old === undefined) throw new Error("two secrets");
    const swapped = [
      { ...newest, sealed: old.sealed },
      { ...old, sealed: newest.sealed },
    ];
    world.integrations.set({ ...configured, client: { ...client, secrets: swapped } });
    await expect(secretsOf(world)).rejects.toMatchObject({ code: "sealed_value_invalid" });
  });

  it("is planned anew when another change came first", async () => {
    const world = await createWorld();
    const { find } = world.integrations;
    let isFirst = true;
    const integrations = {
      ...world.integrations,
      async find(...asked: Parameters<typeof find>) {
        const found = await find(...asked);
        if (isFirst && found?.client?.secrets.length === 1) {
          isFirst = false;
          // Between this look and the write.
          await configure(world, { clientSecret: "from elsewhere" });
        }
        return found;
      },
    };
    await configureClient({ ...world, integrations }, caller, "acme-crm", { clientSecret: "second" });
    expect(await secretsOf(world)).toEqual(["second", "from elsewhere", first]);
  });
});

describe("a new client secret beside overrides that don't fit", () => {
  const params = (shop: string | null) => ({ credentials: { config: { params: { token: { shop } } } } });

  async function faultyWorld(): Promise<World> {
    const world = await createWorld();
    world.integrations.set({ ...(await findIntegration(world, caller, "acme-crm")), overrides: params("{shop}") });
    return world;
  }

  it("is stored by the very change that mends them", async () => {
    const world = await faultyWorld();
    const mended = await configure(world, { clientSecret: "second", overrides: [params(null)] });
    expect([mended.fault, mended.overrides]).toEqual([null, {}]);
    expect(await secretsOf(world)).toEqual(["second", first]);
  });

  it("is not stored while they stay", async () => {
    const world = await faultyWorld();
    await expect(configure(world, { clientSecret: "second" })).rejects.toMatchObject({
      extensions: { reason: "overrides_invalid" },
    });
    expect(await secretsOf(world)).toEqual([first]);
  });
});

describe("a change without a new client secret", () => {
  it("keeps what is not named", async () => {
    const world = await createWorld();
    await configure(world, { overrides: [{ credentials: { config: { scope: ["only.this"] } } }] });
    const client = await clientOf(world);
    expect(client.layer).toEqual({ clientId: "client-of-acme" });
    expect(await secretsOf(world)).toEqual([first]);
  });

  it("ends the overlap early, and opens no secret for that", async () => {
    const world = await createWorld();
    await configure(world, { clientSecret: "second" });
    const before = world.auditLog.records.length;
    await configure(world, { previousSecretExpiresInSeconds: 0 });
    expect(world.auditLog.records.slice(before)).toEqual([]);
    expect(await secretsOf(world)).toEqual(["second"]);
  });

  it("is left as it was while the KMS is down (R43)", async () => {
    const world = await createWorld();
    world.keys.setDown("wrap");
    const change = configure(world, { clientId: "new", clientSecret: "new" });
    await expect(change).rejects.toMatchObject({ code: "kms_unavailable" });
    expect((await clientOf(world)).layer.clientId).toBe("client-of-acme");
    expect((await clientOf(world)).secrets).toHaveLength(1);
  });
});

it("an integration whose credentials are typed takes no OAuth client", async () => {
  const world = await createWorld({ document: typedDocument("api_key") });
  await expect(configureClient(world, caller, "acme-keys", { clientId: "new" })).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ pointer: "/credentials/oauth2" }],
  });
});
