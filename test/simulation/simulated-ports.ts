import type { Account } from "#core/domain/account/account";
import { DomainError } from "#core/domain/problem/domain-error";
import { noMetrics } from "#adapters/metrics/no-metrics";
import type { AccountChange, AccountStore } from "#core/ports/account-store";
import type { AnswerSpool } from "#core/ports/answer-spool";
import type { Clock } from "#core/ports/clock";
import type { IntegrationStore } from "#core/ports/integration-store";
import type { Log } from "#core/ports/log";
import type { AttemptConclusion } from "#core/usecases/attempt-refresh";
import type { CompletePorts } from "#core/usecases/complete-authorization";
import type { Renewal } from "#core/usecases/read-token";
import { createSecretsInTurn } from "#core/usecases/secrets-in-turn";
import { createSingleFlight } from "#core/usecases/single-flight";
import type { Vault } from "#core/usecases/vault";
import { createEffect, cross, type Effect } from "./effects.ts";
import { createConnectDoor } from "./connect-door.ts";
import { createHeart } from "./heart.ts";
import { nameOf, type Life } from "./life.ts";
import { createSimulatedEndpoint } from "./simulated-endpoint.ts";
import { sealedRefreshToken } from "./simulated-vault.ts";
import type { SimulatedWorld } from "./world.ts";

/** Every port of one life, as effects over what all processes share. */
export function createSimulatedPorts(world: SimulatedWorld, life: Life): CompletePorts {
  const effect = createEffect(world, life);
  const random = world.chance.fork();
  const clock = clockOf(world, life);
  const log = logOf(world, life);
  const integrations: IntegrationStore = {
    find: (environment, name) =>
      effect("integrations.find", "database", () => world.configured.find(environment, name)),
    list: (environment) => world.configured.list(environment),
    countActiveAccounts: (circuit) => world.configured.countActiveAccounts(circuit),
    listBehind: (circuit) => world.configured.listBehind(circuit),
    secretWorked: (owner, version, at) =>
      effect("integrations.secretWorked", "database", () => world.configured.secretWorked(owner, version, at)),
    pinHosts: (environment, name) => world.configured.pinHosts(environment, name),
  };
  return {
    accounts: accountsOf(world, life, effect),
    integrations,
    circuits: {
      admit: (request) => effect("circuits.admit", "database", () => world.circuits.admit(request)),
      giveBackProbe: (key) =>
        effect("circuits.giveBackProbe", "database", async () => {
          await world.circuits.giveBackProbe(key);
          world.onReport?.(key);
        }),
      leave: (key, holder) => effect("circuits.leave", "database", () => world.circuits.leave(key, holder)),
      report: (circuit, signal) =>
        effect("circuits.report", "database", async () => {
          await world.circuits.report(circuit, signal);
          world.onReport?.(circuit.key);
        }),
    },
    connect: createConnectDoor(world, effect),
    server: createSecretsInTurn({ server: createSimulatedEndpoint(world, life), integrations, clock, log }),
    // No integration of this world declares calls or expressions.
    provider: { call: () => Promise.reject(new Error("no API is called here")) },
    expressions: { evaluate: () => Promise.reject(new Error("no expression is evaluated here")) },
    vault: vaultOf(world, effect),
    spool: spoolOf(world, life, effect),
    digests: world.digests,
    clock,
    random: { fraction: random.fraction, bytes: random.bytes },
    log,
    metrics: noMetrics,
    tally: { tokenRead: () => {}, webhookAttempted: () => {} },
    steadiness: world.sabotage.steadiness ?? createHeart(world, life),
    flights: createSingleFlight<AttemptConclusion>(),
    watches: createSingleFlight<Account | null>(),
    renewals: createSingleFlight<Renewal>(),
    owner: nameOf(life),
  };
}

