import type { AnchorStatement, AuditAnchor } from "../domain/audit/audit-anchor.ts";
import type { AuditEntry } from "../domain/audit/audit-entry.ts";
import type { ChainFault, LinkedEntry } from "../domain/audit/check-chain.ts";
import type { ProofState } from "../domain/audit/record-proof.ts";
import type { Refusal } from "../domain/audit/seal-entries.ts";

/** Where a chain stands. */
export interface ChainHead {
  readonly environmentId: string;
  /** 0: nothing is sealed. */
  readonly seq: number;
  readonly hash: string;
  readonly sealedAt: Date | null;
  /** When a sealer last looked for records without a link; null: never. */
  readonly lookedAt: Date | null;
  readonly unprovenUntil: Date | null;
  readonly latestCheck: ChainCheckResult | null;
}

export interface ChainCheckResult {
  readonly at: Date;
  /** The first and the last link that were looked at. */
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly fault: ChainFault | null;
}

/** A record without a link. */
export interface UnlinkedEntry {
  readonly entry: AuditEntry;
  readonly proof: ProofState;
}

/** What is needed to check one chain, from the database or from a file. */
export interface ChainSource {
  readonly environmentId: string;
  head(): Promise<ChainHead | null>;
  /** All of them, in order of seq. */
  anchors(): Promise<readonly AuditAnchor[]>;
  /**
   * Links in order of seq with their records, some at a time.
   * @param afterSeq those beyond it
   */
  links(afterSeq: number, toSeq: number): AsyncIterable<readonly LinkedEntry[]>;
  /** Records without a link in the order of their time, some at a time. @param from null: from the first on @param to null: to the last */
  unlinked(from: Date | null, to: Date | null): AsyncIterable<readonly UnlinkedEntry[]>;
  /** The link with this number; null: there is none. */
  hashOf(seq: number): Promise<string | null>;
}

export type SealResult =
  /** Another process seals this environment now. */
  | { readonly kind: "busy" }
  | {
      readonly kind: "sealed";
      readonly links: number;
      readonly refused: readonly { readonly id: string; readonly at: Date; readonly why: Refusal }[];
      /** There may be more to seal at once. */
      readonly hasMore: boolean;
    };

export interface AuditChains {
  /** Every environment that has a record or a chain. */
  environments(): Promise<readonly string[]>;
  /**
   * Gives the oldest records that have no link one, in one transaction. Any number of processes may: there is one chain.
   * @param window looks there in place of behind what is known to be complete, for what came late
   */
  seal(environmentId: string, window?: { readonly from: Date; readonly to: Date }): Promise<SealResult>;
  head(environmentId: string): Promise<ChainHead | null>;
  source(environmentId: string): ChainSource;
  /** The one that knows most of the chain. */
  latestAnchor(environmentId: string): Promise<AuditAnchor | null>;
  addAnchor(anchor: AuditAnchor): Promise<void>;
  /** How long the oldest record that a sealer must still look at has waited, seconds; 0: none waits. */
  lagSeconds(): Promise<number>;
  noteCheck(environmentId: string, result: ChainCheckResult): Promise<void>;
  /** Whether there are partitions whose records and links are all older. */
  hasBefore(cutoff: Date): Promise<boolean>;
  /** The last link that was sealed before; null: there is none. */
  lastSealedBefore(
    environmentId: string,
    cutoff: Date,
  ): Promise<{ readonly seq: number; readonly hash: string } | null>;
  /** Whether every record from before has a link, or was refused one. */
  isCompleteUntil(environmentId: string, instant: Date): Promise<boolean>;
  /** Drops partitions of records and links that are older. @returns their names */
  dropBefore(cutoff: Date): Promise<readonly string[]>;
}

/** Signs with the key of this installation, and knows the public keys that are believed. */
export interface AnchorSigning {
  readonly keyId: string;
  /** 32 bytes in base64url. */
  readonly publicKey: string;
  sign(statement: AnchorStatement): AuditAnchor;
  /** By the present key, and by the earlier ones that the configuration names. */
  check(anchor: AuditAnchor): "good" | "forged" | "unknown_key";
}
