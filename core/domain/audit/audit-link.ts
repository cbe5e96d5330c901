import { hash } from "node:crypto";
import { entryText, type AuditEntry } from "./audit-entry.ts";

/** A record's place in the chain of its environment. Hashes are 64 lower-case hexadecimal digits. */
export interface AuditLink {
  readonly environmentId: string;
  /** From 1, without a gap. */
  readonly seq: number;
  readonly auditId: string;
  readonly auditAt: Date;
  /** Of the record as it was when it was sealed. */
  readonly rowHash: string;
  /** Over all of this and the hash of the link before. */
  readonly hash: string;
  readonly sealedAt: Date;
}

/** What stands before the first link. */
export const noHash = "0".repeat(64);

/** SHA-256 of a tag, a zero byte and the record's canonical text (RFC 8785). The tag keeps it from being the hash of anything else. */
export function rowHashOf(entry: AuditEntry): string {
  return hash("sha256", `evergrant-audit-record/1\0${entryText(entry)}`, "hex");
}

/** SHA-256 of a canonical JSON array of texts and the number: no two different links have the same text. */
export function linkHashOf(link: Omit<AuditLink, "hash">, previous: string): string {
  return hash(
    "sha256",
    JSON.stringify([
      "evergrant-audit-link/1",
      link.environmentId,
      link.seq,
      link.auditId,
      link.auditAt.toISOString(),
      link.sealedAt.toISOString(),
      previous,
      link.rowHash,
    ]),
    "hex",
  );
}
