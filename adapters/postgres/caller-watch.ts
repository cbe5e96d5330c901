import { anomalyPolicyOf, type AnomalyPolicy, type AnomalyPolicyChanges } from "#core/domain/anomaly/anomaly-policy";
import { pastKey } from "#core/domain/anomaly/judge-look";
import { memoryDays } from "#core/domain/anomaly/usual-level";
import type { Past } from "#core/domain/anomaly/past";
import type { CallerWatch, LookResult, PastsNeeded } from "#core/ports/caller-watch";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";
import { countLeft } from "./watch-departures.ts";
import {
  readActivities,
  readGroups,
  readLives,
  readNetworks,
  readOpenEpisodes,
  readPast,
  readStretch,
} from "./watch-reading.ts";
import { end, goOn, markJudged, ring, writeActivities, writeHours } from "./watch-writing.ts";

/** Pasts that a process remembers: one hour of one caller each. */
const mostPasts = 5_000;
/** What rang is kept for so long, and networks that nobody comes from any more. */
const anomalyDays = 400;
const networkDays = 90;
/** Of a caller that opens nothing: the audit log tells of its last time as well. */
const callerDays = 60;

export function createCallerWatch(pool: DatabasePool): CallerWatch {
  // The days before an hour don't change while it lasts.
  const pasts = new Map<string, Past>();

  const pastsOf = async (
    client: DatabaseClient,
    environmentId: string,
    needed: ReturnType<PastsNeeded>,
  ): Promise<ReadonlyMap<string, Past>> => {
    const found = new Map<string, Past>();
    for (const { caller, hour } of needed) {
      const key = pastKey(caller, hour);
      const known = `${environmentId} ${key}`;
      const past = pasts.get(known) ?? (await readPast(client, environmentId, caller, hour));
      if (pasts.size >= mostPasts) pasts.clear();
      pasts.set(known, past);
      found.set(key, past);
    }
    return found;
  };

  return {
    async environments() {
      const { rows } = await query<{ id: string }>(
        pool,
        "SELECT c.environment_id AS id FROM audit_chain c JOIN environment e ON e.id = c.environment_id ORDER BY 1",
        [],
        "watch-environments",
      );
      return rows.map(({ id }) => id);
    },

    async look(environmentId, needed, judge) {
      if (await isQuiet(pool, environmentId)) return nothingNew;
      const result = await inTransaction(pool, async (client): Promise<LookResult | typeof rollback> => {
        const cursor = await takeCursor(client, environmentId);
        if (cursor === null) return { kind: "busy" };
        const stretch = await readStretch(client, environmentId, cursor.seq);
        const networks = await readNetworks(client, environmentId);
        const open = await readOpenEpisodes(client, environmentId);
        const isNew = stretch.seq > cursor.seq;
        if (!isNew && networks.length === 0 && open.length === 0) {
          // Nothing to write; a cursor that was just made is kept.
          return cursor.isMade ? nothingNew : rollback;
        }
        const policy = await readPolicy(client, environmentId);
        const { openings, departures } = isNew
          ? await readGroups(client, environmentId, cursor.seq, stretch.seq)
          : { openings: [], departures: [] };
        const callers = [...new Set(openings.map(({ caller }) => caller))];
        const activities = await readActivities(client, environmentId, callers);
        const judgement = judge({
          now: cursor.now,
          policy,
          openings,
          activities,
          pasts: await pastsOf(client, environmentId, needed({ policy, openings, activities })),
          lives: await readLives(client, environmentId, openings, activities),
          networks,
          departures: await countLeft(client, environmentId, policy, departures),
          open,
        });
        await writeActivities(client, environmentId, judgement.activities);
        await writeHours(client, environmentId, judgement.hours);
        await markJudged(client, environmentId, networks);
        for (const episode of judgement.continued) await goOn(client, episode);
        await end(
          client,
          judgement.ended.map(({ id }) => id),
        );
        const rung = [];
        for (const opening of judgement.opened) rung.push(await ring(client, environmentId, opening));
        if (isNew) {
          await client.query({
            name: "watch-advance",
            text: "UPDATE anomaly_cursor SET seq = $2 WHERE environment_id = $1",
            values: [environmentId, stretch.seq],
          });
        }
        return { kind: "looked", rung, ended: judgement.ended.map(({ kind }) => kind), hasMore: stretch.hasMore };
      });
      return result === rollback ? nothingNew : result;
    },

    async forget() {
      const old = (days: number): string => `now() - interval '${days} days'`;
      for (const statement of [
        `DELETE FROM caller_hour WHERE hour < ${old(memoryDays + 2)}`,
        `DELETE FROM integration_hour WHERE hour < ${old(memoryDays + 2)}`,
        `DELETE FROM caller_network WHERE last_seen_at < ${old(networkDays)}`,
        `DELETE FROM watched_caller WHERE last_seen_at < ${old(callerDays)}`,
        `DELETE FROM anomaly WHERE ended_at < ${old(anomalyDays)}`,
      ]) {
        await query(pool, statement, []);
      }
    },
  };
}

