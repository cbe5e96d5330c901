import type { AccountView } from "#api/schemas/account";
import type { MassFailureView } from "#api/schemas/mass-failure";
import type { HealthView } from "#api/schemas/stats";
import { countOf, formatCount, formatShare } from "../../_components/figures.ts";
import { conditionOf, type Condition } from "../../_components/status.ts";
import type { SentenceTone } from "../../_components/summary-sentence.tsx";

export type Totals = {
  accounts: { connecting: number; active: number; needs_reauth: number; disconnected: number };
  /** Accounts that are there to serve: all but those disconnected on purpose. */
  live: number;
  refreshes: number;
  /** 0 to 1 over all integrations, weighted by their refreshes; null when nothing was refreshed. */
  successRate: number | null;
  slowest: { integrationName: string; p95: number } | null;
};

export type Wellness = { tone: SentenceTone; lead: string; rest: string };

/**
 * What happens to active accounts right now. `held` wait for a decision, `resolving` were held and are decided about; both are
 * exact. `isPartial`: there are more accounts than the others were counted among.
 */
export type Trouble = {
  held: number;
  resolving: number;
  withoutToken: number;
  failing: number;
  /** That are not used, or not for every account. */
  integrations: number;
  /** Callers or integrations that are unlike their past, and go on. */
  anomalies: number;
  isPartial: boolean;
};

const acceptableRate = 0.95;

export function totalsOf(health: HealthView["integrations"]): Totals {
  const accounts = { connecting: 0, active: 0, needs_reauth: 0, disconnected: 0 };
  let refreshes = 0;
  let successes = 0;
  let slowest: Totals["slowest"] = null;
  for (const integration of health) {
    accounts.connecting += integration.accounts.connecting;
    accounts.active += integration.accounts.active;
    accounts.needs_reauth += integration.accounts.needs_reauth;
    accounts.disconnected += integration.accounts.disconnected;
    if (integration.success_rate !== null) {
      refreshes += integration.refreshes;
      successes += integration.refreshes * integration.success_rate;
    }
    const p95 = integration.latency_ms.p95;
    if (p95 !== null && (slowest === null || p95 > slowest.p95)) {
      slowest = { integrationName: integration.integration_name, p95 };
    }
  }
  return {
    accounts,
    live: accounts.connecting + accounts.active + accounts.needs_reauth,
    refreshes,
    successRate: refreshes === 0 ? null : successes / refreshes,
    slowest,
  };
}

export function troubleOf(
  accounts: AccountView[],
  massFailures: MassFailureView[],
  told: Pick<Trouble, "integrations" | "anomalies" | "isPartial">,
  now: number,
): Trouble {
  const conditions = accounts.map((account) => conditionOf(account, now));
  const count = (wanted: Condition) => conditions.filter((condition) => condition === wanted).length;
  const heldWhile = (state: MassFailureView["state"]) =>
    massFailures.filter((failure) => failure.state === state).reduce((sum, { held }) => sum + held, 0);
  return {
    held: heldWhile("declared"),
    resolving: heldWhile("resolving"),
    withoutToken: count("no_valid_token"),
    failing: count("refresh_failing"),
    ...told,
  };
}

/** The one sentence that answers "is all well?". The worst comes first. */
export function judge(totals: Totals, trouble: Trouble): Wellness {
  const { active, needs_reauth: reauth } = totals.accounts;
  const atLeast = trouble.isPartial ? "At least " : "";
  if (trouble.held > 0) {
    return {
      tone: "bad",
      lead: `${countOf(trouble.held, "account is", "accounts are")} held and ${trouble.held === 1 ? "waits" : "wait"} for your decision.`,
      rest: "Many accounts of the same client failed together. No customer of a held account was told.",
    };
  }
  if (trouble.withoutToken > 0) {
    return {
      tone: "bad",
      lead: `${atLeast}${countOf(trouble.withoutToken, "active account has", "active accounts have")} no valid token.`,
      rest: "Their refreshes keep failing and requests for them are refused. See below what the provider answered.",
    };
  }
  if (trouble.anomalies > 0) {
    return {
      tone: "bad",
      lead: `${countOf(trouble.anomalies, "alarm rings", "alarms ring")}.`,
      rest: "What happens here is unlike the past. Tokens are served as always; see below who it is, and what to press.",
    };
  }
  if (trouble.resolving > 0) {
    return {
      tone: "info",
      lead: `${countOf(trouble.resolving, "held account is", "held accounts are")} on the way.`,
      rest: "It was decided what becomes of them; a worker carries it out in the background.",
    };
  }
  if (trouble.integrations > 0) {
    return {
      tone: "warn",
      lead: `${countOf(trouble.integrations, "integration needs", "integrations need")} mending.`,
      rest: "Nothing is asked with a definition that may not be used; tokens that are valid are served. See below what is wrong.",
    };
  }
  if (reauth > 0) {
    const others = ["No other account is active.", "The other account is active."][active];
    return {
      tone: "warn",
      lead: `${countOf(reauth, "account needs its customer", "accounts need their customers")} to re-authorize.`,
      rest: others ?? `The other ${formatCount(active)} accounts are active.`,
    };
  }
  if (trouble.failing > 0) {
    return {
      tone: "warn",
      lead: `${atLeast}${countOf(trouble.failing, "refresh is", "refreshes are")} failing, and nobody notices yet.`,
      rest: "The tokens at hand are still valid, and Evergrant keeps trying.",
    };
  }
  return judgeRefreshes(totals, active);
}

function judgeRefreshes(totals: Totals, active: number): Wellness {
  const accounts = countOf(active, "account is", "accounts are");
  if (totals.successRate === null) {
    return active === 0
      ? {
          tone: "info",
          lead: "Nothing is connected yet.",
          rest: "Accounts appear here as your customers connect them.",
        }
      : {
          tone: "good",
          lead: "All well:",
          rest: `${accounts} active. Nothing was due for a refresh in the last 24 hours.`,
        };
  }
  if (totals.successRate < acceptableRate) {
    return {
      tone: "warn",
      lead: `Only ${formatShare(totals.successRate)} of refreshes succeeded in the last 24 hours.`,
      rest: `No customer has to act: ${accounts} active. See below which integration fails, and how.`,
    };
  }
  return {
    tone: "good",
    lead: "All well:",
    rest: `${accounts} active, and ${formatShare(totals.successRate)} of ${formatCount(totals.refreshes)} refreshes in the last 24 hours succeeded.`,
  };
}
