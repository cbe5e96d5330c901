import type { MassFailureView } from "#api/schemas/mass-failure";
import type { IntegrationOverview, OverviewView } from "#api/schemas/overview";
import { formatDuration } from "../../_components/duration.ts";
import { countOf, formatCount, formatShare, mostCounted } from "../../_components/figures.ts";
import { formatShortInstant } from "../../_components/instant.ts";
import { massFailureAnchor } from "../../_components/mass-failure-words.ts";
import type { SentenceTone } from "../../_components/summary-sentence.tsx";

export type Wellness = {
  tone: SentenceTone;
  lead: string;
  rest: string;
  /** What to press; absent: nothing has to be. */
  action?: { href: string; label: string };
};

/** What the sentence is made of, beside the figures of the overview. */
export type Told = {
  labels: ReadonlyMap<string, string>;
  massFailures: readonly MassFailureView[];
  /** Integrations that are not used, or not for every account; null: it could not be read. */
  toMend: number | null;
  /** Callers or integrations that are unlike their past, and go on; null: it could not be read. */
  anomalies: number | null;
  /** `the last 24 hours` */
  window: string;
};

const acceptableRate = 0.95;
/** A worker looks for alarms each minute; what waits longer waits for one. */
const lateSeconds = 300;

type Judge = (overview: OverviewView, told: Told) => Wellness | null;

/** The one sentence that answers "is all well?", with its one action. The worst comes first. */
export function judge(overview: OverviewView, told: Told): Wellness {
  for (const look of inOrder) {
    const found = look(overview, told);
    if (found !== null) return found;
  }
  return allWell(overview, told);
}

const held: Judge = (_overview, { massFailures }) => {
  const declared = massFailures.filter(({ state }) => state === "declared");
  const accounts = declared.reduce((sum, one) => sum + one.held, 0);
  const [first] = declared.toSorted((one, other) => other.held - one.held);
  if (first === undefined) return null;
  if (accounts === 0) {
    return {
      tone: "warn",
      lead: "A mass failure waits for your decision.",
      rest: "No account is held any more, and whatever fails in the same way is held until you decide.",
      action: { href: `#${massFailureAnchor(first.integration_name)}`, label: "Decide" },
    };
  }
  return {
    tone: "bad",
    lead: `${countOf(accounts, "account is", "accounts are")} held and ${accounts === 1 ? "waits" : "wait"} for your decision.`,
    rest: "Many accounts of the same client failed together. No customer of a held account was told.",
    action: { href: `#${massFailureAnchor(first.integration_name)}`, label: "Decide" },
  };
};

const clientRejected: Judge = ({ integrations, at }, told) => {
  const found = longestOpen(integrations, "client");
  if (found === null) return null;
  const { label, since, accounts, name } = wordsOf(found, told, at);
  return {
    tone: "bad",
    lead: `${label} rejects your OAuth client since ${since}.`,
    rest: `${accounts} affected, none of their customers told. Tokens that are valid are served; no new one comes until the client is mended.`,
    action: { href: clientHref(name), label: "Look at the client" },
  };
};

const withoutToken: Judge = ({ attention }) => {
  const { without_token: accounts } = attention;
  if (accounts === 0) return null;
  return {
    tone: "bad",
    lead: `${counted(accounts, "active account has", "active accounts have")} no valid token.`,
    rest: "Their refreshes fail, or wait until their provider may be asked again. Requests for them are refused.",
    action: { href: "#attention", label: "See which" },
  };
};

/** Before what comes of it, if it can be what that comes of. */
const lateAndWithout: Judge = (overview, told) =>
  overview.backlog.overdue >= overview.attention.without_token ? late(overview, told) : null;

const late: Judge = ({ backlog }) => {
  if (backlog.overdue === 0 || backlog.oldest_seconds < lateSeconds) return null;
  return {
    tone: "bad",
    lead: `${counted(backlog.overdue, "refresh is", "refreshes are")} late by up to ${formatDuration(backlog.oldest_seconds, 1)}.`,
    rest: "No worker runs, or none keeps up. Tokens end while this lasts: start one, or another one, and look at its log.",
    action: { href: "#standing", label: "See what waits" },
  };
};

