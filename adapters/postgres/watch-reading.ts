import { floorTo, hourMs, minuteMs, type Activity } from "#core/domain/anomaly/activity";
import type { Episode } from "#core/domain/anomaly/anomaly";
import type { KeyLife } from "#core/domain/anomaly/judge-dormancy";
import type { NetworkSeen, OpeningGroup } from "#core/domain/anomaly/judge-look";
import { memoryStart, pastOf, type Past } from "#core/domain/anomaly/past";
import { callerKindOf } from "#core/domain/anomaly/caller-kind";
import type { DatabaseClient } from "./pool.ts";

/** Links of one look. */
const linksAtATime = 2_000;
const networksAtATime = 200;
/** Tenants of one group: more of them in one minute make no difference to a verdict. */
const mostTenants = 20_000;

export interface Stretch {
  /** Of the last link that was read; where the look began, if there is none. */
  readonly seq: number;
  readonly hasMore: boolean;
}

/** How far this look goes. Not over a day: what is judged is compared with days before, and those must have been counted by then. */
export async function readStretch(client: DatabaseClient, environmentId: string, after: number): Promise<Stretch> {
  const { rows } = await client.query<{ seq: string | null; links: number; is_cut: boolean | null }>({
    name: "watch-stretch",
    text: `WITH l AS (SELECT seq, audit_at FROM audit_link WHERE environment_id = $1 AND seq > $2 ORDER BY seq LIMIT $3),
                s AS (SELECT seq, audit_at >= first_value(audit_at) OVER (ORDER BY seq) + interval '12 hours' AS is_later FROM l)
           SELECT coalesce(min(seq) FILTER (WHERE is_later) - 1, max(seq)) AS seq, count(*)::int AS links, bool_or(is_later) AS is_cut
             FROM s`,
    values: [environmentId, after, linksAtATime],
  });
  const [row] = rows;
  return {
    seq: Number(row?.seq ?? after),
    hasMore: (row?.links ?? 0) >= linksAtATime || row?.is_cut === true,
  };
}

interface GroupRow {
  readonly actor: string;
  readonly action: string;
  readonly field: string | null;
  readonly purpose: string | null;
  readonly integration_name: string | null;
  readonly minute: string;
  readonly at: Date;
  readonly count: number;
  readonly tenants: string[] | null;
  readonly audit_id: string;
}

/** Accounts of one integration that became `needs_reauth` in one hour. */
export interface Departures {
  readonly integrationName: string;
  readonly hour: Date;
  readonly at: Date;
  readonly count: number;
}

/** What was opened, and which accounts left, in this part of the chain, counted minute by minute. */
export async function readGroups(
  client: DatabaseClient,
  environmentId: string,
  after: number,
  to: number,
): Promise<{ readonly openings: readonly OpeningGroup[]; readonly departures: readonly Departures[] }> {
  const { rows } = await client.query<GroupRow>({
    name: "watch-groups",
    text: `SELECT e.actor, e.action, e.detail ->> 'field' AS field, e.detail ->> 'purpose' AS purpose,
                  CASE WHEN e.action = 'account.transitioned' THEN a.integration_name END AS integration_name,
                  floor(extract(epoch FROM e.at) / 60)::bigint AS minute, max(e.at) AS at, count(*)::int AS count,
                  (array_agg(DISTINCT a.tenant_id) FILTER (WHERE a.tenant_id IS NOT NULL))[1:${mostTenants}] AS tenants,
                  min(e.id) AS audit_id
             FROM (SELECT audit_id, audit_at FROM audit_link
                    WHERE environment_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4) l
             CROSS JOIN LATERAL (SELECT id, at, actor, action, account_id, detail FROM audit_event
                                  WHERE id = l.audit_id AND at = l.audit_at AND environment_id = $1 LIMIT 1) e
             LEFT JOIN integrated_account a ON a.id = e.account_id
            WHERE e.action IN ('credential.opened', 'secret.opened')
               OR (e.action = 'account.transitioned' AND e.detail ->> 'to' = 'needs_reauth' AND a.id IS NOT NULL)
            GROUP BY 1, 2, 3, 4, 5, 6
            ORDER BY 6, max(e.at)`,
    values: [environmentId, after, to, linksAtATime],
  });
  const openings: OpeningGroup[] = [];
  const departures: Departures[] = [];
  for (const row of rows) {
    const minute = new Date(Number(row.minute) * minuteMs);
    if (row.action !== "credential.opened" && row.action !== "secret.opened") {
      const hour = floorTo(minute, hourMs);
      departures.push({ integrationName: row.integration_name ?? "", hour, at: row.at, count: row.count });
      continue;
    }
    openings.push({
      caller: row.actor,
      action: row.action,
      field: row.field,
      purpose: row.purpose,
      minute,
      at: row.at,
      count: row.count,
      tenants: row.tenants ?? [],
      auditId: row.audit_id,
    });
  }
  return { openings, departures };
}

interface ActivityRow {
  readonly caller: string;
  readonly first_seen_at: Date;
  readonly last_seen_at: Date;
  readonly minute: Date;
  readonly minute_reads: number;
  readonly minute_tenants: Buffer;
  readonly hour: Date;
  readonly hour_reads: number;
  readonly hour_tenants: Buffer;
  readonly peak_reads: number;
  readonly peak_tenants: number;
}

