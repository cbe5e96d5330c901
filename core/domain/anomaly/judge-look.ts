import { quietSeconds, type Episode, type Finding } from "./anomaly.ts";
import { addOpened, hourOf, type Activity, type HourOfCaller } from "./activity.ts";
import { doesStop, type AnomalyPolicy } from "./anomaly-policy.ts";
import { judgeActivity, mayRing } from "./judge-activity.ts";
import { judgeDormancy, type KeyLife } from "./judge-dormancy.ts";
import { judgeNetwork } from "./judge-network.ts";
import { judgeSpike, type DepartureFacts } from "./judge-spike.ts";
import { isKnownOpening, isUse } from "./known-openings.ts";
import { noPast, type Past } from "./past.ts";

/** Openings of one caller within one minute, for one purpose, of one field. */
export interface OpeningGroup {
  readonly caller: string;
  readonly action: "credential.opened" | "secret.opened";
  readonly field: string | null;
  readonly purpose: string | null;
  readonly minute: Date;
  readonly at: Date;
  readonly count: number;
  readonly tenants: readonly string[];
  /** One of the audit records. */
  readonly auditId: string;
}

export interface NetworkSeen {
  readonly caller: string;
  readonly network: string;
  readonly firstSeenAt: Date;
  /** When each other network of this caller was seen first. */
  readonly others: readonly Date[];
}

/** What one look at an environment found, and what is known of those whom it is about. */
export interface Look {
  readonly now: Date;
  readonly policy: AnomalyPolicy;
  /** In the order of their time. */
  readonly openings: readonly OpeningGroup[];
  readonly activities: ReadonlyMap<string, Activity>;
  /** By caller and hour (pastKey). */
  readonly pasts: ReadonlyMap<string, Past>;
  /** Keys that may have rested for long. */
  readonly lives: ReadonlyMap<string, KeyLife>;
  readonly networks: readonly NetworkSeen[];
  readonly departures: readonly DepartureFacts[];
  readonly open: readonly Episode[];
}

export interface Opening {
  readonly finding: Finding;
  /** Whether the API key is stopped. */
  readonly stops: boolean;
}

export interface Judgement {
  readonly activities: ReadonlyMap<string, Activity>;
  readonly hours: readonly (HourOfCaller & { readonly caller: string })[];
  readonly opened: readonly Opening[];
  /** Episodes that go on: with the latest time, and what was furthest from the past. */
  readonly continued: readonly Episode[];
  readonly ended: readonly Episode[];
}

export function pastKey(caller: string, hour: Date): string {
  return `${caller} ${hour.getTime()}`;
}

/** Whose past is needed to judge these openings. */
export function pastsNeeded(look: Pick<Look, "policy" | "openings" | "activities">): { caller: string; hour: Date }[] {
  const needed = new Map<string, { caller: string; hour: Date }>();
  const activities = new Map(look.activities);
  for (const group of look.openings) {
    const activity = count(activities, group);
    if (activity === null || !mayRing(look.policy, group.caller, activity)) continue;
    needed.set(pastKey(group.caller, activity.hour), { caller: group.caller, hour: activity.hour });
  }
  return [...needed.values()];
}

/** Everything that a look leads to. Whether it is written is the caller's. */
export function judgeLook(look: Look): Judgement {
  const activities = new Map(look.activities);
  const changed = new Map<string, Activity>();
  const hours = new Map<string, HourOfCaller & { caller: string }>();
  const findings: Finding[] = [];
  const looked = new Set<string>();
  for (const group of look.openings) {
    const { caller } = group;
    if (!isKnownOpening({ actor: caller, field: group.field, purpose: group.purpose }))
      findings.push(unknownPath(group));
    const activity = count(activities, group);
    if (activity === null) continue;
    if (!looked.has(caller)) {
      looked.add(caller);
      const dormant = judgeDormancy(caller, look.lives.get(caller) ?? null, group.at, look.policy.dormantDays);
      if (dormant !== null) findings.push(dormant);
    }
    changed.set(caller, activity);
    hours.set(pastKey(caller, activity.hour), { caller, ...hourOf(activity) });
    if (!mayRing(look.policy, caller, activity)) continue;
    const past = look.pasts.get(pastKey(caller, activity.hour)) ?? noPast;
    findings.push(...judgeActivity(look.policy, caller, activity, past));
  }
  for (const one of look.networks) {
    const found = judgeNetwork(one.caller, one, one.others);
    if (found !== null) findings.push(found);
  }
  for (const facts of look.departures) {
    const found = judgeSpike(look.policy, facts);
    if (found !== null) findings.push(found);
  }
  return { activities: changed, hours: [...hours.values()], ...settleEpisodes(look, findings) };
}

/** The activity after a group, also noted; null: it is none that counts. */
function count(activities: Map<string, Activity>, group: OpeningGroup): Activity | null {
  if (group.action !== "credential.opened" || !isUse(group.purpose)) return null;
  const opened = { minute: group.minute, at: group.at, reads: group.count, tenants: group.tenants };
  const activity = addOpened(activities.get(group.caller) ?? null, opened);
  activities.set(group.caller, activity);
  return activity;
}

function unknownPath(group: OpeningGroup): Finding {
  return {
    kind: "unknown_path",
    subject: group.caller,
    at: group.at,
    measured: null,
    detail: { purpose: group.purpose, field: group.field, audit_event_id: group.auditId },
  };
}

/** One episode of each kind and subject at a time: what is found while it goes on makes no other one. */
export function settleEpisodes(
  { now, policy, open }: Pick<Look, "now" | "policy" | "open">,
  findings: readonly Finding[],
): Pick<Judgement, "opened" | "continued" | "ended"> {
  const key = ({ kind, subject }: Pick<Finding, "kind" | "subject">): string => `${kind} ${subject}`;
  const going = new Map(open.map((one) => [key(one), one]));
  const begun = new Map<string, Finding>();
  const continued = new Map<string, Episode>();
  for (const finding of findings) {
    const episode = going.get(key(finding));
    if (episode === undefined) {
      begun.set(key(finding), furthest(begun.get(key(finding)) ?? null, finding));
      continue;
    }
    const next = { ...furthest(episode, finding), id: episode.id, startedAt: episode.startedAt };
    const lastAt = finding.at > episode.lastAt ? finding.at : episode.lastAt;
    going.set(key(finding), { ...next, lastAt });
    continued.set(key(finding), { ...next, lastAt });
  }
  const ended = [...going.values()].filter(
    (one) => now.getTime() - one.lastAt.getTime() >= quietSeconds[one.kind] * 1000,
  );
  return {
    opened: [...begun.values()].map((finding) => ({
      finding,
      stops: finding.kind !== "needs_reauth_spike" && doesStop(policy, finding.subject, finding.kind),
    })),
    continued: [...continued.values()],
    ended,
  };
}

/** The one that is further above its bound; of what is not counted, the first. */
function furthest<T extends Pick<Finding, "kind" | "subject" | "measured" | "detail">>(
  before: T | null,
  finding: Finding,
): T | Finding {
  if (before === null) return finding;
  const excess = ({ measured }: Pick<Finding, "measured">): number =>
    measured === null ? 0 : measured.observed / measured.bound;
  if (excess(finding) <= excess(before)) return before;
  return { ...before, measured: finding.measured, detail: finding.detail };
}
