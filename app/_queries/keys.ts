import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

/** Values by where they stand: of accounts, other secrets, answers kept for repeated requests, tenants' own keys. */
export type SealedCounts = { credentials: number; secrets: number; answers: number; tenant_keys: number };

/** One key of the key service, as this environment uses it. */
export type KeyView = {
  id: string;
  /** `missing`: it seals something, and the key service does not have it. */
  state: "current" | "opens" | "disabled" | "missing";
  sealed: SealedCounts;
  wraps: number;
  first_seen_at: string | null;
  changed_at: string | null;
  changed_by: string | null;
};

export type RewrapView = {
  id: string;
  state: "running" | "paused" | "done" | "stopped";
  phase: "rewrapping" | "verifying";
  pass: number;
  to: string;
  from: string[];
  /** Values a second at most; null: as fast as it goes. */
  pace: number | null;
  total: number;
  done: number;
  failed: number;
  /** Sealed under an old key while it ran. */
  anew: number;
  rate: number | null;
  seconds_left: number | null;
  sample: { size: number; opened: number } | null;
  /** At its end: keys that still seal something that belongs elsewhere. */
  remaining: { id: string; sealed: number }[] | null;
  last_error: string | null;
  started_by: string;
  started_at: string;
  finished_at: string | null;
};

export type KeysView = {
  policy: "direct" | "tenant";
  /** Wraps under one key after which operators are told, and that should not be passed. */
  wraps_alarm: number;
  wraps_bound: number;
  keys: KeyView[];
  tenant_keys: { current: number; destroyed: number; sealed: number; wraps: number };
  /** The latest run; null: there was none. */
  rewrap: RewrapView | null;
};

/** Of one drill: what of a sample opens with the real keys, and what without them. */
export type DrillView = {
  sample: number;
  /** With the real keys: without these it would show nothing. */
  opened: number;
  /** With random keys of the same names. */
  opened_by_stranger: number;
  /** With the keys of each other environment, by its name. */
  opened_by_others: Record<string, number>;
  /** Everything opens with the real keys, and nothing without. */
  proven: boolean;
};

/** The keys of this environment, what each seals, and the run that re-wraps. */
export async function readKeys(): Promise<Answer<KeysView>> {
  return callApi<KeysView>("/api/v1/keys");
}