export async function readActivities(
  client: DatabaseClient,
  environmentId: string,
  callers: readonly string[],
): Promise<ReadonlyMap<string, Activity>> {
  if (callers.length === 0) return new Map();
  const { rows } = await client.query<ActivityRow>({
    name: "watch-activities",
    text: "SELECT * FROM watched_caller WHERE environment_id = $1 AND caller = ANY ($2)",
    values: [environmentId, callers],
  });
  return new Map(
    rows.map((row) => [
      row.caller,
      {
        firstSeenAt: row.first_seen_at,
        lastSeenAt: row.last_seen_at,
        minute: row.minute,
        minuteReads: row.minute_reads,
        minuteTenants: row.minute_tenants,
        hour: row.hour,
        hourReads: row.hour_reads,
        hourTenants: row.hour_tenants,
        peakReads: row.peak_reads,
        peakTenants: row.peak_tenants,
      },
    ]),
  );
}

interface HourRow {
  readonly hour: Date;
  readonly reads: number;
  readonly tenants: number;
  readonly peak_reads: number;
  readonly peak_tenants: number;
}

/** At most four weeks of hours. */
export async function readPast(
  client: DatabaseClient,
  environmentId: string,
  caller: string,
  hour: Date,
): Promise<Past> {
  const { rows } = await client.query<HourRow>({
    name: "watch-past",
    text: `SELECT hour, reads, tenants, peak_reads, peak_tenants FROM caller_hour
            WHERE environment_id = $1 AND caller = $2 AND hour >= $3 AND hour < $4`,
    values: [environmentId, caller, memoryStart(hour), hour],
  });
  return pastOf(
    rows.map((row) => ({
      hour: row.hour,
      reads: row.reads,
      tenants: row.tenants,
      peakReads: row.peak_reads,
      peakTenants: row.peak_tenants,
    })),
    hour,
  );
}

/**
 * Of keys that nothing is known of, or that have rested for a day: when they were made, and when they opened something last. What this
 * installation recorded before it watched counts as well; what else they were recorded for, a refusal above all, does not.
 */
export async function readLives(
  client: DatabaseClient,
  environmentId: string,
  openings: readonly OpeningGroup[],
  activities: ReadonlyMap<string, Activity>,
): Promise<ReadonlyMap<string, KeyLife>> {
  const first = new Map<string, Date>();
  for (const { caller, at } of openings) if (!first.has(caller)) first.set(caller, at);
  const lives = new Map<string, KeyLife>();
  for (const [caller, at] of first) {
    const known = activities.get(caller);
    const hasRested = known === undefined || at.getTime() - known.lastSeenAt.getTime() > 24 * hourMs;
    if (callerKindOf(caller) !== "api_key" || !hasRested) continue;
    const { rows } = await client.query<{ created_at: Date; last_use_at: Date | null }>({
      name: "watch-key-life",
      text: `SELECT k.created_at,
                    (SELECT e.at FROM audit_event e
                      WHERE e.environment_id = $1 AND e.actor = $2 AND e.at < $3::timestamptz - interval '1 day'
                        AND e.action = 'credential.opened'
                      ORDER BY e.at DESC LIMIT 1) AS last_use_at
               FROM api_key k WHERE k.id = $2 AND k.environment_id = $1`,
      values: [environmentId, caller, at],
    });
    const [row] = rows;
    if (row === undefined) continue;
    lives.set(caller, { createdAt: row.created_at, lastUseAt: later(known?.lastSeenAt, row.last_use_at) });
  }
  return lives;
}

function later(a: Date | undefined, b: Date | null): Date | null {
  if (a === undefined) return b;
  return b !== null && b > a ? b : a;
}

/** Networks that nobody has looked at. */
export async function readNetworks(client: DatabaseClient, environmentId: string): Promise<readonly NetworkSeen[]> {
  const { rows } = await client.query<{ caller: string; network: string; first_seen_at: Date; others: Date[] | null }>({
    name: "watch-networks",
    text: `SELECT n.caller, n.network, n.first_seen_at,
                  (SELECT array_agg(o.first_seen_at) FROM caller_network o
                    WHERE o.environment_id = n.environment_id AND o.caller = n.caller AND o.network <> n.network) AS others
             FROM caller_network n WHERE n.environment_id = $1 AND n.judged_at IS NULL
            ORDER BY n.first_seen_at, n.network LIMIT $2`,
    values: [environmentId, networksAtATime],
  });
  return rows.map((row) => ({
    caller: row.caller,
    network: row.network,
    firstSeenAt: row.first_seen_at,
    others: row.others ?? [],
  }));
}

export interface EpisodeRow {
  readonly id: string;
  readonly kind: Episode["kind"];
  readonly subject: string;
  readonly started_at: Date;
  readonly last_at: Date;
  readonly measured: Episode["measured"];
  readonly detail: Episode["detail"];
}

export function toEpisode(row: EpisodeRow): Episode {
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    startedAt: row.started_at,
    lastAt: row.last_at,
    measured: row.measured,
    detail: row.detail,
  };
}

export async function readOpenEpisodes(client: DatabaseClient, environmentId: string): Promise<readonly Episode[]> {
  const { rows } = await client.query<EpisodeRow>({
    name: "watch-open",
    text: `SELECT id, kind, subject, started_at, last_at, measured, detail FROM anomaly
            WHERE environment_id = $1 AND ended_at IS NULL`,
    values: [environmentId],
  });
  return rows.map(toEpisode);
}
