import { createHmac, timingSafeEqual, type KeyObject } from "node:crypto";
import { provenText, type AuditEntry } from "./audit-entry.ts";
import type { AuditAction, AuditRecord } from "./audit-record.ts";

/** `missing`: written before there were proofs, or by somebody else. `unknown`: nobody looked, or there is no key to look with. */
export type ProofState = "good" | "bad" | "missing" | "unknown";

const macBytes = 16;
const minuteBytes = 4;
/** How far the clocks of the process and of the database may be apart, minutes. A copy of a record that is moved further is none. */
const proofMinutes = 15;

/**
 * In hexadecimal digits, which cost a reader of tokens less than bytes:
 * 4 bytes of the minute, 16 of HMAC-SHA-256: 128 bits can't be guessed, and each record of the log carries them.
 *
 * The database gives the instant when it writes, so the proof has the minute of the process beside it: without it the same record
 * could be put in once more at any other time.
 */
export function proveRecord(key: KeyObject, id: string, record: AuditRecord, now: Date): string {
  const minute = Math.floor(now.getTime() / 60_000);
  return minute.toString(16).padStart(2 * minuteBytes, "0") + mac(key, id, record, minute);
}

export function checkProof(key: KeyObject | null, entry: AuditEntry, proof: Uint8Array | null): ProofState {
  if (proof === null) return "missing";
  if (key === null) return "unknown";
  if (proof.length !== minuteBytes + macBytes) return "bad";
  const given = Buffer.from(proof.buffer, proof.byteOffset, proof.length);
  const minute = given.readUInt32BE(0);
  if (Math.abs(entry.at.getTime() / 60_000 - minute) > proofMinutes) return "bad";
  const record: AuditRecord = {
    environmentId: entry.environmentId,
    actor: entry.actor,
    action: entry.action as AuditAction,
    target: entry.target,
    ...(entry.accountId === null ? {} : { accountId: entry.accountId }),
    ...(entry.keyId === null ? {} : { keyId: entry.keyId }),
    detail: entry.detail as NonNullable<AuditRecord["detail"]>,
  };
  const expected = Buffer.from(mac(key, entry.id, record, minute), "hex");
  return timingSafeEqual(expected, given.subarray(minuteBytes)) ? "good" : "bad";
}

function mac(key: KeyObject, id: string, record: AuditRecord, minute: number): string {
  const text = provenText(id, record, minute);
  return createHmac("sha256", key)
    .update(text, "utf8")
    .digest("hex")
    .slice(0, 2 * macBytes);
}
