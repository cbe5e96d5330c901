import type { AuditRecord } from "#core/domain/audit/audit-record";
import { interrupted, unclaimed, whyOver, type CheckRun } from "#core/domain/integration/check-run";
import type { CheckStore } from "#core/ports/check-store";
import type { Clock } from "#core/ports/clock";

export interface InMemoryCheckStore extends CheckStore {
  readonly audit: readonly AuditRecord[];
}

export function createInMemoryCheckStore(clock: Pick<Clock, "now">): InMemoryCheckStore {
  const runs = new Map<string, CheckRun>();
  const audit: AuditRecord[] = [];
  const isUnderWay = ({ state }: CheckRun): boolean => state === "queued" || state === "running";
  const change = (id: string, from: CheckRun["state"], facts: Partial<CheckRun>): CheckRun | null => {
    const run = runs.get(id);
    if (run?.state !== from) return null;
    const next = { ...run, ...facts };
    runs.set(id, next);
    return next;
  };
  const of = (environmentId: string): CheckRun[] =>
    [...runs.values()].filter((one) => one.environmentId === environmentId);

  return {
    audit,
    async start(run, record) {
      for (const one of of(run.environmentId)) {
        const over = whyOver(one, clock.now());
        if (over === null) continue;
        const detail = one.state === "queued" ? unclaimed : interrupted;
        runs.set(one.id, { ...one, state: "failed", detail, finishedAt: clock.now() });
      }
      if (of(run.environmentId).some(isUnderWay)) return null;
      const started: CheckRun = {
        ...run,
        state: "queued",
        detail: null,
        scenarios: [],
        leftAside: [],
        createdAt: clock.now(),
        startedAt: null,
        beatAt: null,
        finishedAt: null,
      };
      runs.set(run.id, started);
      audit.push(record);
      return started;
    },
    async find(environmentId, integrationName, id) {
      const run = runs.get(id);
      return run?.environmentId === environmentId && run.integrationName === integrationName ? run : null;
    },
    findUnderWay: async (environmentId) => of(environmentId).find(isUnderWay) ?? null,
    list: async (environmentId, integrationName, limit) =>
      of(environmentId)
        .filter((one) => one.integrationName === integrationName)
        .toReversed()
        .slice(0, limit),
    claim: async (id) => change(id, "queued", { state: "running", startedAt: clock.now(), beatAt: clock.now() }),
    async note(id, scenario) {
      const scenarios = [...(runs.get(id)?.scenarios ?? []), ...(scenario === null ? [] : [scenario])];
      return change(id, "running", { beatAt: clock.now(), scenarios }) !== null;
    },
    async finish(id, end) {
      change(id, "running", {
        state: end.kind,
        detail: end.kind === "failed" ? end.detail : null,
        leftAside: end.kind === "done" ? end.leftAside : [],
        finishedAt: clock.now(),
      });
    },
  };
}
