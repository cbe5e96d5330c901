import { prepareScrub } from "../text/scrub-secrets.ts";
import type { SendResult } from "./judge-answer.ts";

/** Takes secrets out of what came of a delivery, so that it may be kept. */
export type ScrubSent = (sent: SendResult) => SendResult;

/**
 * Receivers that answer with what they were sent, or with their own configuration, repeat signing secrets, the address of a chat and
 * the link that an event carries (invariant 7). Made once for many deliveries: most answers say nothing, and cost nothing.
 */
export function scrubSentOf(secrets: readonly string[]): ScrubSent {
  const scrub = prepareScrub(secrets);
  return (sent) => {
    if (secrets.length === 0 || (!sent.error && !sent.response)) return sent;
    return {
      ...sent,
      error: sent.error === null ? null : scrub.whole(sent.error),
      response: sent.response === null ? null : scrub.beginning(sent.response),
    };
  };
}

/** A signing secret in the ways in which its receiver may hold it: `whsec_` and base64, the base64 alone, and the bytes. */
export function waysToWrite(secret: string): string[] {
  const encoded = secret.replace(/^whsec_/, "");
  return [secret, encoded, Buffer.from(encoded, "base64").toString("hex")];
}

/** Shorter parts of an address are words. */
const leastPart = 8;

/** What is secret in the address of a chat: the parts of its path and its query. */
export function secretParts(url: string): string[] {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`.split(/[/?&=]/).filter(({ length }) => length >= leastPart);
}
