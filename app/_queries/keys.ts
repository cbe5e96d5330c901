import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

/** Values by what they are: of accounts, other secrets, answers kept for repeated requests, tenants' own keys. */
export type SealedCounts = { tenant_key: number; credential: number; secret: number; answer: number };

/** One key of the key service, as this environment uses it. */
export type KeyView = {
  id: string;
  state: "current" | "opens" | "disabled";
  /** Whether the process that answered has it: what it seals opens nowhere otherwise. */
  configured: boolean;
  sealed: number;
  sealed_by_kind: SealedCounts;
  wraps: number;
  first_seen_at: string | null;
  changed_at: string | null;
  changed_by: string | null;
};

export type RewrapView = {
  id: string;
  state: "running" | "paused" | "done" | "stopped";
  phase: "rewrapping" | "verifying";
  to: string;
  from: string[];
  total: number;
  done: number;
  failed: number;
  /** Sealed under an old key while it ran. */
  anew: number;
  /** Values a second at most; null: as fast as it goes. */
  pace: number | null;
  rate: number | null;
  seconds_left: number | null;
  sample: number | null;
  sample_opened: number | null;
  /** At its end: keys that still seal something that belongs elsewhere, and how much. */
  remaining: Record<string, number> | null;
  last_error: string | null;
  started_by: string;
  started_at: string;
  updated_at: string;
  finished_at: string | null;
};

export type KeysView = {
  policy: "direct" | "tenant";
  /** The current one first. */
  keys: KeyView[];
  tenant_keys: { current: number; destroyed: number; sealed: number; wraps: number };
  /** Newest first. */
  runs: RewrapView[];
};

/** Of one drill: what of a sample opens with the real keys, and what without them. */
export type DrillView = {
  /** Everything opens with the real keys, and nothing without. */
  proven: boolean;
  sample: number;
  /** With the real keys: without these it would show nothing. */
  opened: number;
  /** With random keys of the same names. */
  opened_without_keys: number;
  /** In the name of each other environment. */
  opened_with_keys_of: Record<string, number>;
};

/** The keys of this environment, what each seals, and the runs that re-wrap. */
export async function readKeys(): Promise<Answer<KeysView>> {
  return callApi<KeysView>("/api/v1/keys");
}
