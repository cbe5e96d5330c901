import { Webhook } from "standardwebhooks";
import type { RecordStore } from "./open-record-store.ts";

/** How the receiver answers: as it should, or as receivers do that are broken, gone, busy, or hang. */
export const receiverAnswers = ["accept", "fail", "gone", "busy", "hang"] as const;
export type ReceiverAnswer = (typeof receiverAnswers)[number];

export type Verdict =
  /** Signed with one of the secrets that it knows. */
  | { kind: "verified" }
  /** The reference library refuses it. */
  | { kind: "refused"; reason: string }
  /** It carries no signature, as messages for chats. */
  | { kind: "unsigned" }
  /** No secret was entered yet. */
  | { kind: "unknown" };

export type ReceivedWebhook = {
  /** ISO 8601. */
  at: string;
  headers: [name: string, value: string][];
  body: string;
  verdict: Verdict;
  /** What it was answered. */
  answer: ReceiverAnswer;
  /** How many with this `webhook-id` had come before it. */
  repetition: number;
};

export type ReceiverSettings = {
  /** `whsec_…`; while one is replaced there are two. */
  secrets: string[];
  answer: ReceiverAnswer;
};

/** A receiver of webhooks to look at: it keeps what came last, verified with the reference library. */
export type Receiver = {
  take(request: { headers: [string, string][]; body: string }, now: Date): ReceivedWebhook;
  /** Newest first. */
  received(): ReceivedWebhook[];
  clear(): void;
  settings(): ReceiverSettings;
  /** Throws when a secret is none. */
  change(patch: Partial<ReceiverSettings>): ReceiverSettings;
};

export const mostReceived = 100;
/** Ids are remembered for longer than what came with them, so that repetitions can be told. */
const mostIds = 10_000;
const nothing: ReceiverSettings = { secrets: [], answer: "accept" };

export function createReceiver(store: RecordStore): Receiver {
  let settings: ReceiverSettings = {
    ...nothing,
    ...(store.get("LabReceiver", "settings") as Partial<ReceiverSettings> | undefined),
  };
  let received: ReceivedWebhook[] = [];
  const seen = new Map<string, number>();

  function countOf(id: string | undefined): number {
    if (id === undefined) return 0;
    const before = seen.get(id) ?? 0;
    seen.delete(id);
    seen.set(id, before + 1);
    const [oldest] = seen.keys();
    if (seen.size > mostIds && oldest !== undefined) seen.delete(oldest);
    return before;
  }

  return {
    take({ headers, body }, now) {
      const named = Object.fromEntries(headers);
      const one: ReceivedWebhook = {
        at: now.toISOString(),
        headers,
        body,
        verdict: verify(settings.secrets, named, body),
        answer: settings.answer,
        repetition: countOf(named["webhook-id"]),
      };
      received = [one, ...received].slice(0, mostReceived);
      return one;
    },
    received: () => [...received],
    clear() {
      received = [];
      seen.clear();
    },
    settings: () => ({ ...settings, secrets: [...settings.secrets] }),
    change(patch) {
      const next = { ...settings, ...patch };
      for (const secret of next.secrets) assertSecret(secret);
      settings = { ...next, secrets: [...new Set(next.secrets)] };
      store.put("LabReceiver", "settings", settings, null);
      return settings;
    },
  };
}

function assertSecret(secret: string): void {
  if (!/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(secret)) throw new Error("expected a secret such as whsec_…");
  // Takes it, or throws.
  void new Webhook(secret);
}

function verify(secrets: readonly string[], headers: Record<string, string>, body: string): Verdict {
  if (headers["webhook-signature"] === undefined) return { kind: "unsigned" };
  if (secrets.length === 0) return { kind: "unknown" };
  let reason = "";
  for (const secret of secrets) {
    try {
      new Webhook(secret).verify(body, headers);
      return { kind: "verified" };
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  return { kind: "refused", reason };
}
