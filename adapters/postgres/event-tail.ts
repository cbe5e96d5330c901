import type { StoredEvent } from "#core/domain/webhook/render-event";
import type { Clock } from "#core/ports/clock";
import type { Log } from "#core/ports/log";
import { query, type DatabasePool } from "./pool.ts";
import { eventColumns, toEvent, type EventRow } from "./webhook-rows.ts";

/** Between two looks, milliseconds. */
const pauseMs = 500;
/**
 * Events are found by the instant at which their transaction began, and seen when it ends: none takes as long as this, seconds (the
 * limit of a statement is 15).
 */
const longestCommitSeconds = 30;
/** More at once are not told one by one. */
export const mostAtOnce = 200;

/** What whoever follows is told. `many`: more than can be told one by one; read again what you show. */
export type Told =
  | { readonly kind: "events"; readonly events: readonly StoredEvent[] }
  | { readonly kind: "many"; readonly latest: StoredEvent }
  | { readonly kind: "changed"; readonly accountId: string; readonly at: Date }
  | { readonly kind: "over" };

export interface Following {
  /** An account of which every change is told, also those that are no event. */
  readonly accountId: string | null;
  readonly hear: (told: Told) => void;
}

/** Events of environments, told as they happen to whoever follows: one look for all who do, and none while nobody does. */
export interface EventTail {
  /**
   * From now on; what is committed before this resolves may not be told.
   * @returns leaves
   */
  follow(environmentId: string, following: Following): Promise<() => void>;
  /**
   * What came after an event, oldest first, and what was told shortly before it: one that was told may come again.
   * @returns null: more than can be told one by one
   */
  missedSince(environmentId: string, after: { readonly at: Date; readonly id: string }): Promise<StoredEvent[] | null>;
  /** Tells all who follow that it is over. */
  stop(): void;
}

interface Watched {
  readonly followers: Set<Following>;
  /** Ids that were told, or were there before anybody followed, by when they were seen. */
  readonly seen: Map<string, number>;
  readonly begun: Promise<void>;
}

export function createEventTail({
  pool,
  clock,
  log,
}: {
  readonly pool: DatabasePool;
  readonly clock: Clock;
  readonly log: Log;
}): EventTail {
  const watched = new Map<string, Watched>();
  const changes = new Map<string, number>();
  const stopping = new AbortController();
  let isLooking = false;
  let isTold = false;

  const begin = async (environmentId: string, seen: Watched["seen"]): Promise<void> => {
    const now = clock.monotonicMs();
    for (const event of await readLatest(pool, environmentId)) seen.set(event.id, now);
  };

  const lookAt = async (environmentId: string, { followers, seen, begun }: Watched): Promise<void> => {
    await begun;
    const events = (await readLatest(pool, environmentId)).filter(({ id }) => !seen.has(id));
    const now = clock.monotonicMs();
    for (const { id } of events) seen.set(id, now);
    for (const [id, at] of seen) if (now - at > 3 * longestCommitSeconds * 1_000) seen.delete(id);
    const latest = events.at(-1);
    if (latest === undefined) return;
    const told: Told = events.length > mostAtOnce ? { kind: "many", latest } : { kind: "events", events };
    for (const one of followers) one.hear(told);
  };

  const lookAtAccounts = async (): Promise<void> => {
    const followers = [...watched.values()].flatMap((one) => [...one.followers]);
    const ids = new Set(followers.flatMap(({ accountId }) => (accountId === null ? [] : [accountId])));
    for (const id of changes.keys()) if (!ids.has(id)) changes.delete(id);
    if (ids.size === 0) return;
    for (const { id, updated_at: at } of await readChanges(pool, [...ids])) {
      const before = changes.get(id);
      changes.set(id, at.getTime());
      if (before === undefined || before === at.getTime()) continue;
      for (const one of followers) if (one.accountId === id) one.hear({ kind: "changed", accountId: id, at });
    }
  };

  /** What a change is told from. Without it one between two looks would be what the second begins with, and never told. */
  const beginAt = async (accountId: string): Promise<void> => {
    const [row] = await readChanges(pool, [accountId]);
    if (row !== undefined && !changes.has(accountId)) changes.set(accountId, row.updated_at.getTime());
  };

  const keepLooking = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    while (watched.size > 0 && !stopping.signal.aborted) {
      try {
        await Promise.all([...[...watched].map(([id, one]) => lookAt(id, one)), lookAtAccounts()]);
        isTold = false;
      } catch (error) {
        if (!isTold) log.warn({ error }, "events could not be looked for; trying again");
        isTold = true;
      }
      await clock.sleep(pauseMs, stopping.signal);
    }
    isLooking = false;
  };

  return {
    async follow(environmentId, following) {
      const known = watched.get(environmentId);
      const seen = new Map<string, number>();
      const one = known ?? { followers: new Set(), seen, begun: begin(environmentId, seen) };
      watched.set(environmentId, one);
      one.followers.add(following);
      const leave = (): void => {
        one.followers.delete(following);
        if (one.followers.size === 0 && watched.get(environmentId) === one) watched.delete(environmentId);
      };
      try {
        await one.begun;
      } catch (error) {
        // Whoever comes next begins anew.
        if (watched.get(environmentId) === one) watched.delete(environmentId);
        throw error;
      }
      try {
        if (following.accountId !== null) await beginAt(following.accountId);
      } catch (error) {
        leave();
        throw error;
      }
      if (stopping.signal.aborted) following.hear({ kind: "over" });
      void keepLooking();
      return leave;
    },

    async missedSince(environmentId, { at, id }) {
      const { rows } = await query<EventRow>(
        pool,
        `SELECT ${eventColumns} FROM event e
          WHERE e.environment_id = $1 AND e.created_at >= $2::timestamptz - make_interval(secs => ${longestCommitSeconds}) AND e.id <> $3
          ORDER BY e.created_at, e.id LIMIT ${mostAtOnce + 1}`,
        [environmentId, at, id],
        "tail-missed",
      );
      return rows.length > mostAtOnce ? null : rows.map(toEvent);
    },

    stop() {
      stopping.abort();
      for (const { followers } of watched.values()) for (const one of followers) one.hear({ kind: "over" });
      watched.clear();
    },
  };
}

async function readChanges(pool: DatabasePool, ids: readonly string[]): Promise<{ id: string; updated_at: Date }[]> {
  const { rows } = await query<{ id: string; updated_at: Date }>(
    pool,
    "SELECT id, updated_at FROM integrated_account WHERE id = ANY ($1)",
    [ids],
    "tail-accounts",
  );
  return rows;
}

/** Oldest first; one more than can be told at once tells that there are too many. */
async function readLatest(pool: DatabasePool, environmentId: string): Promise<StoredEvent[]> {
  const { rows } = await query<EventRow>(
    pool,
    `SELECT ${eventColumns} FROM event e
      WHERE e.environment_id = $1 AND e.created_at > now() - make_interval(secs => ${longestCommitSeconds})
      ORDER BY e.created_at DESC, e.id DESC LIMIT 2000`,
    [environmentId],
    "tail-latest",
  );
  return rows.map(toEvent).toReversed();
}
