import type { CatalogueEntry, IntegrationHealth } from "../../../_queries/catalogue.ts";
import { countOf, formatShare } from "../../../_components/figures.ts";
import type { Tone } from "../../../_components/status.ts";

/** Something that an operator should look at, in a few words. */
export type Concern = { tone: Extract<Tone, "bad" | "hold" | "warn">; words: string };

/** Below this share of refreshes something is wrong with more than single accounts. */
const acceptableRate = 0.95;
/** Fewer say nothing. */
const tellingRefreshes = 20;
/** Of live accounts: some customers always leave. */
const acceptableLoss = 0.05;

type Concerned = Pick<CatalogueEntry, "problem" | "health" | "massFailure" | "breakers">;

const weight = { bad: 3, hold: 2, warn: 1 } as const;

/** What is wrong with an integration, the worst first. */
export function concernsOf(entry: Concerned): Concern[] {
  return listConcerns(entry).toSorted((one, other) => weight[other.tone] - weight[one.tone]);
}

function listConcerns({ problem, health, massFailure, breakers }: Concerned): Concern[] {
  const concerns: Concern[] = [];
  if (problem !== null) concerns.push({ tone: "bad", words: "Definition needs mending" });
  const held = heldOf(massFailure) ?? 0;
  if (held > 0) concerns.push({ tone: "hold", words: `${countOf(held, "account")} held` });
  const open = new Set(breakers === "unread" ? [] : breakers.map(({ cause }) => cause));
  // Nothing is tried behind an open breaker, so that no share of refreshes tells of it.
  if (open.has("provider")) concerns.push({ tone: "warn", words: "Provider unwell: nothing is refreshed" });
  if (open.has("rate_limit")) concerns.push({ tone: "warn", words: "Provider asks to slow down" });
  const isRejected = open.has("client");
  if (isRejected) concerns.push({ tone: "bad", words: "OAuth client rejected" });
  if (health === null || health === "unread") return concerns;
  if (!isRejected && (health.failures["client_misconfigured"] ?? 0) > 0) {
    concerns.push({ tone: "bad", words: "OAuth client rejected" });
  }
  if (health.success_rate !== null && health.refreshes >= tellingRefreshes && health.success_rate < acceptableRate) {
    concerns.push({ tone: "warn", words: `${formatShare(health.success_rate)} of refreshes succeed` });
  }
  const { needs_reauth: lost } = health.accounts;
  if (lost > 0 && lost > live(health.accounts) * acceptableLoss) {
    concerns.push({ tone: "warn", words: `${countOf(lost, "account needs", "accounts need")} re-authorization` });
  }
  return concerns;
}

/** Accounts that are there to serve; null: nobody can tell. */
export function liveOf(health: CatalogueEntry["health"]): number | null {
  if (health === "unread") return null;
  return health === null ? 0 : live(health.accounts);
}

function live({ connecting, active, needs_reauth: left }: IntegrationHealth["accounts"]): number {
  return connecting + active + left;
}

/** Accounts that wait for a decision; null: nobody can tell. */
export function heldOf(massFailure: CatalogueEntry["massFailure"]): number | null {
  if (massFailure === "unread") return null;
  return massFailure?.state === "declared" ? massFailure.held : 0;
}

/** By how bad the worst is. */
export function urgencyOf(entry: Concerned): number {
  return Math.max(0, ...concernsOf(entry).map(({ tone }) => weight[tone]));
}

/** Whether nobody can tell how it does, or not in every respect. */
export function isUnread({ health, massFailure, breakers }: Concerned): boolean {
  return health === "unread" || massFailure === "unread" || breakers === "unread";
}