const anomaly: Judge = (_overview, { anomalies }) =>
  anomalies === null || anomalies === 0
    ? null
    : {
        tone: "bad",
        lead: `${countOf(anomalies, "alarm rings", "alarms ring")}.`,
        rest: "What happens here is unlike the past. Tokens are served as always; see who it is, and what to press.",
        action: { href: "#anomalies", label: "See who" },
      };

const resolving: Judge = (_overview, { massFailures }) => {
  const accounts = massFailures.filter(({ state }) => state === "resolving").reduce((sum, one) => sum + one.held, 0);
  return accounts === 0
    ? null
    : {
        tone: "info",
        lead: `${countOf(accounts, "held account is", "held accounts are")} on the way.`,
        rest: "It was decided what becomes of them; a worker carries it out in the background.",
      };
};

const toMend: Judge = (_overview, told) =>
  told.toMend === null || told.toMend === 0
    ? null
    : {
        tone: "warn",
        lead: `${countOf(told.toMend, "integration needs", "integrations need")} mending.`,
        rest: "Nothing is asked with a definition that may not be used; tokens that are valid are served.",
        action: { href: "#integration-problems", label: "See what is wrong" },
      };

const providerDown: Judge = ({ integrations, at }, told) => {
  const found = longestOpen(integrations, "provider") ?? longestOpen(integrations, "rate_limit");
  if (found === null) return null;
  const { label, since, accounts, name } = wordsOf(found, told, at);
  const verb = found.breaker.cause === "rate_limit" ? "asks to slow down" : "does not answer as it should";
  return {
    tone: "warn",
    lead: `${label} ${verb} since ${since}.`,
    rest: `${accounts} ${found.breaker.accounts === 1 ? "waits" : "wait"}; tokens that are valid are served. One of them asks now and then, and all come back when it answers. Nothing for you to do.`,
    action: { href: `/accounts?integration_name=${encodeURIComponent(name)}`, label: "See the accounts" },
  };
};

const reauth: Judge = ({ accounts: { needs_reauth: left, active } }) => {
  if (left === 0) return null;
  const others = ["No other account is active.", "The other account is active."][active];
  return {
    tone: "warn",
    lead: `${countOf(left, "account needs its customer", "accounts need their customers")} to re-authorize.`,
    rest: others ?? `The other ${formatCount(active)} accounts are active.`,
    action: { href: "/accounts?status=needs_reauth", label: left === 1 ? "See which" : "See all" },
  };
};

const failing: Judge = ({ attention }) =>
  attention.failing === 0
    ? null
    : {
        tone: "warn",
        lead: `${counted(attention.failing, "refresh is", "refreshes are")} failing, and nobody notices yet.`,
        rest: "The tokens at hand are still valid, and Evergrant keeps trying.",
        action: { href: "#attention", label: "See which" },
      };

const webhooksGivenUp: Judge = ({ webhooks }) =>
  webhooks.given_up === 0
    ? null
    : {
        tone: "warn",
        lead: `Evergrant turned off ${countOf(webhooks.given_up, "webhook endpoint", "webhook endpoints")}.`,
        rest: "Nothing is sent there: it failed for days, or said that it is gone. Accounts and tokens are well.",
        action: { href: "/webhooks", label: "See the endpoints" },
      };

const deliveriesLate: Judge = ({ webhooks }) =>
  webhooks.due === 0 || webhooks.oldest_seconds < lateSeconds
    ? null
    : {
        tone: "warn",
        lead: `${counted(webhooks.due, "webhook delivery waits", "webhook deliveries wait")} for up to ${formatDuration(webhooks.oldest_seconds, 1)}.`,
        rest: "They could be sent now: no worker runs, none keeps up, or their endpoint takes no more. Accounts and tokens are well.",
        action: { href: "#standing", label: "See what waits" },
      };

const webhooksFailing: Judge = ({ webhooks }) =>
  webhooks.failing === 0
    ? null
    : {
        tone: "warn",
        lead: `${countOf(webhooks.failing, "webhook endpoint does", "webhook endpoints do")} not take what is sent.`,
        rest: "Deliveries are tried again over days. Accounts and tokens are well.",
        action: { href: "/webhooks", label: "See the endpoints" },
      };