const nothingNew: LookResult = { kind: "looked", rung: [], ended: [], hasMore: false };

/** One statement tells, most of the time, that there is nothing to look at; without a cursor there is. */
async function isQuiet(pool: DatabasePool, environmentId: string): Promise<boolean> {
  const { rows } = await query<{ is: boolean }>(
    pool,
    `SELECT c.seq <= w.seq
            AND NOT EXISTS (SELECT FROM caller_network n WHERE n.environment_id = $1 AND n.judged_at IS NULL)
            AND NOT EXISTS (SELECT FROM anomaly a WHERE a.environment_id = $1 AND a.ended_at IS NULL) AS is
       FROM anomaly_cursor w JOIN audit_chain c USING (environment_id) WHERE w.environment_id = $1`,
    [environmentId],
    "watch-quiet",
  );
  return rows[0]?.is === true;
}

interface Cursor {
  readonly seq: number;
  readonly now: Date;
  readonly isMade: boolean;
}

/** A chain of at most so many links is read from its beginning, which costs seconds. */
const shortChain = 20_000;

/**
 * The row's lock makes one reader of any number of processes. In an installation that was there before, watching begins where the
 * chain ends, and everybody has a newcomer's levels until two days are known. Null: another process reads.
 */
async function takeCursor(client: DatabaseClient, environmentId: string): Promise<Cursor | null> {
  const made = await client.query({
    name: "watch-begin",
    text: `INSERT INTO anomaly_cursor (environment_id, seq)
           SELECT environment_id, CASE WHEN seq <= $2 THEN 0 ELSE seq END FROM audit_chain c WHERE environment_id = $1
              AND NOT EXISTS (SELECT FROM anomaly_cursor WHERE environment_id = $1)
           ON CONFLICT DO NOTHING`,
    values: [environmentId, shortChain],
  });
  const { rows } = await client.query<{ seq: string; now: Date }>({
    name: "watch-cursor",
    text: `SELECT seq, clock_timestamp()::timestamptz(3) AS now FROM anomaly_cursor
            WHERE environment_id = $1 FOR UPDATE SKIP LOCKED`,
    values: [environmentId],
  });
  const [row] = rows;
  return row === undefined ? null : { seq: Number(row.seq), now: row.now, isMade: made.rowCount === 1 };
}

export async function readPolicy(client: DatabaseClient | DatabasePool, environmentId: string): Promise<AnomalyPolicy> {
  const { rows } = await client.query<{ changes: AnomalyPolicyChanges }>(
    "SELECT changes FROM anomaly_policy WHERE environment_id = $1",
    [environmentId],
  );
  return anomalyPolicyOf(rows[0]?.changes ?? {});
}
