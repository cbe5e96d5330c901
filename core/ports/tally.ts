import type { TokenReadResult, WebhookAttemptResult } from "./metrics.ts";

/**
 * What happened in an environment, for the pages of its operators. Counted in memory and written down every few seconds: a process
 * that is killed loses what it had in hand. No method throws or waits.
 */
export interface Tally {
  /** @param waitedMs how long it waited for a refresh, its own or a shared one; null: not at all */
  tokenRead(environmentId: string, result: TokenReadResult, waitedMs: number | null): void;
  webhookAttempted(environmentId: string, result: WebhookAttemptResult, tookMs: number): void;
}
