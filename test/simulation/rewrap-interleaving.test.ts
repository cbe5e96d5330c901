// Everything that writes credentials, beside a re-wrap, in every order that a seed can think of: at each effect somebody else may go on.
import { Secret, revealOrNull } from "#core/domain/secret/secret";
import { setImmediate as endOfTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createLocalKeyring, type Keyring } from "#adapters/kms/local-keyring";
import type { Account } from "#core/domain/account/account";
import { DomainError } from "#core/domain/problem/domain-error";
import { decodeTokenSet, type TokenSet } from "#core/domain/token/token-set";
import { refreshPolicyOf } from "#core/domain/integration/resolve-integration";
import { parseSealed } from "#core/domain/sealing/envelope";
import { tokenSetLocation } from "#core/usecases/attempt-changes";
import { disconnectAccount } from "#core/usecases/disconnect-account";
import { importAccount } from "#core/usecases/import-account";
import { refreshAccount } from "#core/usecases/refresh-account";
import { runRewrap } from "#core/usecases/run-rewrap";
import { createSealingKeys } from "#core/usecases/sealing-keys";
import { startRewrap } from "#core/usecases/start-rewrap";
import { newCredentialsChange } from "#core/usecases/store-credentials";
import { createVault } from "#core/usecases/vault";
import { createWrapCounter } from "#core/usecases/wrap-counter";
import { createInMemoryAuditLog } from "../fakes/in-memory-audit-log.ts";
import { createInMemoryRewrapStore } from "../fakes/in-memory-rewrap-store.ts";
import { createInMemorySealingStore } from "../fakes/in-memory-sealing-store.ts";
import { oauthError, tokenResult } from "../fakes/scripted-authorization-server.ts";
import { caller, createWorld, environmentId } from "../fakes/world.ts";
import { createChance, type Chance } from "./chance.ts";

const k1 = { id: "k1", key: new Uint8Array(32).fill(7) };
const k2 = { id: "k2", key: new Uint8Array(32).fill(8) };

interface Life {
  readonly name: string;
  isDead: boolean;
}

/** Whoever comes to an effect waits until the seed lets him go on. The dead wait for ever. */
function createTurns(chance: Chance) {
  const waiting: { readonly life: Life; readonly goOn: () => void }[] = [];
  let steps = 0;
  let atStep: ((step: number) => void) | null = null;
  const gate = (life: Life): Promise<void> => new Promise((resolve) => void waiting.push({ life, goOn: resolve }));
  return {
    get steps() {
      return steps;
    },
    onStep(tell: (step: number) => void) {
      atStep = tell;
    },
    /** Every asynchronous method of a port, with a turn before it and one behind it. */
    gated<T extends object>(life: Life, port: T, sync: readonly string[] = []): T {
      const methods = Object.entries(port).map(([name, value]: [string, unknown]) => {
        if (typeof value !== "function" || sync.includes(name)) return [name, value];
        const method = value as (...given: unknown[]) => Promise<unknown>;
        const turned = async (...given: unknown[]): Promise<unknown> => {
          await gate(life);
          try {
            return await method(...given);
          } finally {
            await gate(life);
          }
        };
        return [name, turned];
      });
      return Object.fromEntries(methods) as T;
    },
    async run(tasks: readonly Promise<unknown>[], advance: () => void): Promise<void> {
      let left = tasks.length;
      for (const task of tasks)
        task.then(
          () => (left -= 1),
          () => (left -= 1),
        );
      for (let idle = 0; left > 0;) {
        await endOfTurn();
        const alive = waiting.filter(({ life }) => !life.isDead);
        if (alive.length === 0) {
          idle += 1;
          if (idle > 5_000) throw new Error("nobody goes on");
          advance();
          continue;
        }
        idle = 0;
        const next = chance.pick(alive);
        waiting.splice(waiting.indexOf(next), 1);
        steps += 1;
        atStep?.(steps);
        next.goOn();
      }
    },
  };
}

interface Outcome {
  readonly problems: readonly string[];
  readonly steps: number;
  readonly rewrapped: number;
}

