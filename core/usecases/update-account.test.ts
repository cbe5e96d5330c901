import { describe, expect, it } from "vitest";
import { createWorld, environmentId, type World } from "#test/fakes/world";
import { updateAccount } from "./update-account.ts";

const params = (shop: string | null) => ({ credentials: { config: { params: { refresh: { shop } } } } });
/** Names an input that the definition has not. */
const faulty = params("{shop}");

const update = (world: World, overrides: ReturnType<typeof params>) =>
  updateAccount(world, { environmentId, accountId: "ia_one", metadata: null, overrides, actor: "key_test" });

const inSeconds = (world: World, seconds: number): Date => new Date(world.clock.now().getTime() + seconds * 1000);

/** As the worker leaves an account that could not even be asked about. */
async function putOffWorld(overrides = faulty, code = "client_misconfigured"): Promise<World> {
  const world = await createWorld();
  await world.addAccount({ overrides });
  const lastError = { code, message: "the overrides of the account don't fit", at: world.clock.now() };
  world.accounts.patch("ia_one", { refreshDueAt: inSeconds(world, 10_800), lastError });
  return world;
}

describe("overrides of an account that fit again (R64)", () => {
  it("make it due at once, since it was put off for them", async () => {
    const world = await putOffWorld();
    expect((await update(world, params(null))).refreshDueAt).toEqual(world.clock.now());
  });

  it("leave it the pause that it was told", async () => {
    const world = await putOffWorld();
    const cooldownUntil = inSeconds(world, 600);
    world.accounts.patch("ia_one", { cooldownUntil });
    expect((await update(world, params(null))).refreshDueAt).toEqual(cooldownUntil);
  });

  it("move no alarm that they did not put off", async () => {
    const world = await putOffWorld();
    world.accounts.patch("ia_one", { lastError: null });
    expect((await update(world, params("north"))).refreshDueAt).toEqual(inSeconds(world, 10_800));
  });

  it("make nobody due whose client the provider refused, and that had none that did not fit", async () => {
    const world = await putOffWorld(params("north"));
    expect((await update(world, params("south"))).refreshDueAt).toEqual(inSeconds(world, 10_800));
  });

  it("leave an account that waits for no refresh as it is", async () => {
    const world = await putOffWorld();
    world.accounts.patch("ia_one", { refreshDueAt: null });
    expect((await update(world, params(null))).refreshDueAt).toBeNull();
  });
});
