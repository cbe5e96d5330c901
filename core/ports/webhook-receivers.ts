import type { SendResult } from "../domain/webhook/judge-answer.ts";

/** One event as a mail. */
export interface EventMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same for every attempt, so that a mail that came twice can be told. */
  readonly messageId: string;
}

/** Those who are told. Neither method throws: what came of it is the result. */
export interface WebhookReceivers {
  /** Ends within its deadline, whatever the receiver does; follows no redirect, and reads no more than the answer's beginning. */
  post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<SendResult>;
  mail(mail: EventMail): Promise<SendResult>;
}

/** Writes the signatures of a delivery (Standard Webhooks 1.0.0, "Signature scheme"). */
export type Sign = (id: string, at: Date, body: string) => string;
