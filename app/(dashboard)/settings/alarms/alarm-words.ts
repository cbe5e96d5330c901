import type { AnomalyPolicyView } from "#api/schemas/anomaly";
import { countOf, formatCount } from "../../../_components/figures.ts";
import { inWords } from "../api-keys/_parts/permission-words.ts";

export type StopKind = AnomalyPolicyView["stop_on"][number];
export type Levels = AnomalyPolicyView["least"];
type CallerPolicy = AnomalyPolicyView["callers"][string];

/** What rings about a caller, as what it does. One that is missing does not compile. */
export const stopWords: Readonly<Record<StopKind, { name: string; tells: string }>> = {
  decrypt_rate: { name: "Opens too much", tells: "far more credentials than is usual for it at this time of day" },
  tenant_spread: { name: "Opens of too many", tells: "credentials of far more customers than is usual for it" },
  dormant_key: { name: "Wakes up", tells: "opens something after a long rest" },
  new_network: { name: "Comes from elsewhere", tells: "calls from a network that it never came from" },
  unknown_path: {
    name: "Opens as nothing of ours does",
    tells: "a value was opened in a way that no part of Evergrant does",
  },
};
export const stopKinds = Object.keys(stopWords) as StopKind[];

export const levelWords: Readonly<Record<keyof Levels, string>> = {
  reads_per_minute: "Credentials in a minute",
  reads_per_hour: "Credentials in an hour",
  tenants_per_minute: "Customers in a minute",
  tenants_per_hour: "Customers in an hour",
};
export const levelNames = Object.keys(levelWords) as (keyof Levels)[];

/** How a caller differs from the rest, in a line. */
export function wordCallerPolicy(policy: CallerPolicy): string {
  const levels = levelNames.flatMap((name) => {
    const value = policy.levels?.[name];
    return value === undefined ? [] : [`${levelWords[name].toLowerCase()} up to ${formatCount(value)}`];
  });
  const stops =
    policy.stop_on === undefined
      ? []
      : policy.stop_on.length === 0
        ? ["never stopped by itself"]
        : [`stopped by ${countOf(policy.stop_on.length, "kind of alarm", "kinds of alarms")}`];
  const all = [...levels, ...stops];
  return all.length === 0 ? "Like the rest" : inWords(all).replace(/^./, (first) => first.toUpperCase());
}

/** What is usual, and what is too much, in one sentence with this environment's numbers. */
export function wordPolicy(policy: AnomalyPolicyView): string {
  return `An alarm rings when a caller goes beyond ${formatCount(policy.factor)} times what is usual for it at that time of day, and above ${formatCount(policy.least.reads_per_minute)} credentials in a minute.`;
}
