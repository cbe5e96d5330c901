import type { SealField } from "../sealing/envelope.ts";
import { callerKindOf, type CallerKind } from "./caller-kind.ts";

/** What a value is opened for. The audit record of each opening says it. */
export type OpenPurpose =
  | "refresh"
  | "token_read"
  | "proxy"
  | "unified"
  | "revoke"
  | "client_authentication"
  | "code_exchange"
  | "approval"
  | "client_change"
  | "probe"
  | "repeated_request"
  | "webhook_signature"
  | "webhook_address"
  | "rewrap_sample"
  | "drill";

interface KnownOpening {
  readonly fields: readonly SealField[] | "any";
  readonly by: readonly CallerKind[];
}

const callers = ["api_key", "admin"] as const;
const clientFields = ["client_secret", "client_key", "client_certificate", "token_set"] as const;

/**
 * Every path on which our code opens a sealed value: what for, which field, and in whose name. A purpose that is missing does not
 * compile, and an opening that is not here rings: a process was changed, or somebody writes in its name.
 */
export const knownOpenings: Readonly<Record<OpenPurpose, KnownOpening>> = {
  refresh: { fields: ["token_set"], by: [...callers, "worker"] },
  token_read: { fields: ["token_set"], by: callers },
  proxy: { fields: ["token_set"], by: callers },
  unified: { fields: ["token_set"], by: callers },
  revoke: { fields: ["token_set", "connect_grant"], by: [...callers, "worker", "connect"] },
  // An account's own client stands in its token set.
  client_authentication: { fields: clientFields, by: [...callers, "worker", "connect"] },
  code_exchange: { fields: ["pkce_verifier", "connect_answer"], by: [...callers, "connect", "worker"] },
  approval: { fields: ["connect_grant"], by: ["connect"] },
  client_change: { fields: clientFields, by: [...callers, "recovery", "command_line"] },
  probe: { fields: ["token_set"], by: [...callers, "worker"] },
  repeated_request: { fields: ["idempotent_answer"], by: callers },
  webhook_signature: { fields: ["webhook_secret"], by: ["worker"] },
  webhook_address: { fields: ["webhook_address"], by: ["worker"] },
  rewrap_sample: { fields: "any", by: ["worker", "command_line"] },
  drill: { fields: "any", by: [...callers, "command_line"] },
};

/** @param opening as its audit record has it, which may be anybody's */
export function isKnownOpening(opening: {
  readonly actor: string;
  readonly field: string | null;
  readonly purpose: string | null;
}): boolean {
  const { actor, field, purpose } = opening;
  if (purpose === null || field === null || !Object.hasOwn(knownOpenings, purpose)) return false;
  const known = knownOpenings[purpose as OpenPurpose];
  return (
    known.by.includes(callerKindOf(actor)) &&
    (known.fields === "any" || (known.fields as readonly string[]).includes(field))
  );
}

/** Samples show that values open, and let nothing out: they are no caller's use of credentials. */
export function isUse(purpose: string | null): boolean {
  return purpose !== "rewrap_sample" && purpose !== "drill";
}
