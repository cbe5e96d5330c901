import type { AuditRecord } from "../domain/audit/audit-record.ts";

export interface IdempotentRequest {
  /** Of environment, caller and key. */
  readonly digest: Uint8Array;
  /** The id that the record gets when it is new. */
  readonly id: string;
  readonly environmentId: string;
  /** Keyed digest of method, address and body. */
  readonly fingerprint: Uint8Array;
  /** How long nobody else runs the same request, seconds; extended while it runs. */
  readonly leaseSeconds: number;
}

/** One run of a request; a later one takes over when this one's process has died. */
export interface IdempotentRun {
  readonly id: string;
  readonly run: number;
  /** When the key was used first. */
  readonly since: Date;
}

export type Begun =
  | { readonly kind: "begun"; readonly run: IdempotentRun }
  | { readonly kind: "answered"; readonly id: string; readonly sealed: Uint8Array }
  | { readonly kind: "running" }
  | { readonly kind: "other_request" };

/** Small facts that the first run found and every later one must go by; never a secret. */
export type IdempotencyMemo = Readonly<Record<string, number>>;

/** What was answered to requests with an idempotency key. */
export interface IdempotencyStore {
  /** One of any number of callers begins. */
  begin(request: IdempotentRequest): Promise<Begun>;
  extend(run: IdempotentRun, leaseSeconds: number): Promise<void>;
  /** Keeps the memo of the first run that has one. @returns what is kept; null when another run took over */
  remember(run: IdempotentRun, memo: IdempotencyMemo): Promise<IdempotencyMemo | null>;
  /** @returns false when another run took over: this one's answer must not be told */
  finish(
    run: IdempotentRun,
    answer: { readonly kid: string; readonly sealed: Uint8Array },
    audit: AuditRecord,
  ): Promise<boolean>;
  /** The request may run again: the same one (`again`), or whichever (`free`). Nothing happens when another run took over. */
  release(run: IdempotentRun, conclusion: "again" | "free"): Promise<void>;
}
