import { randomBytes } from "node:crypto";
import type { Activity } from "#core/domain/anomaly/activity";
import type { Episode } from "#core/domain/anomaly/anomaly";
import type { Judgement, NetworkSeen, Opening } from "#core/domain/anomaly/judge-look";
import { wordAnomaly } from "#core/domain/anomaly/word-anomaly";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import type { Rung } from "#core/ports/caller-watch";
import { insertEvent } from "./integration-events.ts";
import { stopKey } from "./key-stops.ts";
import type { DatabaseClient } from "./pool.ts";

export async function writeActivities(
  client: DatabaseClient,
  environmentId: string,
  activities: ReadonlyMap<string, Activity>,
): Promise<void> {
  for (const [caller, one] of activities) {
    await client.query({
      name: "watch-activity-put",
      text: `INSERT INTO watched_caller (environment_id, caller, first_seen_at, last_seen_at, minute, minute_reads, minute_tenants,
               hour, hour_reads, hour_tenants, peak_reads, peak_tenants)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             ON CONFLICT (environment_id, caller) DO UPDATE SET
               last_seen_at = excluded.last_seen_at, minute = excluded.minute, minute_reads = excluded.minute_reads,
               minute_tenants = excluded.minute_tenants, hour = excluded.hour, hour_reads = excluded.hour_reads,
               hour_tenants = excluded.hour_tenants, peak_reads = excluded.peak_reads, peak_tenants = excluded.peak_tenants`,
      values: [
        environmentId,
        caller,
        one.firstSeenAt,
        one.lastSeenAt,
        one.minute,
        one.minuteReads,
        Buffer.from(one.minuteTenants),
        one.hour,
        one.hourReads,
        Buffer.from(one.hourTenants),
        one.peakReads,
        one.peakTenants,
      ],
    });
  }
}

export async function writeHours(
  client: DatabaseClient,
  environmentId: string,
  hours: Judgement["hours"],
): Promise<void> {
  if (hours.length === 0) return;
  await client.query({
    name: "watch-hours-put",
    text: `INSERT INTO caller_hour (environment_id, caller, hour, reads, tenants, peak_reads, peak_tenants)
           SELECT $1, h.* FROM unnest($2::text[], $3::timestamptz[], $4::int[], $5::int[], $6::int[], $7::int[]) h
           ON CONFLICT (environment_id, caller, hour) DO UPDATE SET reads = excluded.reads, tenants = excluded.tenants,
             peak_reads = excluded.peak_reads, peak_tenants = excluded.peak_tenants`,
    values: [
      environmentId,
      hours.map((one) => one.caller),
      hours.map((one) => one.hour),
      hours.map((one) => one.reads),
      hours.map((one) => one.tenants),
      hours.map((one) => one.peakReads),
      hours.map((one) => one.peakTenants),
    ],
  });
}

export async function markJudged(
  client: DatabaseClient,
  environmentId: string,
  networks: readonly NetworkSeen[],
): Promise<void> {
  if (networks.length === 0) return;
  await client.query({
    name: "watch-networks-judged",
    text: `UPDATE caller_network n SET judged_at = now() FROM unnest($2::text[], $3::text[]) j (caller, network)
            WHERE n.environment_id = $1 AND n.caller = j.caller AND n.network = j.network`,
    values: [environmentId, networks.map((one) => one.caller), networks.map((one) => one.network)],
  });
}

/** The episode, its event, and the key that it stops, as one. */
export async function ring(client: DatabaseClient, environmentId: string, { finding, stops }: Opening): Promise<Rung> {
  const anomaly: Episode = {
    id: makeId("ano", randomBytes(idRandomBytes)),
    kind: finding.kind,
    subject: finding.subject,
    startedAt: finding.at,
    lastAt: finding.at,
    measured: finding.measured,
    detail: finding.detail,
  };
  const hasStopped =
    stops && (await stopKey(client, environmentId, anomaly.subject, "worker", anomaly.id)) === "stopped";
  await client.query(
    `INSERT INTO anomaly (id, environment_id, kind, subject, started_at, last_at, measured, detail, stopped_key)
     VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)`,
    [
      anomaly.id,
      environmentId,
      anomaly.kind,
      anomaly.subject,
      anomaly.startedAt,
      anomaly.measured === null ? null : JSON.stringify(anomaly.measured),
      JSON.stringify(anomaly.detail),
      hasStopped,
    ],
  );
  const name = await findName(client, anomaly.subject);
  const summary = `${wordAnomaly(anomaly, name)}${hasStopped ? " The key was stopped." : ""}`;
  const { measured } = anomaly;
  const isSpike = anomaly.kind === "needs_reauth_spike";
  await insertEvent(client, environmentId, isSpike ? "environment:needs_reauth_spike" : "security:anomaly", {
    anomaly_id: anomaly.id,
    kind: anomaly.kind,
    ...(isSpike
      ? { integration_name: anomaly.subject }
      : { caller: anomaly.subject, caller_name: name, key_stopped: hasStopped }),
    since: anomaly.startedAt.toISOString(),
    ...(measured === null
      ? {}
      : {
          observed: measured.observed,
          usual: measured.usual,
          bound: measured.bound,
          window_seconds: measured.windowSeconds,
        }),
    ...anomaly.detail,
    summary,
  });
  return { anomaly, hasStopped, summary };
}

async function findName(client: DatabaseClient, subject: string): Promise<string | null> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT name FROM api_key WHERE id = $1 UNION ALL SELECT name FROM admin_user WHERE id = $1",
    [subject],
  );
  return rows[0]?.name ?? null;
}

export async function goOn(client: DatabaseClient, episode: Episode): Promise<void> {
  await client.query({
    name: "watch-go-on",
    text: "UPDATE anomaly SET last_at = $2, measured = $3, detail = $4 WHERE id = $1 AND ended_at IS NULL",
    values: [
      episode.id,
      episode.lastAt,
      episode.measured === null ? null : JSON.stringify(episode.measured),
      JSON.stringify(episode.detail),
    ],
  });
}

export async function end(client: DatabaseClient, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await client.query("UPDATE anomaly SET ended_at = clock_timestamp() WHERE id = ANY ($1) AND ended_at IS NULL", [ids]);
}