function accountsOf(world: SimulatedWorld, life: Life, effect: Effect): AccountStore {
  const { accounts } = world;
  return {
    find: (environment, id) => effect("accounts.find", "database", () => accounts.find(environment, id)),
    hasActive: (...asked) => effect("accounts.hasActive", "database", () => accounts.hasActive(...asked)),
    findWithCredential: (environment, id) =>
      effect("accounts.findWithCredential", "database", () => accounts.findWithCredential(environment, id)),
    create: (account, audit) =>
      effect("accounts.create", "database", async () => {
        world.touch(account.id, account.integrationName);
        return await accounts.create(account, audit);
      }),
    async claim(request) {
      let beforeMs: number | null = null;
      const claim = await effect("accounts.claim", "database", async () => {
        world.touch(request.accountId);
        const won = await accounts.claim(request);
        if (won !== null) {
          beforeMs = world.claimedMs.get(request.accountId) ?? null;
          world.claimedMs.set(request.accountId, world.timeline.nowMs);
          world.note(() => {
            const left = won.left === null ? "" : `, left open: ${won.left.id.slice(-6)}`;
            return `database  ${nameOf(life)} claims ${request.accountId}, fence ${won.account.fence} (${request.reason}${left})`;
          });
        }
        return won;
      });
      if (claim !== null) {
        const { credentialVersion: version, fence } = claim.account;
        life.claims.set(request.accountId, {
          version,
          fence,
          reason: request.reason,
          atMs: world.timeline.nowMs,
          beforeMs,
        });
      }
      return claim;
    },
    forgetClaim: (request) =>
      effect("accounts.forgetClaim", "database", async () => {
        world.touch(request.accountId);
        await accounts.forgetClaim(request);
      }),
    abandon: (claim) =>
      effect("accounts.abandon", "database", async () => {
        world.touch(claim.account.id);
        world.note(() => `database  ${nameOf(life)} gives fence ${claim.account.fence} of ${claim.account.id} back`);
        await accounts.abandon(claim);
      }),
    apply: (change) =>
      effect("accounts.apply", "database", async () => {
        const row = await accounts.apply(change);
        world.touch(change.accountId);
        if (row !== null) markWritten(world, change);
        world.note(
          () => `database  ${nameOf(life)} applies ${describeChange(change)}: ${row === null ? "refused" : row.status}`,
        );
        return row;
      }),
    finishAttempt: (environment, result) =>
      effect("accounts.finishAttempt", "database", () => accounts.finishAttempt(environment, result)),
    addWaiters: (attempt, count) =>
      effect("accounts.addWaiters", "database", () => accounts.addWaiters(attempt, count)),
    findAttempt: (attempt) => effect("accounts.findAttempt", "database", () => accounts.findAttempt(attempt)),
  };
}

function tokenOf(change: AccountChange): string | null {
  return change.credential?.kind === "replace" ? sealedRefreshToken(change.credential.sealed) : null;
}

function markWritten(world: SimulatedWorld, change: AccountChange): void {
  const token = tokenOf(change);
  if (token !== null) world.book.storyOf(token).writtenMs ??= world.timeline.nowMs;
  if (change.credential !== null) world.recalled.delete(change.accountId);
}

function describeChange(change: AccountChange): string {
  const token = tokenOf(change);
  const what = change.attempt?.outcome ?? change.happening?.event.kind ?? Object.keys(change.set).join(",");
  return `${what}${token === null ? "" : ` ${token}`} to ${change.accountId}, fence ${change.ifFence}, version ${change.ifVersion}`;
}

function spoolOf(world: SimulatedWorld, life: Life, effect: Effect): AnswerSpool {
  const spool = world.spoolOf(life.machine);
  return {
    put: (change) =>
      effect("spool.put", "disk", async () => {
        const id = await spool.put(change);
        const token = tokenOf(change);
        if (token !== null) {
          const story = world.book.storyOf(token);
          story.spooledMs ??= world.timeline.nowMs;
          story.machine ??= life.machine;
        }
        world.note(() => `disk      ${nameOf(life)} spools ${describeChange(change)}`);
        return id;
      }),
    // A full disk can still be read, and emptied.
    list: (accountId) => effect("spool.list", null, () => spool.list(accountId)),
    remove: (id) => effect("spool.remove", null, () => spool.remove(id)),
  };
}

function vaultOf(world: SimulatedWorld, effect: Effect): Vault {
  const { vault } = world;
  return {
    prepare: (...given) => effect("vault.prepare", "keys", () => vault.prepare(...given)),
    seal(dataKey, location, plaintext) {
      const sealed = vault.seal(dataKey, location, plaintext);
      if (location.field === "token_set") {
        const token = sealedRefreshToken(sealed.sealed);
        if (token !== null) world.owners.set(token, location.owner);
      }
      return sealed;
    },
    rewrap: (...given) => effect("vault.rewrap", "keys", () => vault.rewrap(...given)),
    // The audit record is durable first, so the database is needed as well as the keys.
    open: (location, sealed, access) =>
      effect("vault.audit", "database", async () => {}).then(() =>
        effect("vault.open", "keys", () => vault.open(location, sealed, access)),
      ),
  };
}

function clockOf(world: SimulatedWorld, life: Life): Clock {
  const { timeline } = world;
  return {
    now: world.now,
    monotonicMs: () => timeline.nowMs,
    async sleep(milliseconds, signal) {
      await cross(world, life, "clock.sleep", "before");
      if (signal?.aborted === true) return;
      await new Promise<void>((resolve) => {
        const cancel = timeline.after(milliseconds, resolve);
        signal?.addEventListener("abort", () => {
          cancel();
          resolve();
        });
      });
      await cross(world, life, "clock.sleep", "after");
    },
  };
}

function logOf(world: SimulatedWorld, life: Life): Log {
  const write = (fields: Readonly<Record<string, unknown>>, message: string): void => {
    const { error } = fields;
    world.note(() => `${nameOf(life)}  says: ${message}${error instanceof Error ? ` (${error.message})` : ""}`);
    const isExpected = error === undefined || (error instanceof DomainError && error.code !== "internal_error");
    if (!isExpected && !(error instanceof Error && error.message.startsWith("ENOSPC"))) {
      world.report(
        "error",
        `${nameOf(life)} logged: ${message}: ${error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error)}`,
      );
    }
  };
  return { info: () => {}, warn: write, error: write };
}
