import { describe, expect, it } from "vitest";
import { generateKeyPair } from "#adapters/oauth/generate-key-pair";
import { oauthError, tokenResult } from "#test/fakes/scripted-authorization-server";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";
import { decodeClientKeys } from "../domain/integration/client-keys.ts";
import { disconnectAccount } from "./disconnect-account.ts";
import { ensureClientKey } from "./ensure-client-key.ts";
import { refreshAccount } from "./refresh-account.ts";

const refused = oauthError("invalid_client", 401);
const week = 7 * 86_400_000;
const kidOf = (secret: string | null): string => decodeClientKeys(secret ?? "[]")[0]?.jwk["kid"] ?? "none";

const rotate = (world: World, rotates = true) =>
  ensureClientKey({ ...world, keyPairs: { generate: generateKeyPair } }, caller, "acme-crm", { rotates });
const refresh = async (world: World) =>
  await refreshAccount(world, {
    environmentId,
    accountId: "ia_one",
    demand: { reason: "forced", minTtlSeconds: null },
    actor: "test",
  });

/** A client that signs, with an account, and a new key beside the old one. */
async function rotatedWorld() {
  const world = await createWorld({ config: { options: { authorizationMethod: "private_key_jwt" } } });
  await world.addAccount();
  await rotate(world, false);
  await rotate(world);
  const published = (await world.integrations.find(environmentId, "acme-crm"))?.client?.keys?.published ?? [];
  const [newest = "", previous = ""] = published.map(({ jwk }) => jwk["kid"] ?? "");
  return {
    world,
    newest,
    previous,
    /** A provider that knows these keys. */
    knows: (...kids: string[]) =>
      world.server.respondWith(({ secret }) =>
        kids.includes(kidOf(secret)) ? tokenResult(world.clock, "x") : refused,
      ),
    /** Which key was shown, request by request. */
    shown: () => world.server.requests.map(({ secret }) => kidOf(secret)),
    explanation: () => world.accounts.attempts.at(-1)?.result?.explanation ?? "",
  };
}

describe("after a rotation of the client's key", () => {
  it("the new key is shown, one at a time, and nothing else where the provider knows it", async () => {
    const { world, newest, previous, knows, shown } = await rotatedWorld();
    knows(newest, previous);
    expect((await refresh(world)).kind).toBe("refreshed");
    expect(shown()).toEqual([newest]);
    expect(decodeClientKeys(world.server.of("refresh")[0]?.secret ?? "[]")).toHaveLength(1);
  });

  it("the old one follows where the provider does not know the new one yet, and the attempt says so", async () => {
    const { world, newest, previous, knows, shown, explanation } = await rotatedWorld();
    knows(previous);
    expect((await refresh(world)).kind).toBe("refreshed");
    expect(shown()).toEqual([newest, previous]);
    expect(explanation()).toContain("Asked with the client's previous key.");
  });

  it("the old one goes first for a minute then, and the new one is tried again after it", async () => {
    const { world, newest, previous, knows, shown } = await rotatedWorld();
    knows(previous);
    await refresh(world);
    await refresh(world);
    world.clock.advance(60_000);
    knows(newest);
    await refresh(world);
    expect(shown()).toEqual([newest, previous, previous, newest]);
  });

  it("the old key is not shown once its week is over", async () => {
    const { world, newest, previous, knows, shown } = await rotatedWorld();
    knows(previous);
    world.clock.advance(week);
    expect((await refresh(world)).kind).toBe("failed");
    expect(shown()).toEqual([newest]);
  });

  it("a client of whom the provider knows neither is the operator's to mend, and the attempt says so", async () => {
    const { world, newest, previous, knows, shown, explanation } = await rotatedWorld();
    knows();
    expect((await refresh(world)).kind).toBe("failed");
    expect(shown()).toEqual([newest, previous]);
    expect(explanation()).toContain("Both keys of the client were tried and refused");
    expect(await world.account()).toMatchObject({ status: "active", lastError: { code: "client_misconfigured" } });
  });

  it("a revocation is tried with both, and a second rotation ends the oldest", async () => {
    const { world, newest, previous, shown } = await rotatedWorld();
    await rotate(world);
    world.server.failRevocation(refused);
    const { revocation } = await disconnectAccount(world, { environmentId, accountId: "ia_one", actor: "test" });
    expect(revocation).toBe("failed");
    expect(shown()).toHaveLength(2);
    expect(shown()[1]).toBe(newest);
    expect(shown()).not.toContain(previous);
  });
});

it("a client without its key asks nobody with anything else", async () => {
  const world = await createWorld({ config: { options: { authorizationMethod: "private_key_jwt" } } });
  await world.addAccount();
  world.server.respondWith(refused);
  await refresh(world);
  // The secret that the environment has besides is for another way of proving itself.
  expect(world.server.requests.map(({ secret }) => secret)).toEqual([null]);
});
