import { scrubBeginning, scrubSecrets } from "../text/scrub-secrets.ts";
import type { SendResult } from "./judge-answer.ts";

/**
 * What came of a delivery, as it may be kept: receivers that answer with what they were sent, or with their own configuration, repeat
 * signing secrets and the link that an event carries (invariant 7).
 */
export function scrubSent(sent: SendResult, secrets: readonly string[]): SendResult {
  if (secrets.length === 0) return sent;
  return {
    ...sent,
    error: sent.error === null ? null : scrubSecrets(sent.error, secrets),
    response: sent.response === null ? null : scrubBeginning(sent.response, secrets),
  };
}

/** A signing secret in the ways in which its receiver may hold it: `whsec_` and base64, the base64 alone, and the bytes. */
export function waysToWrite(secret: string): string[] {
  const encoded = secret.replace(/^whsec_/, "");
  return [secret, encoded, Buffer.from(encoded, "base64").toString("hex")];
}
