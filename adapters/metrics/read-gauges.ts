import { countSpool } from "../spool/file-spool.ts";
import { findAuditState } from "../postgres/audit-head.ts";
import { findWatchState } from "../postgres/anomaly-store.ts";
import { createEngineState } from "../postgres/engine-state.ts";
import type { DatabasePool } from "../postgres/pool.ts";
import type { Readings } from "./registry.ts";

/** A scrape must not hang on the database, milliseconds. */
const patienceMs = 2_000;

type Reader = () => Readings | Promise<Readings>;

export function readPool(pool: DatabasePool, limit: number): Reader {
  return () => ({
    evergrant_database_connections: [
      [["busy"], pool.totalCount - pool.idleCount],
      [["idle"], pool.idleCount],
    ],
    evergrant_database_connections_limit: [[[], limit]],
    evergrant_database_connections_waited_for: [[[], pool.waitingCount]],
  });
}

export function readSpool(directory: string): Reader {
  return async () => {
    const { waiting, unreadable } = await countSpool(directory);
    return {
      evergrant_spool_entries: [
        [["waiting"], waiting],
        [["unreadable"], unreadable],
      ],
    };
  };
}

/** What the database alone knows of the engine; absent while it does not answer. */
export function readEngine(pool: DatabasePool): Reader {
  const find = createEngineState(pool);
  return async () => {
    const state = await find();
    if (state === null) return { evergrant_database_reachable: [[[], 0]] };
    return {
      evergrant_database_reachable: [[[], 1]],
      evergrant_accounts_overdue: [
        [["worker"], state.overdue],
        [["circuit"], state.overdueBehindCircuits],
      ],
      evergrant_oldest_overdue_alarm_age_seconds: [[[], state.oldestSeconds]],
      evergrant_accounts_held: [[[], state.held]],
      evergrant_queue_jobs: [
        [["ready"], state.jobsReady],
        [["running"], state.jobsRunning],
        [["waiting"], state.jobsWaiting],
        [["failed"], state.jobsFailed],
      ],
      evergrant_circuits: (["provider", "client", "rate_limit"] as const).flatMap((cause) => [
        [["open", cause], state.circuitsOpen[cause] ?? 0] as const,
        [["half_open", cause], state.circuitsHalfOpen[cause] ?? 0] as const,
      ]),
      evergrant_budget_places: [[[], state.places]],
      evergrant_budgets_waited_for: [[[], state.waitedFor]],
      evergrant_webhook_deliveries_waiting: [
        [["due"], state.deliveriesDue],
        [["retrying"], state.deliveriesRetrying],
      ],
      evergrant_webhook_events_undispatched: [[[], state.eventsUndispatched]],
      evergrant_webhook_endpoints: [
        [["working"], state.endpointsWorking],
        [["failing"], state.endpointsFailing],
        [["disabled"], state.endpointsDisabled],
      ],
      evergrant_key_wraps_most: [[[], state.keyWrapsMost]],
      evergrant_rewrap_values: [
        [["left"], state.rewrapLeft],
        [["failed"], state.rewrapFailed],
      ],
    };
  };
}

/** Absent while the database does not answer. */
export function readAudit(pool: DatabasePool): Reader {
  return async () => {
    const state = await orNull(findAuditState(pool));
    if (state === null) return {};
    return {
      evergrant_audit_unsealed_seconds: [[[], state.lagSeconds]],
      evergrant_audit_chains_broken: [[[], state.broken]],
    };
  };
}

/** The same. */
export function readAnomalies(pool: DatabasePool): Reader {
  return async () => {
    const state = await orNull(findWatchState(pool));
    if (state === null) return {};
    return {
      evergrant_anomalies_unacknowledged: [[[], state.unacknowledged]],
      evergrant_anomaly_watch_behind_links: [[[], state.behindLinks]],
    };
  };
}

async function orNull<T>(work: Promise<T>): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), patienceMs);
  const state = await Promise.race([work.catch(() => null), late.promise]);
  clearTimeout(timer);
  return state;
}
