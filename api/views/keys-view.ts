import { secondsLeft, type RewrapRun } from "#core/domain/sealing/rewrap-run";
import type { EnvironmentKeys, KeyRecord } from "#core/usecases/read-keys";
import type { RewrapRunView, SealingKeysView, SealingKeyView } from "../schemas/keys.ts";

function toKeyView(key: KeyRecord): SealingKeyView {
  return {
    id: key.kid,
    state: key.state,
    configured: key.isConfigured,
    sealed: key.sealedTotal,
    sealed_by_kind: { ...key.sealed },
    wraps: key.wraps,
    first_seen_at: key.firstSeenAt?.toISOString() ?? null,
    changed_at: key.changedAt?.toISOString() ?? null,
    changed_by: key.changedBy,
  };
}

export function toRunView(run: RewrapRun): RewrapRunView {
  return {
    id: run.id,
    state: run.state,
    phase: run.phase,
    to: run.toKid,
    everything: run.everything,
    from: [...run.fromKids],
    total: run.total,
    done: run.done,
    failed: run.failed,
    anew: run.anew,
    pace: run.pace,
    rate: run.rate,
    seconds_left: secondsLeft(run),
    sample: run.sampleSize,
    sample_opened: run.sampleOpened,
    remaining: run.remaining === null ? null : { ...run.remaining },
    last_error: run.lastError,
    started_by: run.startedBy,
    started_at: run.startedAt.toISOString(),
    updated_at: run.updatedAt.toISOString(),
    finished_at: run.finishedAt?.toISOString() ?? null,
  };
}

export function toKeysView({ policy, keys, tenantKeys, runs }: EnvironmentKeys): SealingKeysView {
  return {
    policy,
    keys: keys.map(toKeyView),
    tenant_keys: {
      current: tenantKeys.current,
      retired: tenantKeys.retired,
      destroyed: tenantKeys.destroyed,
      sealed: Object.values(tenantKeys.sealed).reduce((sum, count) => sum + count, 0),
      wraps: tenantKeys.wraps,
    },
    runs: runs.map(toRunView),
  };
}
