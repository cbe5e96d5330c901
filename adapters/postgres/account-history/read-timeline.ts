import type { AuditAction } from "#core/domain/audit/audit-record";
import type { EventType } from "#core/domain/webhook/event-type";
import type { RefreshAttempt } from "#prisma/client";
import { listAttempts } from "../account-lists.ts";
import type { Prisma } from "../prisma.ts";
import { query, type DatabasePool } from "../pool.ts";
import { deliveryIdSql } from "../webhook-matching.ts";

export const timelineKinds = ["attempt", "status", "change", "event"] as const;

export type TimelineKind = (typeof timelineKinds)[number];

/** Something that was done to an account, as the audit log has it. */
export interface TimelineRecord {
  readonly action: AuditAction;
  readonly actor: string;
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface TimelineDelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly status: "pending" | "delivered" | "failed";
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
}

export interface TimelineEvent {
  readonly eventType: EventType;
  readonly sequence: number | null;
  readonly deliveries: readonly TimelineDelivery[];
}

/** One line of an account's history. */
export type TimelineEntry = { readonly id: string; readonly at: Date } & (
  | { readonly kind: "attempt"; readonly attempt: RefreshAttempt }
  | { readonly kind: "status" | "change"; readonly record: TimelineRecord }
  | { readonly kind: "event"; readonly event: TimelineEvent }
);

type Position = { readonly at: Date; readonly id: string } | null;

/** In the words of the index `audit_event_of_account`. */
const actionsOf = {
  status: ["account.created", "account.transitioned"],
  change: [
    "account.updated",
    "account_run.acted",
    "link_token.created",
    "connect.approved",
    "connect.declined",
    "connect.binding_failed",
  ],
} as const satisfies Record<"status" | "change", readonly AuditAction[]>;

/**
 * What happened to an account, newest first, from all places where it is written down: each gives a page, and the newest of all are
 * this one.
 */
export async function readTimeline(
  { prisma, pool }: { readonly prisma: Prisma; readonly pool: DatabasePool },
  account: { readonly environmentId: string; readonly id: string },
  kinds: readonly TimelineKind[],
  after: Position,
  take: number,
): Promise<TimelineEntry[]> {
  const ofKind = async (kind: TimelineKind): Promise<readonly TimelineEntry[]> => {
    switch (kind) {
      case "attempt": {
        const attempts = await listAttempts(prisma, account.environmentId, account.id, after, take);
        return attempts.map((attempt) => ({ kind, id: attempt.id, at: attempt.startedAt, attempt }));
      }
      case "status":
      case "change":
        return await readRecords(pool, account, kind, after, take);
      case "event":
        return await readEvents(pool, account, after, take);
    }
  };
  const all = (await Promise.all(kinds.map(ofKind))).flat();
  return all
    .toSorted((one, other) => other.at.getTime() - one.at.getTime() || (one.id < other.id ? 1 : -1))
    .slice(0, take);
}

async function readRecords(
  pool: DatabasePool,
  { environmentId, id }: { readonly environmentId: string; readonly id: string },
  kind: "status" | "change",
  after: Position,
  take: number,
): Promise<readonly TimelineEntry[]> {
  const actions = actionsOf[kind].map((action) => `'${action}'`).join(", ");
  const { rows } = await query<{ id: string; at: Date } & TimelineRecord>(
    pool,
    `SELECT id, at, action, actor, target, detail FROM audit_event
      WHERE account_id = $1 AND environment_id = $2 AND action IN (${actions})
        AND ($3::timestamptz IS NULL OR (at, id) < ($3, $4)) ORDER BY at DESC, id DESC LIMIT $5`,
    [id, environmentId, after?.at ?? null, after?.id ?? null, take],
  );
  return rows.map(({ id: recordId, at, ...record }) => ({ kind, id: recordId, at, record }));
}

interface EventRow {
  readonly id: string;
  readonly created_at: Date;
  readonly event_type: EventType;
  readonly sequence: number | null;
  readonly deliveries: readonly {
    readonly id: string;
    readonly endpoint_id: string;
    readonly status: TimelineDelivery["status"];
    readonly attempts: number;
    readonly next_attempt_at: string | null;
  }[];
}

/** With what became of each: an event has few deliveries, one for each endpoint that wants it. */
async function readEvents(
  pool: DatabasePool,
  { environmentId, id }: { readonly environmentId: string; readonly id: string },
  after: Position,
  take: number,
): Promise<readonly TimelineEntry[]> {
  const { rows } = await query<EventRow>(
    pool,
    `SELECT e.id, e.created_at, e.event_type, e.sequence,
            (SELECT coalesce(json_agg(d ORDER BY d.id), '[]'::json) FROM webhook_endpoint w CROSS JOIN LATERAL (
               SELECT id, endpoint_id, status, attempts, next_attempt_at FROM webhook_delivery
                WHERE id = ${deliveryIdSql("e.id", "w.id")}
               UNION ALL
               SELECT ${deliveryIdSql("e.id", "w.id")}, u.endpoint_id, 'pending', 0, NULL FROM webhook_untried u
                WHERE u.endpoint_id = w.id AND u.event_id = e.id) d
              WHERE w.environment_id = $2) AS deliveries
       FROM (SELECT id, created_at, event_type, sequence FROM event
              WHERE account_id = $1 AND environment_id = $2 AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4))
              ORDER BY created_at DESC, id DESC LIMIT $5) e`,
    [id, environmentId, after?.at ?? null, after?.id ?? null, take],
  );
  return rows.map((row) => ({
    kind: "event",
    id: row.id,
    at: row.created_at,
    event: {
      eventType: row.event_type,
      sequence: row.sequence,
      deliveries: row.deliveries.map((one) => ({
        id: one.id,
        endpointId: one.endpoint_id,
        status: one.status,
        attempts: one.attempts,
        nextAttemptAt: one.next_attempt_at === null ? null : new Date(one.next_attempt_at),
      })),
    },
  }));
}
