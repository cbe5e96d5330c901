import type { Permission } from "../domain/access/permission.ts";
import type { AccountFilter } from "../domain/account/account-filter.ts";
import type { AccountRun, RunAction, RunState } from "../domain/account-run/account-run.ts";
import type { AuditRecord } from "../domain/audit/audit-record.ts";
import type { Caller } from "../domain/access/permission.ts";

/** Which accounts: all that match, or these. Within the limits of whoever asks. */
export type Selection =
  | { readonly kind: "filter"; readonly filter: AccountFilter }
  | { readonly kind: "ids"; readonly ids: readonly string[] };

export interface NewRun {
  readonly id: string;
  readonly action: RunAction;
  readonly reason: string | null;
  readonly pace: number | null;
}

export type Started =
  | { readonly kind: "started"; readonly run: AccountRun }
  /** More than a run takes, or than whoever asked has seen. */
  | { readonly kind: "too_many"; readonly found: number }
  | { readonly kind: "none" }
  /** Named, and not there for whoever asks. */
  | { readonly kind: "unknown"; readonly ids: readonly string[] }
  | { readonly kind: "busy"; readonly unfinished: number };

/** `pending`: not begun, or put off; of a run that was cancelled, left alone. */
export type RunOutcome = "pending" | "done" | "failed" | "skipped";

/** What was found of an account before anything was done to it. */
export interface SeenAccount {
  readonly version: number;
  readonly fence: string;
}

/** An account whose turn it is. */
export interface RunItem {
  readonly place: number;
  readonly accountId: string;
  /** Null: nobody has begun with it. */
  readonly seen: SeenAccount | null;
  /** How often it was put off. */
  readonly tries: number;
}

export interface ItemResult {
  readonly outcome: "done" | "failed" | "skipped";
  /** Null: it says nothing more. Of a failure the problem's, of what was skipped its reason's. */
  readonly code: string | null;
  readonly detail: string | null;
}

/** What became of one account, with what is known of it now. */
export interface RunResult {
  readonly place: number;
  readonly accountId: string;
  /** Null, like the others: the account was removed. */
  readonly tenantId: string | null;
  readonly integrationName: string | null;
  readonly externalAccount: { readonly id: string; readonly label: string | null } | null;
  readonly outcome: RunOutcome;
  readonly code: string | null;
  readonly detail: string | null;
  readonly finishedAt: Date | null;
}

/** Runs over accounts. All methods throw DomainError `database_unavailable` while the database is away. */
export interface AccountRunStore {
  /** How many accounts a selection has, up to `most` and one more, and how many of each status. */
  count(
    caller: Pick<Caller, "environmentId" | "tenantIds" | "integrationNames">,
    selection: Selection,
    most: number,
  ): Promise<{ readonly total: number; readonly byStatus: Readonly<Record<string, number>>; readonly held: number }>;
  /** In one transaction: the run, its accounts as they match now, its record, and a job. Once for an id. */
  start(
    caller: Pick<Caller, "id" | "environmentId" | "tenantIds" | "integrationNames">,
    run: NewRun,
    selection: Selection,
    limits: { readonly accounts: number; readonly unfinished: number },
    audit: (total: number) => AuditRecord,
  ): Promise<Started>;
  /** @param createdBy null: whoever began it */
  find(environmentId: string, id: string, createdBy: string | null): Promise<AccountRun | null>;
  list(
    environmentId: string,
    createdBy: string | null,
    after: { readonly at: Date; readonly id: string } | null,
    take: number,
  ): Promise<readonly AccountRun[]>;
  results(
    run: Pick<AccountRun, "id" | "environmentId">,
    outcome: RunOutcome | null,
    afterPlace: number | null,
    take: number,
  ): Promise<readonly RunResult[]>;
  /** Accounts that got a link in this run, which nobody has used and which is not over. */
  links(
    run: Pick<AccountRun, "id" | "environmentId">,
    idOf: (accountId: string) => string,
    afterPlace: number | null,
    take: number,
  ): Promise<{
    readonly links: readonly (Pick<RunResult, "place" | "accountId" | "tenantId"> & { readonly expiresAt: Date })[];
    readonly lastPlace: number | null;
  }>;
  /**
   * Whoever has it go on answers for it from then on.
   *
   * @param audit its actor is who does this
   * @param why it does not go on; absent: it does, or somebody wanted it so
   * @returns null when the run is not in one of the states `from`
   */
  change(
    run: Pick<AccountRun, "id" | "environmentId">,
    patch: { readonly state?: RunState; readonly pace?: number | null },
    from: readonly RunState[],
    audit: AuditRecord,
    why?: string,
  ): Promise<AccountRun | null>;

  /** Takes the run, if it is running and nobody else works on it, for `runLeaseSeconds`. */
  claim(id: string, owner: string): Promise<AccountRun | null>;
  /** The run as it stands, held for longer; null: it is somebody else's. */
  keep(id: string, owner: string, lastError: string | null): Promise<AccountRun | null>;
  release(id: string, owner: string): Promise<void>;
  /** Whether whoever answers for it may still do that. */
  isInForce(run: Pick<AccountRun, "createdBy" | "resumedBy">, permission: Permission): Promise<boolean>;
  /** Accounts without a result, in their order; and when the next of those that were put off is due. */
  next(id: string, take: number): Promise<{ readonly items: readonly RunItem[]; readonly dueAt: Date | null }>;
  /** Remembers what was found. @returns what was found when it was begun first */
  begin(id: string, place: number, seen: SeenAccount): Promise<SeenAccount>;
  putOff(id: string, place: number, until: Date): Promise<void>;
  /** Result, numbers and record in one transaction; the second of an account changes nothing. */
  conclude(
    run: Pick<AccountRun, "id">,
    item: Pick<RunItem, "place">,
    result: ItemResult,
    audit: AuditRecord,
  ): Promise<void>;
  setRate(id: string, owner: string, rate: number | null): Promise<void>;
  /** Ends a run whose accounts all have their result. @returns null when it is somebody else's, or not running */
  finish(id: string, owner: string, audit: (run: AccountRun) => AuditRecord): Promise<AccountRun | null>;
}
