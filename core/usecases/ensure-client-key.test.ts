import { describe, expect, it } from "vitest";
import { generateKeyPair } from "#adapters/oauth/generate-key-pair";
import { decodeClientKeys, isInUse } from "../domain/integration/client-keys.ts";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";
import { findIntegration } from "./find-integration.ts";
import { ensureClientKey, refuseUselessRotation } from "./ensure-client-key.ts";
import { openClientSecrets } from "./load-integration.ts";

const signing = { config: { options: { authorizationMethod: "private_key_jwt" } } };
const clientOf = async (world: World) => (await findIntegration(world, caller, "acme-crm")).client;
const shownKeys = async (world: World) => (await clientOf(world))?.keys?.published ?? [];
const ensure = (world: World, rotates = false) =>
  ensureClientKey({ ...world, keyPairs: { generate: generateKeyPair } }, caller, "acme-crm", { rotates });
/** What requests would be made with, in their order. */
const opened = async (world: World) =>
  (await openClientSecrets(world, await findIntegration(world, caller, "acme-crm"), "test")).newestFirst;
const openedKeys = async (world: World) =>
  (await opened(world)).flatMap(({ secret }) => decodeClientKeys(secret.reveal()));

describe("a client that signs", () => {
  it("gets one key pair, and keeps it", async () => {
    const world = await createWorld(signing);
    await ensure(world);
    const [key, ...more] = await shownKeys(world);
    expect(more).toEqual([]);
    expect(key).toMatchObject({ jwk: { kty: "EC", crv: "P-256", alg: "ES256", use: "sig" }, acceptedUntil: null });
    await ensure(world);
    expect(await shownKeys(world)).toEqual([key]);
  });

  it("opens to a private key whose public half is shown, and nothing private is", async () => {
    const world = await createWorld(signing);
    await ensure(world);
    const [opened] = await openedKeys(world);
    const [shown] = await shownKeys(world);
    expect(shown?.jwk).toMatchObject({ x: opened?.jwk["x"], y: opened?.jwk["y"], kid: opened?.jwk["kid"] });
    const hidden = opened?.jwk["d"] ?? "?";
    expect(JSON.stringify([await shownKeys(world), world.integrations.audit, world.auditLog])).not.toContain(hidden);
  });

  it("is bound to its place: moved to another field or client, it does not open", async () => {
    const world = await createWorld(signing);
    await ensure(world);
    const keys = (await clientOf(world))?.keys;
    const access = { actor: "test", purpose: "client_authentication" } as const;
    const place = { environmentId, owner: "ei_acme", field: "client_key", version: 1 } as const;
    for (const moved of [{ field: "client_secret" }, { owner: "ei_other" }, { version: 2 }] as const) {
      const opening = world.vault.open({ ...place, ...moved }, keys?.sealed ?? new Uint8Array(), access);
      await expect(opening).rejects.toMatchObject({ code: "sealed_value_invalid" });
    }
  });

  it("signs with a new key after a rotation, and shows the old one for a week", async () => {
    const world = await createWorld(signing);
    await ensure(world);
    const [before] = await shownKeys(world);
    await ensure(world, true);
    const [newest, previous] = await shownKeys(world);
    expect(newest?.jwk["kid"]).not.toBe(before?.jwk["kid"]);
    expect(previous?.jwk).toEqual(before?.jwk);
    expect((await openedKeys(world)).map((one) => one.jwk["kid"])).toEqual([newest?.jwk["kid"], previous?.jwk["kid"]]);
    // Each is tried like a secret of its own.
    expect((await opened(world)).map((one) => one.version)).toEqual([2, 1]);
    world.clock.advance(7 * 86_400_000);
    expect(await openedKeys(world)).toHaveLength(1);
    expect((await shownKeys(world)).filter((one) => isInUse(one, world.clock.now()))).toEqual([newest]);
    expect(world.integrations.audit.map((one) => one.action)).toEqual([
      "environment_integration.updated",
      "secret.sealed",
      "environment_integration.updated",
      "secret.sealed",
    ]);
  });

  it("gets a new key although the old one does not open any more", async () => {
    const world = await createWorld(signing);
    await ensure(world);
    const configured = await findIntegration(world, caller, "acme-crm");
    const { client } = configured;
    if (client?.keys === undefined) throw new Error("no key");
    world.integrations.set({
      ...configured,
      client: { ...client, keys: { ...client.keys, sealed: new Uint8Array(9) } },
    });
    await ensure(world, true);
    expect(await openedKeys(world)).toHaveLength(1);
  });

  it("loses no key to two who make one at once", async () => {
    const world = await createWorld(signing);
    await Promise.all([ensure(world), ensure(world)]);
    expect(await shownKeys(world)).toHaveLength(1);
  });

  it("changes nothing while the KMS is down (R43)", async () => {
    const world = await createWorld(signing);
    world.keys.setDown("wrap");
    await expect(ensure(world)).rejects.toMatchObject({ code: "kms_unavailable" });
    expect(await shownKeys(world)).toEqual([]);
  });
});

it("gives another environment integration another key (A13)", async () => {
  const [one, other] = [await createWorld(signing), await createWorld(signing)];
  await ensure(one);
  await ensure(other);
  const kids = [...(await shownKeys(one)), ...(await shownKeys(other))].map((key) => key.jwk["kid"]);
  expect(new Set(kids).size).toBe(2);
});

describe("a client that does not sign", () => {
  it("gets no key, and a rotation is refused", async () => {
    const world = await createWorld();
    await ensure(world);
    expect(await shownKeys(world)).toEqual([]);
    const configured = await findIntegration(world, caller, "acme-crm");
    expect(() => refuseUselessRotation(configured)).toThrow("invalid_request");
  });
});
