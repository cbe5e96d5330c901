import type { AuditRecord } from "../domain/audit/audit-record.ts";
import type { RewrapProgress, RewrapRun } from "../domain/sealing/rewrap-run.ts";
import type { SealedPlace } from "../domain/sealing/sealed-place.ts";
import type { SealingPolicy } from "../domain/sealing/sealing-policy.ts";
import type { ApprovalUse } from "./approval-store.ts";

/** By what it is decided that a value is not where it belongs (staleRanges), or is to be wrapped anew all the same (everythingRanges). */
export interface RewrapScope {
  readonly environmentId: string;
  readonly policy: SealingPolicy;
  /** The key of the KMS that wraps now. */
  readonly toKid: string;
  readonly everything: boolean;
}

export interface StoredValue {
  readonly place: SealedPlace;
  /** The id of the row that owns it; of a tenant key its own. */
  readonly owner: string;
  /** A SealField; of a tenant key `tenant_key`. */
  readonly field: string;
  readonly version: number;
  readonly kid: string;
  /** Whose account it is of; null: no tenant's. */
  readonly tenantId: string | null;
  /** The whole sealed value; of a tenant key its wrapped bytes. */
  readonly sealed: Uint8Array;
}

export type RewrapFailureReason = "unreadable" | "does_not_open" | "key_disabled" | "sample_does_not_open";

/** A value that does not open: where it stands, and nothing of it. */
export interface RewrapFailure extends Pick<StoredValue, "place" | "owner" | "field" | "version" | "kid"> {
  readonly reason: RewrapFailureReason;
}

/** One value with its data key wrapped anew. */
export interface RewrappedValue {
  readonly value: StoredValue;
  readonly kid: string;
  readonly sealed: Uint8Array;
}

export interface StaleCount {
  readonly total: number;
  /** Tenant keys by their own ids; the hundred keys that seal most. */
  readonly byKid: Readonly<Record<string, number>>;
}

export interface RewrapBatch {
  readonly runId: string;
  /** Whoever holds the run. */
  readonly owner: string;
  readonly environmentId: string;
  readonly place: SealedPlace;
  readonly values: readonly RewrappedValue[];
  /** Whether a row that somebody holds is left for the next pass, or keeps the whole batch from being written. */
  readonly held: "left" | "refused";
  readonly failures: readonly RewrapFailure[];
  /** @param written how many values were still what they were when they were read */
  readonly progress: (written: number) => RewrapProgress & { readonly rate: number | null };
  /** Absent: nothing was written. */
  readonly audit: (written: number) => AuditRecord | null;
}

export interface WrittenBatch {
  readonly run: RewrapRun;
  readonly written: number;
}

export interface RewrapPatch {
  readonly state?: RewrapRun["state"];
  readonly pace?: number | null;
}

/** Runs, and what they change. All methods throw DomainError `database_unavailable` while the database is away. */
export interface RewrapStore {
  policyOf(environmentId: string): Promise<SealingPolicy>;
  /**
   * A worker takes it within seconds.
   * @param heldBy who begins it himself, for `rewrapLeaseSeconds` by the database's clock; null: a worker is to
   * @param approved on whose word: spent in the same transaction
   * @returns null when a run of this environment is not finished
   * @throws DomainError `approval_ended` where that word is over, `conflict` for everything while a key is being given a new version; nothing
   *   began then
   */
  start(
    run: Pick<RewrapRun, "id" | "environmentId" | "toKid" | "everything" | "fromKids" | "pace" | "total" | "startedBy">,
    heldBy: string | null,
    audit: AuditRecord,
    approved?: ApprovalUse,
  ): Promise<RewrapRun | null>;
  find(environmentId: string, id: string): Promise<RewrapRun | null>;
  findUnfinished(environmentId: string): Promise<RewrapRun | null>;
  /** Newest first. */
  list(environmentId: string, limit: number): Promise<readonly RewrapRun[]>;
  failures(runId: string, limit: number): Promise<readonly RewrapFailure[]>;
  /** Takes the run, if it is running and nobody else works on it, for `rewrapLeaseSeconds`. */
  claim(id: string, owner: string): Promise<RewrapRun | null>;
  /** The run as it stands (it may be paused or stopped by now), held for longer; null: it is somebody else's. */
  keep(id: string, owner: string, lastError: string | null): Promise<RewrapRun | null>;
  release(id: string, owner: string): Promise<void>;
  /** @returns null when the run is not in one of the states `from` */
  change(
    environmentId: string,
    id: string,
    patch: RewrapPatch,
    from: readonly RewrapRun["state"][],
    audit: AuditRecord,
  ): Promise<RewrapRun | null>;

  /** Values of the scope. */
  countStale(scope: RewrapScope): Promise<StaleCount>;
  /** In a fixed order, after `cursor`: of key and identity, or of identity alone where the scope is everything, whose keys change under way. */
  readStale(
    scope: RewrapScope,
    place: SealedPlace,
    cursor: RewrapProgress["cursor"],
    limit: number,
  ): Promise<readonly StoredValue[]>;
  /**
   * In one transaction: each value, if its bytes are still those that were read and nobody holds its row (SKIP LOCKED); failures,
   * progress, audit. @returns null when the run is somebody else's by now, or the place among the values of the first that is held where
   * that is refused; nothing was written then
   */
  writeBatch(batch: RewrapBatch): Promise<WrittenBatch | { readonly heldAt: number } | null>;
  /** Moves the run on without a batch: another place, another pass, the sample. Null as for keep. */
  moveOn(id: string, owner: string, progress: RewrapProgress): Promise<RewrapRun | null>;
  /** At random, of everything that is sealed in the environment. */
  sample(environmentId: string, size: number): Promise<readonly StoredValue[]>;
  /** The end of a run, and an event where something does not open. */
  finish(
    id: string,
    owner: string,
    end: {
      readonly sampleSize: number;
      readonly sampleOpened: number;
      readonly failures: readonly RewrapFailure[];
      readonly remaining: Readonly<Record<string, number>>;
    },
    audit: AuditRecord,
  ): Promise<RewrapRun | null>;
}
