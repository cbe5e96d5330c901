import type { ApiKeyDetail, ApiKeyView } from "#api/schemas/api-key";
import { formatDuration, formatRelative } from "../../../../_components/duration.ts";
import { countOf } from "../../../../_components/figures.ts";
import type { Look } from "../../../../_components/status.ts";
import { inWords } from "./permission-words.ts";

const day = 86_400_000;
/** A key that ends within this time is shown as such: its successor takes a deployment. */
const soonDays = 14;

/** How a key stands. */
export function lookOfKey(key: Pick<ApiKeyView, "state" | "expires_at">, now: number): Look {
  switch (key.state) {
    case "valid":
      return endsSoon(key, now)
        ? { tone: "warn", icon: "half", label: "Ends soon" }
        : { tone: "good", icon: "filled", label: "Works" };
    case "stopped":
      return { tone: "bad", icon: "pause", label: "Stopped" };
    case "expired":
      return { tone: "none", icon: "slash", label: "Ended" };
    case "revoked":
      return { tone: "none", icon: "slash", label: "Revoked" };
  }
}

/** What stands behind it; null when the word says it all. */
export function remarkOfKey(key: ApiKeyView, now: number): string | null {
  switch (key.state) {
    case "valid":
      return key.expires_at !== null && endsSoon(key, now) ? formatRelative(Date.parse(key.expires_at), now) : null;
    case "stopped":
      return key.stopped_by === "worker" ? "by an alarm" : null;
    case "expired":
      return key.expires_at === null ? null : formatRelative(Date.parse(key.expires_at), now);
    case "revoked":
      return key.revoked_at === null ? null : formatRelative(Date.parse(key.revoked_at), now);
  }
}

function endsSoon({ expires_at: at }: Pick<ApiKeyView, "expires_at">, now: number): boolean {
  return at !== null && Date.parse(at) - now < soonDays * day;
}

/** Why it is so, and whose move it is. */
export function explainKey(key: ApiKeyView, now: number): { why: string; next: string } {
  switch (key.state) {
    case "valid":
      return {
        why:
          key.last_used_at === null
            ? "Nothing has called with this key yet."
            : `Last used ${ago(key.last_used_at, now)}.`,
        next:
          key.expires_at === null
            ? "It does not end by itself."
            : endsSoon(key, now)
              ? `It ends in ${formatDuration((Date.parse(key.expires_at) - now) / 1000, 1)}: make a successor, give it to whatever uses this one, then revoke this one.`
              : `It ends in ${formatDuration((Date.parse(key.expires_at) - now) / 1000, 1)}.`,
      };
    case "stopped":
      return {
        why: `${key.stopped_by === "worker" ? "An alarm stopped it" : "Somebody stopped it"}${key.stopped_at === null ? "" : ` ${ago(key.stopped_at, now)}`}. Calls with it get 401.`,
        next: "An owner can start it again. If it leaked, make a successor and revoke this one.",
      };
    case "expired":
      return {
        why: `It ended${key.expires_at === null ? "" : ` ${ago(key.expires_at, now)}`}. Calls with it get 401.`,
        next: "What still uses it needs another key: make a successor.",
      };
    case "revoked":
      return {
        why: `It was revoked${key.revoked_at === null ? "" : ` ${ago(key.revoked_at, now)}`}. Calls with it get 401.`,
        next: "That is for good. It stays here so that the audit log has a name for it.",
      };
  }
}

/** How a key is limited, in a few words; null: it is not. */
export function wordLimits(key: Pick<ApiKeyView, "tenant_ids" | "integration_names" | "addresses">): string | null {
  const parts = [
    ...limit(key.tenant_ids, "customer"),
    ...limit(key.integration_names, "integration"),
    ...limit(key.addresses, "network"),
  ];
  return parts.length === 0 ? null : parts.join(", ");
}

function limit(names: readonly string[] | null, one: string): string[] {
  if (names === null) return [];
  return names.length === 1 ? [names[0] ?? ""] : [countOf(names.length, one)];
}

/** What stops when it is revoked, one by one. */
export function effectsOfRevoking(key: ApiKeyDetail, now: number): string[] {
  const { openings, most_tenants: tenants, networks, made_keys: made } = key.activity;
  const from = networks.map(({ network }) => network);
  return [
    "Every process refuses it within a second, and for good: it can't be started again.",
    openings > 0
      ? `It opened ${countOf(openings, "credential")} within 24 hours, of up to ${countOf(tenants, "customer")} in one of them. That stops.`
      : key.last_used_at === null
        ? "Nothing has called with it yet."
        : `It was used last ${ago(key.last_used_at, now)}, and opened no credential within 24 hours.`,
    ...(from.length > 0
      ? [`It was called from ${inWords(from.length > 3 ? [...from.slice(0, 3), `${from.length - 3} more`] : from)}.`]
      : []),
    ...(made.length > 0
      ? [
          `${countOf(made.length, "key")} made with it ${made.length === 1 ? "stays" : "stay"} in force: ${made.join(", ")}.`,
        ]
      : []),
  ];
}

/** Whether something may still depend on it: then its name is typed before it is revoked. */
export function isInUse(key: ApiKeyView, now: number): boolean {
  return key.state === "valid" && key.last_used_at !== null && now - Date.parse(key.last_used_at) < 7 * day;
}

function ago(at: string, now: number): string {
  return formatRelative(Date.parse(at), now, 1);
}