const refreshesFail: Judge = ({ refreshes, accounts }, { window }) =>
  refreshes.success_rate === null || refreshes.success_rate >= acceptableRate
    ? null
    : {
        tone: "warn",
        lead: `Only ${formatShare(refreshes.success_rate)} of refreshes succeeded in ${window}.`,
        rest: `No customer has to act: ${countOf(accounts.active, "account is", "accounts are")} active.`,
        action: { href: "#failures", label: "See why" },
      };

/** Behind whatever is known to be wrong, and before "all well", which nobody can say then. */
const unread: Judge = (_overview, { anomalies, toMend: mend }) => {
  const what = [anomalies === null && "an alarm rings", mend === null && "an integration needs mending"];
  const unknown = what.filter((one) => one !== false);
  return unknown.length === 0
    ? null
    : {
        tone: "warn",
        lead: `Whether ${unknown.join(" or ")} could not be read.`,
        rest: "Nothing else is wrong. Read the page again; if it stays so, the log of the API says why.",
      };
};

const inOrder: readonly Judge[] = [
  held,
  clientRejected,
  lateAndWithout,
  withoutToken,
  late,
  anomaly,
  resolving,
  toMend,
  providerDown,
  reauth,
  failing,
  webhooksGivenUp,
  webhooksFailing,
  deliveriesLate,
  refreshesFail,
  unread,
];

function allWell({ accounts, refreshes, token_reads: reads }: OverviewView, { window }: Told): Wellness {
  if (accounts.active === 0 && accounts.connecting > 0) {
    return {
      tone: "info",
      lead: `${countOf(accounts.connecting, "account is", "accounts are")} being connected.`,
      rest: "They are active once their customers come back from the provider.",
    };
  }
  if (accounts.active === 0 && accounts.disconnected > 0) {
    return {
      tone: "info",
      lead: "No account is active.",
      rest: `${countOf(accounts.disconnected, "account was", "accounts were")} disconnected. Accounts appear here as your customers connect them.`,
    };
  }
  if (accounts.active === 0) {
    const rest = "Accounts appear here as your customers connect them.";
    return { tone: "info", lead: "Nothing is connected yet.", rest };
  }
  const active = countOf(accounts.active, "account is", "accounts are");
  const how =
    reads.served_share !== null
      ? `, and ${formatShare(reads.served_share)} of token requests got a valid token in ${window}.`
      : refreshes.success_rate !== null
        ? `, and ${formatShare(refreshes.success_rate)} of ${formatCount(refreshes.count)} refreshes in ${window} succeeded.`
        : `. Nothing was due for a refresh in ${window}.`;
  return { tone: "good", lead: "All well:", rest: `${active} active${how}` };
}

type Breaker = IntegrationOverview["breakers"][number];
type OpenOne = { integration: IntegrationOverview; breaker: Breaker };

function longestOpen(integrations: readonly IntegrationOverview[], cause: Breaker["cause"]): OpenOne | null {
  const open = integrations.flatMap((integration) =>
    integration.breakers.filter((one) => one.cause === cause).map((breaker) => ({ integration, breaker })),
  );
  return open.toSorted((one, other) => other.breaker.accounts - one.breaker.accounts)[0] ?? null;
}

function wordsOf({ integration, breaker }: OpenOne, { labels }: Told, at: string) {
  const name = integration.integration_name;
  return {
    name,
    label: labels.get(name) ?? name,
    since: sinceWords(breaker.opened_at, at),
    accounts: counted(breaker.accounts, "account", "accounts"),
  };
}

/** `10:42 UTC`, with the day where it is another one. */
export function sinceWords(since: string, now: string): string {
  const words = since.slice(0, 10) === now.slice(0, 10) ? since.slice(11, 16) : formatShortInstant(since).slice(0, -3);
  return `${words} UTC`;
}

function clientHref(name: string): string {
  return `/integrations/${encodeURIComponent(name)}#client`;
}

function counted(value: number, one: string, many: string): string {
  return value >= mostCounted ? `More than ${formatCount(mostCounted)} ${many}` : countOf(value, one, many);
}
