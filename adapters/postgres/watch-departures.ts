import type { AnomalyPolicy } from "#core/domain/anomaly/anomaly-policy";
import { activeThatTell, countDepartures, type DepartureFacts } from "#core/domain/anomaly/judge-spike";
import { memoryStart } from "#core/domain/anomaly/past";
import type { DatabaseClient } from "./pool.ts";
import type { Departures } from "./watch-reading.ts";

/** Counts the accounts that left, and finds what is needed to judge whether those are many. */
export async function countLeft(
  client: DatabaseClient,
  environmentId: string,
  policy: AnomalyPolicy,
  departures: readonly Departures[],
): Promise<readonly DepartureFacts[]> {
  const latest = new Map<string, Date>();
  for (const { integrationName, hour, at, count } of departures) {
    await client.query({
      name: "watch-departed",
      text: `INSERT INTO integration_hour (environment_id, integration_name, hour, departed) VALUES ($1, $2, $3, $4)
             ON CONFLICT (environment_id, integration_name, hour) DO UPDATE SET departed = integration_hour.departed + excluded.departed`,
      values: [environmentId, integrationName, hour, count],
    });
    const before = latest.get(integrationName);
    if (before === undefined || at > before) latest.set(integrationName, at);
  }
  const facts: DepartureFacts[] = [];
  for (const [integrationName, at] of latest) {
    facts.push(await findFacts(client, environmentId, policy, integrationName, at));
  }
  return facts;
}

async function findFacts(
  client: DatabaseClient,
  environmentId: string,
  policy: AnomalyPolicy,
  integrationName: string,
  at: Date,
): Promise<DepartureFacts> {
  const { rows } = await client.query<{ hour: Date; left: number }>({
    name: "watch-departures",
    text: `SELECT hour, departed AS left FROM integration_hour
            WHERE environment_id = $1 AND integration_name = $2 AND hour >= $3 AND hour <= $4`,
    values: [environmentId, integrationName, memoryStart(at), at],
  });
  const { observed } = countDepartures(rows, at);
  const state = await client.query<{ active: number; is_held: boolean }>({
    name: "watch-standing",
    text: `SELECT (SELECT count(*)::int FROM (SELECT FROM integrated_account
                     WHERE environment_id = $1 AND integration_name = $2 AND status = 'active' LIMIT $3) a) AS active,
                  EXISTS (SELECT FROM mass_failure WHERE environment_id = $1 AND integration_name = $2
                             AND (started_at IS NOT NULL OR decided_at > $4::timestamptz - interval '1 day')) AS is_held`,
    values: [environmentId, integrationName, activeThatTell(policy, observed), at],
  });
  const { active, is_held: isHeld } = state.rows[0] ?? { active: 0, is_held: false };
  return { integrationName, at, hours: rows, active, isHeld };
}
