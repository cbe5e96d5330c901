import type { AuditRecord } from "#core/domain/audit/audit-record";
import { parseSealed } from "#core/domain/sealing/envelope";
import {
  firstProgress,
  rewrapLeaseSeconds,
  type RewrapProgress,
  type RewrapRun,
} from "#core/domain/sealing/rewrap-run";
import { everythingRanges, staleRanges } from "#core/domain/sealing/sealed-place";
import type { RewrapScope, RewrapStore, StoredValue } from "#core/ports/rewrap-store";
import { tokenSetLocation } from "#core/usecases/attempt-changes";
import type { Clock } from "#core/ports/clock";
import type { InMemoryAccountStore } from "./in-memory-account-store.ts";
import type { InMemorySealingStore } from "./in-memory-sealing-store.ts";

/** Runs over tenant keys and the credentials of the given accounts, without a database. */
export function createInMemoryRewrapStore(world: {
  readonly clock: Clock;
  readonly accounts: InMemoryAccountStore;
  readonly sealing: InMemorySealingStore;
  readonly environmentId: string;
  readonly accountIds: () => readonly string[];
}): RewrapStore & { readonly audit: readonly AuditRecord[] } {
  const { clock, accounts, sealing, environmentId } = world;
  const runs = new Map<string, RewrapRun>();
  const leases = new Map<string, { readonly owner: string; readonly untilMs: number }>();
  const audit: AuditRecord[] = [];

  const holds = (id: string, owner: string): RewrapRun | null =>
    leases.get(id)?.owner === owner ? (runs.get(id) ?? null) : null;
  const put = (run: RewrapRun): RewrapRun => (runs.set(run.id, run), run);
  const lease = (id: string, owner: string): void =>
    void leases.set(id, { owner, untilMs: clock.monotonicMs() + rewrapLeaseSeconds * 1000 });

  const everything = async (): Promise<readonly StoredValue[]> => {
    const values: StoredValue[] = [];
    for (const key of sealing.tenantKeys.values()) {
      if (key.wrapped === null) continue;
      const { id: owner, kid, tenantId, wrapped: sealed } = key;
      values.push({ place: "tenant_key", owner, field: "tenant_key", version: 1, kid, tenantId, sealed });
    }
    for (const id of world.accountIds()) {
      const found = await accounts.findWithCredential(environmentId, id);
      if (found === null || found.credential === null) continue;
      const { sealed, version } = found.credential;
      const { owner, field } = tokenSetLocation(found.account, version);
      const kid = parseSealed(sealed)?.kid ?? "";
      values.push({ place: "credential", owner, field, version, kid, tenantId: found.account.tenantId, sealed });
    }
    return values;
  };
  const stale = async ({ policy, toKid, everything: isAll }: RewrapScope): Promise<readonly StoredValue[]> =>
    (await everything()).filter(({ place, kid }) =>
      (isAll ? everythingRanges : staleRanges)(place, policy, toKid).some(
        ({ from, before, onlyRetired }) => kid >= from && kid < before && (!onlyRetired || sealing.retired.has(kid)),
      ),
    );

  return {
    audit,
    policyOf: async (id) => sealing.policies.get(id) ?? "direct",
    async start(run, heldBy, record) {
      if ([...runs.values()].some(({ state }) => state === "running" || state === "paused")) return null;
      audit.push(record);
      if (heldBy !== null) lease(run.id, heldBy);
      const now = clock.now();
      return put({
        ...firstProgress,
        ...run,
        state: "running",
        rate: null,
        sampleSize: null,
        sampleOpened: null,
        remaining: null,
        lastError: null,
        startedAt: now,
        updatedAt: now,
        finishedAt: null,
      });
    },
    find: async (_environment, id) => runs.get(id) ?? null,
    findUnfinished: async () =>
      [...runs.values()].find(({ state }) => state === "running" || state === "paused") ?? null,
    list: async () => [...runs.values()],
    failures: async () => [],
    async claim(id, owner) {
      const held = leases.get(id);
      const isHeld = held !== undefined && held.owner !== owner && held.untilMs > clock.monotonicMs();
      if (isHeld || runs.get(id)?.state !== "running") return null;
      lease(id, owner);
      return runs.get(id) ?? null;
    },
    async keep(id, owner, lastError) {
      const run = holds(id, owner);
      if (run === null) return null;
      lease(id, owner);
      return put({ ...run, lastError });
    },
    async release(id, owner) {
      if (leases.get(id)?.owner === owner) leases.delete(id);
    },
    async change(_environment, id, patch, from, record) {
      const run = runs.get(id);
      if (run === undefined || !from.includes(run.state)) return null;
      audit.push(record);
      return put({ ...run, ...patch });
    },
    async countStale(scope) {
      const values = await stale(scope);
      const byKid: Record<string, number> = {};
      for (const { kid } of values) byKid[kid] = (byKid[kid] ?? 0) + 1;
      return { total: values.length, byKid };
    },
    async readStale(scope, place, cursor, limit) {
      const nameOf = ({ kid, owner }: StoredValue): string => (scope.everything ? owner : `${kid} ${owner}`);
      const behind = cursor === null ? "" : cursor.join(" ");
      return (await stale(scope))
        .filter((value) => value.place === place && nameOf(value) > behind)
        .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
        .slice(0, limit);
    },
    async writeBatch(batch) {
      const run = holds(batch.runId, batch.owner);
      if (run === null) return null;
      let written = 0;
      for (const { value, kid, sealed } of batch.values) {
        if (value.place === "credential" && accounts.rewrap(value.owner, value.sealed, sealed)) written += 1;
        const key = sealing.tenantKeys.get(value.owner);
        if (value.place !== "tenant_key" || key?.wrapped === null || key?.wrapped !== value.sealed) continue;
        sealing.tenantKeys.set(key.id, { ...key, kid, wrapped: sealed });
        written += 1;
      }
      const record = batch.audit(written);
      if (record !== null) audit.push(record);
      const { rate, ...progress } = batch.progress(written);
      return { run: put({ ...run, ...progress, rate }), written };
    },
    async moveOn(id, owner, progress: RewrapProgress) {
      const run = holds(id, owner);
      return run === null ? null : put({ ...run, ...progress });
    },
    sample: async (_environment, size) =>
      (await everything()).filter(({ place }) => place === "credential").slice(0, size),
    async finish(id, owner, { sampleSize, sampleOpened, remaining }, record) {
      const run = holds(id, owner);
      if (run?.state !== "running") return null;
      audit.push(record);
      leases.delete(id);
      return put({ ...run, state: "done", sampleSize, sampleOpened, remaining, finishedAt: clock.now() });
    },
  };
}
