import type { CallerAnomalyKind } from "./anomaly.ts";
import { callerKindOf, isProcess } from "./caller-kind.ts";

/** Levels under which nothing is said, whatever the past was. */
export interface Levels {
  readonly readsPerMinute: number;
  readonly readsPerHour: number;
  readonly tenantsPerMinute: number;
  readonly tenantsPerHour: number;
}

/** What an environment's operator chose; everything has a default. */
export interface AnomalyPolicy {
  /** So many times its usual level a caller may go, before it rings. */
  readonly factor: number;
  /** A caller with a past never rings at or below these. */
  readonly least: Levels;
  /** A caller without a past: no usual level is known, and these alone bound it. */
  readonly newcomer: Levels;
  /** A key that opened nothing for so many days rings when it does. */
  readonly dormantDays: number;
  readonly spike: {
    /** At least so many accounts must leave an integration within a day. */
    readonly accounts: number;
    /** And such a share of those that lived. */
    readonly share: number;
  };
  /** Kinds that stop the API key at once. None by default. */
  readonly stopOn: readonly CallerAnomalyKind[];
  /** What differs for single callers, by their ids; at most `mostCallerPolicies`. */
  readonly callers: Readonly<Record<string, CallerPolicy>>;
}

export const mostCallerPolicies = 200;

export interface CallerPolicy {
  /** In place of both the least and the newcomer's levels. */
  readonly levels?: Partial<Levels>;
  readonly stopOn?: readonly CallerAnomalyKind[];
}

export const defaultAnomalyPolicy: AnomalyPolicy = {
  factor: 3,
  least: { readsPerMinute: 60, readsPerHour: 600, tenantsPerMinute: 20, tenantsPerHour: 100 },
  newcomer: { readsPerMinute: 3000, readsPerHour: 60_000, tenantsPerMinute: 500, tenantsPerHour: 5000 },
  dormantDays: 30,
  spike: { accounts: 10, share: 0.05 },
  stopOn: [],
  callers: {},
};

/** A worker refreshes for everybody, and what waited behind a provider's outage comes at once. */
const processTimes = 100;

/** Active days after which a caller has a past. */
const pastDays = 2;

/**
 * The levels that bound a caller whatever is usual for it.
 * @param days before, on which it opened anything
 */
export function levelsFor(policy: AnomalyPolicy, caller: string, days: number): Levels {
  const times = isProcess(callerKindOf(caller)) ? processTimes : 1;
  const levels = isNewcomer(days) ? policy.newcomer : policy.least;
  return {
    readsPerMinute: levels.readsPerMinute * times,
    readsPerHour: levels.readsPerHour * times,
    tenantsPerMinute: levels.tenantsPerMinute * times,
    tenantsPerHour: levels.tenantsPerHour * times,
    ...policy.callers[caller]?.levels,
  };
}

/** Whether a caller has too little of a past to be compared with it. */
export function isNewcomer(days: number): boolean {
  return days < pastDays;
}

/** Whether a finding of this kind stops the caller. Only an API key can be stopped. */
export function doesStop(policy: AnomalyPolicy, caller: string, kind: CallerAnomalyKind): boolean {
  if (callerKindOf(caller) !== "api_key") return false;
  return (policy.callers[caller]?.stopOn ?? policy.stopOn).includes(kind);
}

/** What differs from the defaults. */
export interface AnomalyPolicyChanges {
  readonly factor?: number;
  readonly least?: Partial<Levels>;
  readonly newcomer?: Partial<Levels>;
  readonly dormantDays?: number;
  readonly spike?: Partial<AnomalyPolicy["spike"]>;
  readonly stopOn?: readonly CallerAnomalyKind[];
  readonly callers?: AnomalyPolicy["callers"];
}

export function anomalyPolicyOf(changes: AnomalyPolicyChanges): AnomalyPolicy {
  const defaults = defaultAnomalyPolicy;
  return {
    factor: changes.factor ?? defaults.factor,
    least: { ...defaults.least, ...changes.least },
    newcomer: { ...defaults.newcomer, ...changes.newcomer },
    dormantDays: changes.dormantDays ?? defaults.dormantDays,
    spike: { ...defaults.spike, ...changes.spike },
    stopOn: changes.stopOn ?? defaults.stopOn,
    callers: changes.callers ?? defaults.callers,
  };
}

/** One change on top of another: parts add up, and what is null is the default again. */
export type AnomalyPolicyPatch = {
  readonly [K in Exclude<keyof AnomalyPolicyChanges, "callers">]?: AnomalyPolicyChanges[K] | null;
} & { readonly callers?: Readonly<Record<string, CallerPolicy | null>> | null };

export function patchAnomalyPolicy(before: AnomalyPolicyChanges, patch: AnomalyPolicyPatch): AnomalyPolicyChanges {
  const { callers, ...rest } = patch;
  const next: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined) continue;
    if (value === null) delete next[name];
    else next[name] = isParts(value) ? { ...(next[name] as object | undefined), ...value } : value;
  }
  if (callers === null) delete next["callers"];
  else if (callers !== undefined) {
    const merged = new Map(Object.entries(before.callers ?? {}));
    for (const [id, one] of Object.entries(callers)) {
      if (one === null) merged.delete(id);
      else merged.set(id, patchCaller(merged.get(id) ?? {}, one));
    }
    next["callers"] = Object.fromEntries(merged);
  }
  return next;
}

/** What the patch does not name stays, level by level, as with the policy itself. */
function patchCaller(before: CallerPolicy, patch: CallerPolicy): CallerPolicy {
  const levels = { ...before.levels, ...patch.levels };
  return { ...before, ...patch, ...(Object.keys(levels).length === 0 ? {} : { levels }) };
}

function isParts(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