/** @param sabotage what a re-wrap must not do: see the tests of the tests */
async function interleave(seed: number, sabotage: "none" | "writes_blindly" = "none"): Promise<Outcome> {
  const chance = createChance(seed);
  const turns = createTurns(chance);
  const world = await createWorld();
  const { clock, random, log } = world;
  const sealing = createInMemorySealingStore();
  sealing.policies.set(environmentId, chance.happens(0.5) ? "tenant" : "direct");
  const problems: string[] = [];
  const accountIds: string[] = [];
  const rewraps = createInMemoryRewrapStore({
    clock,
    sealing,
    environmentId,
    accounts: world.accounts,
    accountIds: () => accountIds,
  });

  // A provider whose refresh tokens work once.
  const live = new Set<string>();
  let issued = 0;
  const issue = (): string => {
    issued += 1;
    live.add(`refresh-${issued}`);
    return `refresh-${issued}`;
  };
  world.server.respondWith((request) => {
    if (request.kind !== "refresh") throw new Error(`nobody asks for ${request.kind} here`);
    if (!live.delete(request.refreshToken)) {
      problems.push(`${request.refreshToken} was used twice, or lost`);
      return oauthError("invalid_grant");
    }
    return tokenResult(clock, String(issued + 1), { refreshToken: issue() });
  });

  const keysOf = (shared: Keyring) => {
    const kms = createLocalKeyring({
      keyrings: { shared, perEnvironment: new Map() },
      environmentName: async () => "production",
      random,
    });
    const wraps = createWrapCounter({ store: sealing, log });
    return createSealingKeys({ kms, store: sealing, clock, random, wraps });
  };
  const vaultOf = (shared: Keyring) => createVault({ keys: keysOf(shared), audit: createInMemoryAuditLog(), random });
  /** A process with a configuration: `old` still seals with the first key. */
  const start = (life: Life, isOld: boolean) => {
    const keyring: Keyring = isOld ? [k1, k2] : [k2, k1];
    const ports = { ...world.otherProcess(), owner: life.name };
    return {
      ...ports,
      accounts: turns.gated(life, world.accounts),
      vault: turns.gated(life, vaultOf(keyring), ["seal"]),
      server: turns.gated(life, ports.server),
      spool: turns.gated(life, ports.spool),
      sealingKeys: turns.gated(life, keysOf(keyring), ["close", "forgetState"]),
      rewraps: turns.gated(life, rewraps),
    };
  };

  const tokensOf = (refreshToken: string): TokenSet => ({
    accessToken: new Secret(`access of ${refreshToken}`),
    refreshToken: new Secret(refreshToken),
    tokenType: "Bearer",
    expiresAt: new Date(clock.now().getTime() + 3_600_000),
    issuedAt: clock.now(),
    scopes: [],
    clientSecret: null,
  });
  const credentials = async (ports: ReturnType<typeof start>, account: Account, refreshToken: string) =>
    newCredentialsChange(ports, account, {
      tokenSet: tokensOf(refreshToken),
      externalAccount: null,
      scopesRequested: [],
      policy: refreshPolicyOf(world.document),
      circuitKey: "ckt_of_acme",
      spreadSeconds: 0,
      dataKey: await ports.vault.prepare(environmentId, account.tenantId),
      actor: "test",
      reason: "reauthorized",
      completes: null,
      asked: null,
    });

  for (let n = 0; n < 4; n += 1) {
    const id = `ia_${n}`;
    accountIds.push(id);
    await world.addAccount({ id, refreshToken: issue() });
  }

  let lives = 0;
  const newLife = (): Life => ({ name: `p${(lives += 1)}`, isDead: false });
  const process = () => start(newLife(), chance.happens(0.5));
  const anyId = (): string => `ia_${chance.whole(0, 3)}`;
  const quiet = (error: unknown): void => {
    // Somebody disconnected it first, or it kept changing.
    if (error instanceof DomainError && ["disconnected", "conflict", "not_found"].includes(error.code)) return;
    problems.push(String(error));
  };

  const works: (() => Promise<unknown>)[] = [];
  for (let n = chance.whole(3, 7); n > 0; n -= 1) {
    const [ports, accountId] = [process(), anyId()];
    const demand = { reason: "forced", minTtlSeconds: null } as const;
    works.push(() => refreshAccount(ports, { environmentId, accountId, demand, actor: "test" }));
  }
  for (let n = chance.whole(0, 2); n > 0; n -= 1) {
    const [ports, id] = [process(), `ia_new_${n}`];
    works.push(async () => {
      const imported = {
        format: "oauth2",
        accessToken: "a",
        refreshToken: issue(),
        expiresAt: null,
        expiresIn: 3600,
        scopes: null,
      } as const;
      await importAccount(ports, caller, {
        id,
        integrationName: "acme-crm",
        tenantId: "tenant-two",
        credentials: imported,
        inputs: {},
        externalAccount: null,
        metadata: {},
      });
      accountIds.push(id);
    });
  }
  for (let n = chance.whole(0, 2); n > 0; n -= 1) {
    const [ports, id] = [process(), anyId()];
    works.push(async () => {
      for (let tried = 0; tried < 20; tried += 1) {
        const account = await ports.accounts.find(environmentId, id);
        if (account === null || account.status === "disconnected") return;
        if ((await ports.accounts.apply(await credentials(ports, account, issue()))) !== null) return;
      }
      problems.push(`${id} could not be re-authorized`);
    });
  }
  for (let n = chance.whole(0, 1); n > 0; n -= 1) {
    const [ports, accountId] = [process(), anyId()];
    works.push(() => disconnectAccount(ports, { environmentId, accountId, actor: "test" }));
  }

  const admin = { id: "command_line", environmentId };
  const ready = start(newLife(), false);
  const run = await startRewrap({ ...ready, rewraps, sealingKeys: keysOf([k2, k1]) }, admin, {
    pace: null,
    everything: chance.happens(0.4),
  });
  const blind = {
    ...rewraps,
    writeBatch: async (batch: Parameters<typeof rewraps.writeBatch>[0]) => {
      const values = await Promise.all(
        batch.values.map(async (one) => {
          const found = await world.accounts.findWithCredential(environmentId, one.value.owner);
          return { ...one, value: { ...one.value, sealed: found?.credential?.sealed ?? one.value.sealed } };
        }),
      );
      return await rewraps.writeBatch({ ...batch, values });
    },
  };
  const rewrapBy = (life: Life) => {
    const ports = start(life, false);
    const store = sabotage === "none" ? ports.rewraps : turns.gated(life, blind);
    const { signal } = new AbortController();
    return runRewrap({ ...ports, rewraps: store }, { runId: run.id, owner: life.name, actor: "worker", signal });
  };
  // The first is killed at some boundary, or not; the next one takes the run over once its lease is over.
  const first = newLife();
  const second = newLife();
  const killAt = chance.happens(0.6) ? chance.whole(1, 60) : Number.POSITIVE_INFINITY;
  turns.onStep((step) => {
    if (step >= killAt) first.isDead = true;
  });
  void rewrapBy(first);
  const takeOver = async (): Promise<void> => {
    for (let tried = 0; tried < 100; tried += 1) {
      if ((await rewraps.find(environmentId, run.id))?.state === "done") return;
      await rewrapBy(second);
      await clock.sleep(5_000);
    }
    problems.push("the run has no end");
  };
  const tasks = [...works.map((work) => work().catch(quiet)), takeOver().catch(quiet)];
  await turns.run(tasks, () => clock.advance(250));

  // The deploy is over: no process seals with the old key any more. What one sealed behind the run's back is found by the next.
  const last = await startRewrap({ ...ready, rewraps, sealingKeys: keysOf([k2, k1]) }, admin, { pace: null });
  const ending = runRewrap(
    { ...ready, rewraps, sealingKeys: keysOf([k2, k1]), vault: vaultOf([k2, k1]) },
    { runId: last.id, owner: "last", actor: "worker", signal: new AbortController().signal },
  );
  const ended = await ending;
  if (ended?.state !== "done" || ended.failed > 0) problems.push(`the last run: ${JSON.stringify(ended)}`);
  if (Object.keys(ended?.remaining ?? { none: 1 }).length > 0)
    problems.push(`left: ${JSON.stringify(ended?.remaining)}`);

  const alone = vaultOf([k2]);
  for (const id of accountIds) {
    const found = await world.accounts.findWithCredential(environmentId, id);
    if (found === null) continue;
    const { account, credential } = found;
    if (account.status === "disconnected") {
      if (credential !== null) problems.push(`${id} is disconnected and holds credentials`);
      continue;
    }
    if (account.status !== "active") problems.push(`${id} is ${account.status}`);
    if (credential === null) {
      problems.push(`${id} has no credentials`);
      continue;
    }
    try {
      const location = tokenSetLocation(account, credential.version);
      const bytes = await alone.open(location, credential.sealed, { actor: "test", purpose: "token_read" });
      const refreshToken = revealOrNull(decodeTokenSet(bytes).refreshToken);
      if (refreshToken === null || !live.has(refreshToken)) problems.push(`${id} holds ${refreshToken}, which is dead`);
    } catch (error) {
      problems.push(
        `${id} does not open without the old key (${parseSealed(credential.sealed)?.kid}): ${String(error)}`,
      );
    }
  }
  return { problems, steps: turns.steps, rewrapped: (await rewraps.find(environmentId, run.id))?.done ?? 0 };
}

const groups = [0, 1, 2, 3];
const seedsOfGroup = 60;
const patienceMs = 120_000;

describe("a re-wrap beside refreshes, imports, re-authorizations and disconnects", () => {
  it.each(groups)(
    "leaves nothing unreadable, loses no token, and leaves nothing under the old key, in whatever order they go on (%i)",
    async (group) => {
      let steps = 0;
      let rewrapped = 0;
      for (let seed = 1 + group * seedsOfGroup; seed <= (group + 1) * seedsOfGroup; seed += 1) {
        const outcome = await interleave(seed);
        expect(outcome.problems, `seed ${seed}`).toEqual([]);
        steps += outcome.steps;
        rewrapped += outcome.rewrapped;
      }
      expect(steps).toBeGreaterThan(50 * seedsOfGroup);
      expect(rewrapped).toBeGreaterThan(seedsOfGroup);
    },
    patienceMs,
  );

  it(
    "has teeth: a re-wrap that does not compare what it overwrites is found out",
    async () => {
      const found: string[] = [];
      for (let seed = 1; seed <= 400 && found.length === 0; seed += 1) {
        found.push(...(await interleave(seed, "writes_blindly")).problems);
      }
      expect(found).not.toEqual([]);
    },
    patienceMs,
  );
});
