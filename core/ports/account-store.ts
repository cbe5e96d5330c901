import type {
  Account,
  AccountStatus,
  ExternalAccount,
  Hold,
  LastError,
  OpenAttempt,
} from "../domain/account/account.ts";
import type { AccountEvent } from "../domain/account/transition.ts";
import type { AuditRecord } from "../domain/audit/audit-record.ts";
import type { HostPin } from "../domain/integration/host-pin.ts";
import type { Overrides } from "../domain/integration/overrides.ts";
import type { RateLimit } from "../domain/rate-limit/rate-limit.ts";
import type { RefreshReason } from "../domain/refresh/decide-refresh.ts";
import type { RefreshPolicy } from "../domain/refresh/refresh-policy.ts";

/** A sealed token set as it stands in its table. */
export interface SealedCredential {
  readonly version: number;
  readonly sealed: Uint8Array;
}

export type AttemptOutcome =
  | "refreshed"
  | "transient"
  | "rate_limited"
  | "reauthorize"
  | "held"
  | "client_misconfigured"
  | "in_doubt"
  | "superseded";

/** How an attempt ended; written in the transaction of what it led to. */
export interface AttemptResult {
  readonly id: string;
  readonly startedAt: Date;
  readonly outcome: AttemptOutcome;
  readonly httpStatus: number | null;
  readonly error: string | null;
  readonly rule: string | null;
  readonly nextAttemptAt: Date | null;
  readonly explanation: string;
  /** What the provider said of its limit when it refused for it; absent: nothing. */
  readonly rateLimit?: RateLimit;
  /** Callers of this process that shared the result; those of other processes add themselves. */
  readonly waiters: number;
}

/** Why an attempt was made: a refresh and its reason, or a customer who came back. */
export type AttemptReason = RefreshReason | "reauthorized";

/** An attempt that nobody ever saw open: begun without a lease, and written as a whole with the change that it led to. */
export interface RecordedAttempt extends AttemptResult {
  readonly reason: AttemptReason;
}

/** The lease on an account, won: nobody else refreshes it until `leaseUntil`. */
export interface RefreshClaim {
  readonly account: Account;
  readonly credential: SealedCredential | null;
  readonly attempt: OpenAttempt;
  /** What a dead holder left open; it counts among the account's doubts, and this attempt finds out what became of it. */
  readonly left: OpenAttempt | null;
}

/** Fields of the account row that a change may set; absent ones stay. The status and what follows from it is `happening`'s. */
export interface AccountFields {
  readonly hold?: Hold | null;
  readonly externalAccount?: ExternalAccount | null;
  readonly scopesRequested?: readonly string[];
  readonly scopesGranted?: readonly string[];
  readonly scopesRefused?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
  readonly expiresAt?: Date | null;
  readonly issuedAt?: Date | null;
  readonly hasRefreshToken?: boolean;
  readonly refreshDueAt?: Date | null;
  readonly cooldownUntil?: Date | null;
  readonly consecutiveFailures?: number;
  readonly refreshedAt?: Date | null;
  readonly refreshTokenRotatedAt?: Date | null;
  readonly lastError?: LastError | null;
  readonly credentialVersion?: number;
  readonly doubts?: number;
  readonly doubtedAt?: Date | null;
  readonly learnedLifetimeSeconds?: number | null;
  readonly circuitKey?: string | null;
  readonly refreshDelayedAt?: null;
  /** The OAuth client that the account brings itself; its secret goes with the token set. */
  readonly clientId?: string;
  readonly overrides?: Overrides;
}

/** What happens to an account's status; the transition is found on the row that is written (invariant 5). */
export interface Happening {
  readonly event: AccountEvent;
  /** The id that the one event gets, of the transition or of scopes that changed without one, when there is any. */
  readonly eventId: string;
  readonly at: Date;
  readonly lastError: string | null;
  readonly actor: string;
}

