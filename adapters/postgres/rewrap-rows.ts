import type { RewrapProgress, RewrapRun, RewrapState } from "#core/domain/sealing/rewrap-run";
import type { SealedPlace } from "#core/domain/sealing/sealed-place";

export interface RunRow {
  readonly id: string;
  readonly environment_id: string;
  readonly state: RewrapState;
  readonly phase: RewrapProgress["phase"];
  readonly to_kid: string;
  readonly everything: boolean;
  readonly from_kids: string[];
  readonly pace: number | null;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly anew: number;
  readonly pass: number;
  readonly place: SealedPlace;
  readonly cursor: (string | number)[] | null;
  readonly found: number;
  readonly written: number;
  readonly left_over: number;
  readonly rate: number | null;
  readonly sample_size: number | null;
  readonly sample_opened: number | null;
  readonly remaining: Record<string, number> | null;
  readonly last_error: string | null;
  readonly started_by: string;
  readonly started_at: Date;
  readonly updated_at: Date;
  readonly finished_at: Date | null;
}

export const runColumns =
  "id, environment_id, state, phase, to_kid, everything, from_kids, pace, total, done, failed, anew, pass, place, cursor, found, written, left_over, rate, sample_size, sample_opened, remaining, last_error, started_by, started_at, updated_at, finished_at";

export function toRun(row: RunRow): RewrapRun {
  return {
    id: row.id,
    environmentId: row.environment_id,
    state: row.state,
    phase: row.phase,
    toKid: row.to_kid,
    everything: row.everything,
    fromKids: row.from_kids,
    pace: row.pace,
    total: row.total,
    done: row.done,
    failed: row.failed,
    anew: row.anew,
    pass: row.pass,
    place: row.place,
    cursor: row.cursor,
    found: row.found,
    written: row.written,
    leftOver: row.left_over,
    rate: row.rate,
    sampleSize: row.sample_size,
    sampleOpened: row.sample_opened,
    remaining: row.remaining,
    lastError: row.last_error,
    startedBy: row.started_by,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
  };
}

/** Each place with its table, what a row's identity is, and what must hold for a row to count. */
export const placeTables: Readonly<
  Record<SealedPlace, { readonly table: string; readonly identity: readonly string[]; readonly where: string }>
> = {
  tenant_key: { table: "tenant_key", identity: ["id"], where: "s.state <> 'destroyed'" },
  credential: { table: "sealed_credential", identity: ["account_id"], where: "true" },
  secret: { table: "sealed_secret", identity: ["owner", "field", "version"], where: "true" },
  answer: { table: "idempotency_record", identity: ["id"], where: "s.kid IS NOT NULL" },
};

/** What is read of a row, in one form for all places. */
export const valueColumns: Readonly<Record<SealedPlace, string>> = {
  tenant_key: "s.id AS owner, 'tenant_key' AS field, s.version, s.kid, s.tenant_id, s.wrapped AS sealed",
  credential: `s.account_id AS owner, 'token_set' AS field, s.version, s.kid, s.sealed,
    (SELECT a.tenant_id FROM integrated_account a WHERE a.id = s.account_id) AS tenant_id`,
  // What a browser brought is its account's; the rest belongs to no tenant.
  secret: `s.owner, s.field, s.version, s.kid, s.sealed,
    CASE WHEN s.field IN ('connect_grant', 'connect_answer') THEN
      (SELECT a.tenant_id FROM connect_session c JOIN integrated_account a ON a.id = c.account_id WHERE c.id = s.owner)
    END AS tenant_id`,
  answer: "s.id AS owner, 'idempotent_answer' AS field, 1 AS version, s.kid, s.sealed, NULL::text AS tenant_id",
};
