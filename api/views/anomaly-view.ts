import type { AnomalyPolicy, AnomalyPolicyPatch, CallerPolicy, Levels } from "#core/domain/anomaly/anomaly-policy";
import { callerKindOf, isProcess } from "#core/domain/anomaly/caller-kind";
import { wordAnomaly } from "#core/domain/anomaly/word-anomaly";
import type { Anomaly, KnownCaller, StoppableKey } from "#core/ports/anomaly-store";
import type { AnomalyPolicyPatchBody, AnomalyPolicyView, AnomalyView, StoppableKeyView } from "#api/schemas/anomaly";

/** The one place where an anomaly becomes its wire form. */
export function toAnomalyView(anomaly: Anomaly): AnomalyView {
  const { measured, caller } = anomaly;
  return {
    id: anomaly.id,
    kind: anomaly.kind,
    summary: wordAnomaly(anomaly, caller?.name ?? null),
    caller: caller === null ? null : toCallerView(caller),
    integration_name: caller === null ? anomaly.subject : null,
    started_at: anomaly.startedAt.toISOString(),
    last_at: anomaly.lastAt.toISOString(),
    ended_at: anomaly.endedAt?.toISOString() ?? null,
    measured:
      measured === null
        ? null
        : {
            observed: measured.observed,
            usual: measured.usual,
            bound: measured.bound,
            window_seconds: measured.windowSeconds,
          },
    detail: { ...anomaly.detail },
    has_stopped_key: anomaly.hasStoppedKey,
    acknowledged_at: anomaly.acknowledgedAt?.toISOString() ?? null,
    acknowledged_by: anomaly.acknowledgedBy,
  };
}

function toCallerView({ id, name, key }: KnownCaller): NonNullable<AnomalyView["caller"]> {
  const kind = callerKindOf(id);
  return {
    id,
    type: isProcess(kind) ? "process" : kind === "admin" ? "admin" : "api_key",
    name,
    ends_with: key?.lastFour ?? null,
    stopped_at: key?.stoppedAt?.toISOString() ?? null,
    revoked_at: key?.revokedAt?.toISOString() ?? null,
  };
}

export function toStoppableKeyView(key: StoppableKey): StoppableKeyView {
  return {
    id: key.id,
    name: key.name,
    ends_with: key.lastFour,
    stopped_at: key.stoppedAt?.toISOString() ?? null,
    stopped_by: key.stoppedBy,
  };
}

export function toAnomalyPolicyView(policy: AnomalyPolicy): AnomalyPolicyView {
  return {
    factor: policy.factor,
    least: toLevelsView(policy.least),
    newcomer: toLevelsView(policy.newcomer),
    dormant_days: policy.dormantDays,
    spike: { ...policy.spike },
    stop_on: [...policy.stopOn],
    callers: Object.fromEntries(
      Object.entries(policy.callers).map(([id, { levels, stopOn }]) => [
        id,
        {
          ...(levels === undefined ? {} : { levels: toSomeLevelsView(levels) }),
          ...(stopOn === undefined ? {} : { stop_on: [...stopOn] }),
        },
      ]),
    ),
  };
}

type SomeLevelsView = Partial<AnomalyPolicyView["least"]>;

function toLevelsView(levels: Levels): AnomalyPolicyView["least"] {
  return {
    reads_per_minute: levels.readsPerMinute,
    reads_per_hour: levels.readsPerHour,
    tenants_per_minute: levels.tenantsPerMinute,
    tenants_per_hour: levels.tenantsPerHour,
  };
}

function toSomeLevelsView(levels: Partial<Levels>): SomeLevelsView {
  return {
    ...(levels.readsPerMinute === undefined ? {} : { reads_per_minute: levels.readsPerMinute }),
    ...(levels.readsPerHour === undefined ? {} : { reads_per_hour: levels.readsPerHour }),
    ...(levels.tenantsPerMinute === undefined ? {} : { tenants_per_minute: levels.tenantsPerMinute }),
    ...(levels.tenantsPerHour === undefined ? {} : { tenants_per_hour: levels.tenantsPerHour }),
  };
}

type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined };

function fromLevels(levels: Loose<SomeLevelsView>): Partial<Levels> {
  return {
    ...(levels.reads_per_minute === undefined ? {} : { readsPerMinute: levels.reads_per_minute }),
    ...(levels.reads_per_hour === undefined ? {} : { readsPerHour: levels.reads_per_hour }),
    ...(levels.tenants_per_minute === undefined ? {} : { tenantsPerMinute: levels.tenants_per_minute }),
    ...(levels.tenants_per_hour === undefined ? {} : { tenantsPerHour: levels.tenants_per_hour }),
  };
}

function fromCaller(one: NonNullable<NonNullable<AnomalyPolicyPatchBody["callers"]>[string]>): CallerPolicy {
  return {
    ...(one.levels === undefined ? {} : { levels: fromLevels(one.levels) }),
    ...(one.stop_on === undefined ? {} : { stopOn: one.stop_on }),
  };
}

/** What a request changes, in the domain's words. */
export function toAnomalyPolicyPatch(body: AnomalyPolicyPatchBody): AnomalyPolicyPatch {
  const { factor, least, newcomer, dormant_days: dormantDays, spike, stop_on: stopOn, callers } = body;
  return {
    ...(factor === undefined ? {} : { factor }),
    ...(least === undefined ? {} : { least: least === null ? null : fromLevels(least) }),
    ...(newcomer === undefined ? {} : { newcomer: newcomer === null ? null : fromLevels(newcomer) }),
    ...(dormantDays === undefined ? {} : { dormantDays }),
    ...(spike === undefined
      ? {}
      : {
          spike:
            spike === null
              ? null
              : {
                  ...(spike.accounts === undefined ? {} : { accounts: spike.accounts }),
                  ...(spike.share === undefined ? {} : { share: spike.share }),
                },
        }),
    ...(stopOn === undefined ? {} : { stopOn }),
    ...(callers === undefined
      ? {}
      : {
          callers:
            callers === null
              ? null
              : Object.fromEntries(
                  Object.entries(callers).map(([id, one]) => [id, one === null ? null : fromCaller(one)]),
                ),
        }),
  };
}