/** One change of one account, as data: it is applied whole or not at all, and it can wait on disk while the database is away. */
export interface AccountChange {
  readonly accountId: string;
  readonly environmentId: string;
  /**
   * Applied only while the row still carries this fence (invariant 3). What completes a connection is a newer grant than any claim:
   * it is applied as long as no credentials were written, or erased, under a greater one.
   */
  readonly ifFence: bigint;
  /**
   * The provider's answer to the request that was sent under `ifFence`: it is written even after the lease went to others, as long
   * as the credentials that are there were obtained under a smaller fence. A rotated token that is dropped is a grant lost.
   */
  readonly isAnswer: boolean;
  /** The fence under which the credentials were obtained that the writer read; it tells whether what is there is still theirs. */
  readonly onCredentialFence?: bigint;
  /** Applied only to credentials of this version; null: whichever. */
  readonly ifVersion: number | null;
  /** Applied only while these are the account's overrides; absent: whichever. */
  readonly ifOverrides?: Overrides;
  /** The status that the writer read; another one costs a second look, nothing else. */
  readonly expectedStatus: AccountStatus;
  /** The granted scopes that the writer read; null: there was no token set, or they are not known. Another writer's would have
   * another version or fence. */
  readonly expectedScopes: readonly string[] | null;
  /** Raises the fence, so that everybody who read the row before becomes a stale writer. */
  readonly raiseFence: boolean;
  readonly releaseLease: boolean;
  readonly set: AccountFields;
  /** Scopes that join those which the API refused, whoever else wrote some meanwhile. */
  readonly refusesScopes?: readonly string[];
  readonly happening: Happening | null;
  readonly credential:
    | {
        readonly kind: "replace";
        readonly version: number;
        readonly kid: string;
        readonly sealed: Uint8Array;
        readonly fingerprint: Uint8Array | null;
        /** The tokens are those that were there, sealed with something else beside them: no answer to a request that was sent with
         * them comes too late for it. */
        readonly keepsTokens?: true;
      }
    | { readonly kind: "erase" }
    | null;
  /** The open attempt that ends with this change. */
  readonly attempt: AttemptResult | null;
  /** An attempt that began and ended with this change; written once, however often the change is applied. */
  readonly recorded: RecordedAttempt | null;
  /** R26: when too many of a client fail like this, the account is held instead. */
  readonly guard: { readonly policy: RefreshPolicy["massFailure"]; readonly explanation: string } | null;
  /** The connect session and link that this change completes: a link connects once, so a used one undoes the whole change.
   * Without a link, it was used by this very browser, which came back for more. */
  readonly completes: {
    readonly sessionId: string;
    readonly linkId: string | null;
    /** The person's word for a grant that waits sealed: applied only while it does, and what was sealed goes with it. */
    readonly isApproval?: true;
  } | null;
  readonly audit: readonly AuditRecord[];
}

export interface NewAccount {
  readonly id: string;
  readonly environmentId: string;
  readonly tenantId: string;
  readonly integrationName: string;
  readonly userReference: string | null;
  readonly scopesRequested: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, string>>;
  readonly clientId: string | null;
  readonly overrides: Overrides;
  /** Of the definition that the account is made on, as it was used. */
  readonly pin: HostPin;
}

export interface ClaimRequest {
  readonly environmentId: string;
  readonly accountId: string;
  readonly attemptId: string;
  readonly owner: string;
  readonly leaseSeconds: number;
  readonly reason: RefreshReason;
  /** Statuses in which the claim may be won. */
  readonly statuses: readonly AccountStatus[];
}

/** The accounts, on one database. Every read names its environment (invariant 10). */
export interface AccountStore {
  find(environmentId: string, id: string): Promise<Account | null>;
  /** Whether an active account of this integration is that external account's. */
  hasActive(environmentId: string, integrationName: string, externalAccountId: string): Promise<boolean>;
  /** Account and sealed token set of one moment. */
  findWithCredential(
    environmentId: string,
    id: string,
  ): Promise<{ readonly account: Account; readonly credential: SealedCredential | null } | null>;
  /**
   * A new account in `connecting`. Where its id is there already, made by an earlier run of the same request, that account as it
   * stands, and nothing is written.
   * @throws DomainError conflict when other hosts are pinned by now: the definition changed while it was used (invariant 12)
   */
  create(account: NewAccount, audit: readonly AuditRecord[]): Promise<Account>;
  /**
   * One statement: takes the lease by the database's clock, raises the fence, inserts the attempt, and marks an attempt that
   * was left open as in doubt. Null when somebody else holds the lease or the status is none of those named.
   */
  claim(request: ClaimRequest): Promise<RefreshClaim | null>;
  /** Takes a claim back whose outcome its caller never learnt: nothing was sent. Nothing happens when it was not won. */
  forgetClaim(request: Pick<ClaimRequest, "environmentId" | "accountId" | "attemptId">): Promise<void>;
  /**
   * Gives the lease back and removes the attempt: nothing was sent. What somebody else had left open before it is open again: its
   * question is as unanswered as it was, unless its answer came late and was written meanwhile.
   */
  abandon(claim: RefreshClaim): Promise<void>;
  /** @returns the account as it stands afterwards, or null when the fence has moved (or the link was used): nothing was written then */
  apply(change: AccountChange): Promise<Account | null>;
  /** Ends an attempt without touching the account, when its account went to somebody else. */
  finishAttempt(environmentId: string, result: AttemptResult): Promise<void>;
  /** Callers of another process waited for this attempt. */
  addWaiters(attempt: OpenAttempt, count: number): Promise<void>;
  /** How an attempt ended; null when it has not, or when it was given back unsent. */
  findAttempt(attempt: OpenAttempt): Promise<AttemptResult | null>;
}
