import { hostPinOf } from "#core/domain/integration/host-pin";
import { refreshPolicyOf } from "#core/domain/integration/resolve-integration";
import { firstTokenSet } from "#core/domain/token/token-set";
import { newCredentialsChange } from "#core/usecases/store-credentials";
import { newAccount } from "../fakes/new-account.ts";
import type { Chance } from "./chance.ts";
import { environmentId, simulatedPerson, type Integration, type SimulatedWorld } from "./world.ts";

/** An account that is connected when the run begins. */
export async function addAccount(
  world: SimulatedWorld,
  id: string,
  { provider }: Integration,
  chance: Chance,
): Promise<void> {
  const { store, vault } = world;
  world.touch(id, provider.name);
  const configured = await world.configured.find(environmentId, provider.name);
  if (configured === null) throw new Error("no such integration");
  const created = await store.create(
    newAccount({ id, environmentId, integrationName: provider.name, pin: hostPinOf(configured.document) }),
    [],
  );
  const tokens = provider.connect(0);
  const expiresAt = new Date(world.startMs + provider.lifeSeconds * 1000);
  const tokenSet = firstTokenSet({ ...tokens, tokenType: "Bearer", expiresAt, scopes: null }, [], world.now());
  const clock = { now: world.now, monotonicMs: () => 0, sleep: () => Promise.resolve() };
  const change = newCredentialsChange({ vault, digests: world.digests, clock, random: chance }, created, {
    tokenSet,
    externalAccount: simulatedPerson,
    scopesRequested: [],
    policy: refreshPolicyOf(configured.document),
    circuitKey: world.circuitKeys.get(provider.name) ?? "",
    spreadSeconds: 0,
    dataKey: await vault.prepare(environmentId),
    actor: "simulation",
    reason: "imported",
    completes: null,
    asked: null,
  });
  world.owners.set(tokens.refreshToken, id);
  if ((await store.apply(change)) === null) throw new Error("the account was not stored");
  world.book.storyOf(tokens.refreshToken).writtenMs = 0;
}
