import type { AnomalyPolicyView } from "#api/schemas/anomaly";
import { levelNames, type Levels, type StopKind } from "./alarm-words.ts";

type LevelTexts = Record<keyof Levels, string>;

/** What stands in the form: numbers as they are typed. */
export type PolicyDraft = {
  factor: string;
  least: LevelTexts;
  newcomer: LevelTexts;
  dormant_days: string;
  accounts: string;
  percent: string;
  stop_on: readonly StopKind[];
};

export function policyDraft(policy: AnomalyPolicyView): PolicyDraft {
  return {
    factor: String(policy.factor),
    least: textsOf(policy.least),
    newcomer: textsOf(policy.newcomer),
    dormant_days: String(policy.dormant_days),
    accounts: String(policy.spike.accounts),
    percent: String(Number((policy.spike.share * 100).toFixed(4))),
    stop_on: policy.stop_on,
  };
}

/** What differs, as it is sent: what is as it was is left alone, so that a change of somebody else's stays. */
export function policyPatch(before: PolicyDraft, now: PolicyDraft): Record<string, unknown> {
  const [least, newcomer] = [levelsPatch(before.least, now.least), levelsPatch(before.newcomer, now.newcomer)];
  const spike = {
    ...(before.accounts === now.accounts ? {} : { accounts: Number(now.accounts) }),
    ...(before.percent === now.percent ? {} : { share: Number((Number(now.percent) / 100).toFixed(6)) }),
  };
  return {
    ...(before.factor === now.factor ? {} : { factor: Number(now.factor) }),
    ...(before.dormant_days === now.dormant_days ? {} : { dormant_days: Number(now.dormant_days) }),
    ...(isEmpty(least) ? {} : { least }),
    ...(isEmpty(newcomer) ? {} : { newcomer }),
    ...(isEmpty(spike) ? {} : { spike }),
    ...(before.stop_on.toSorted().join() === now.stop_on.toSorted().join() ? {} : { stop_on: now.stop_on }),
  };
}

function levelsPatch(before: LevelTexts, now: LevelTexts): Partial<Levels> {
  return Object.fromEntries(
    levelNames.filter((name) => before[name] !== now[name]).map((name) => [name, Number(now[name])]),
  );
}

function textsOf(levels: Levels): LevelTexts {
  return Object.fromEntries(levelNames.map((name) => [name, String(levels[name])])) as LevelTexts;
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}
