import { describe, expect, test } from "vitest";
import type { MassFailureView } from "#api/schemas/mass-failure";
import type { IntegrationOverview, OverviewView } from "#api/schemas/overview";
import { judge, sinceWords, type Told } from "./wellness.ts";

const at = "2026-12-04T12:00:00.000Z";
const none = { p50: null, p95: null };

const overview = (parts: Partial<OverviewView> = {}): OverviewView => ({
  at,
  since: "2026-12-03T12:00:00.000Z",
  is_counted: true,
  accounts: { connecting: 0, active: 12_408, needs_reauth: 0, disconnected: 0, held: 0 },
  needs_reauth: { share: 0, share_before: 0 },
  refreshes: { count: 50_000, success_rate: 0.9998, count_before: 50_000, success_rate_before: 0.9998 },
  token_reads: {
    count: 0,
    served: 0,
    served_share: null,
    served_share_before: null,
    problems: {},
    waited: 0,
    wait_p95_ms: null,
    wait_p95_before_ms: null,
  },
  backlog: { overdue: 0, oldest_seconds: 0, behind_breakers: 0 },
  attention: { without_token: 0, failing: 0, accounts: [] },
  webhooks: {
    working: 1,
    failing: 0,
    disabled: 0,
    given_up: 0,
    due: 0,
    retrying: 0,
    oldest_seconds: 0,
    attempts: 0,
    delivered: 0,
    latency_ms: none,
  },
  integrations: [],
  ...parts,
});

const told = (parts: Partial<Told> = {}): Told => ({
  labels: new Map([["acme", "Acme CRM"]]),
  massFailures: [],
  toMend: 0,
  anomalies: 0,
  window: "the last 24 hours",
  ...parts,
});

const withBreaker = (cause: "client" | "provider" | "rate_limit", accounts: number): OverviewView["integrations"] => [
  {
    integration_name: "acme",
    breakers: [{ cause, state: "open", opened_at: "2026-12-04T10:42:10.000Z", probe_at: null, clients: 1, accounts }],
  } as unknown as IntegrationOverview,
];

const failure = (state: MassFailureView["state"], held: number): MassFailureView => ({
  integration_name: "acme",
  state,
  started_at: null,
  likely_cause: null,
  held,
  left: 0,
  decision: null,
  decided_by: null,
  decided_at: null,
});

const sentence = (one: OverviewView, more: Partial<Told> = {}): string => {
  const { lead, rest } = judge(one, told(more));
  return `${lead} ${rest}`;
};

describe("all well", () => {
  test("names accounts and what token requests got, with nothing to press", () => {
    const reads = { ...overview().token_reads, count: 1_000, served: 999, served_share: 0.9998 };
    expect(sentence(overview({ token_reads: reads }))).toBe(
      "All well: 12,408 accounts are active, and 99.98 % of token requests got a valid token in the last 24 hours.",
    );
    expect(judge(overview({ token_reads: reads }), told()).action).toBeUndefined();
  });

  test("names refreshes where nobody asked for a token, and that there were none", () => {
    expect(sentence(overview())).toBe(
      "All well: 12,408 accounts are active, and 99.98 % of 50,000 refreshes in the last 24 hours succeeded.",
    );
    const quiet = { ...overview().refreshes, count: 0, success_rate: null };
    expect(sentence(overview({ refreshes: quiet }))).toBe(
      "All well: 12,408 accounts are active. Nothing was due for a refresh in the last 24 hours.",
    );
    const accounts = { ...overview().accounts, active: 0 };
    expect(sentence(overview({ refreshes: quiet, accounts }))).toMatch(/^Nothing is connected yet\./);
  });
});

describe("trouble", () => {
  test("of a rejected client names it, since when, and whom it concerns", () => {
    expect(sentence(overview({ integrations: withBreaker("client", 1_130) }))).toMatch(
      /^Acme CRM rejects your OAuth client since 10:42 UTC\. 1,130 accounts affected, none of their customers told\./,
    );
    expect(sentence(overview({ integrations: withBreaker("client", 10_000) }))).toContain("More than 10,000 accounts");
  });

  test("of a provider is nobody's to mend", () => {
    const { lead, rest, tone } = judge(overview({ integrations: withBreaker("provider", 1) }), told());
    expect([tone, lead]).toEqual(["warn", "Acme CRM does not answer as it should since 10:42 UTC."]);
    expect(rest).toMatch(/^1 account waits;.*Nothing for you to do\.$/);
    expect(judge(overview({ integrations: withBreaker("rate_limit", 2) }), told()).lead).toContain("asks to slow down");
  });

  test("comes worst first, each with one thing to press", () => {
    const everything = overview({
      integrations: [...withBreaker("provider", 3)],
      accounts: { ...overview().accounts, needs_reauth: 3 },
      attention: { without_token: 1, failing: 2, accounts: [] },
      backlog: { overdue: 40, oldest_seconds: 900, behind_breakers: 0 },
      webhooks: { ...overview().webhooks, failing: 1, given_up: 2, due: 30, oldest_seconds: 900 },
      refreshes: { ...overview().refreshes, success_rate: 0.5 },
    });
    const all: Partial<Told> = {
      massFailures: [failure("declared", 2), failure("resolving", 7)],
      toMend: 1,
      anomalies: 1,
    };
    const seen: string[] = [];
    let [one, more] = [everything, all];
    const say = (expected: RegExp): void => {
      const { lead, action } = judge(one, told(more));
      expect(lead).toMatch(expected);
      if (action !== undefined) seen.push(action.label);
    };
    say(/^2 accounts are held and wait for your decision\.$/);
    more = { ...more, massFailures: [failure("resolving", 7)] };
    say(/^40 refreshes are late by up to 15 min\.$/);
    one = { ...one, backlog: { overdue: 40, oldest_seconds: 200, behind_breakers: 0 } };
    say(/^1 active account has no valid token\.$/);
    one = { ...one, attention: { ...one.attention, without_token: 0 } };
    say(/^1 alarm rings\.$/);
    more = { ...more, anomalies: 0 };
    say(/^7 held accounts are on the way\.$/);
    more = { ...more, massFailures: [] };
    say(/^1 integration needs mending\.$/);
    more = { ...more, toMend: 0 };
    say(/^Acme CRM does not answer/);
    one = { ...one, integrations: [] };
    say(/^3 accounts need their customers to re-authorize\.$/);
    one = { ...one, accounts: { ...one.accounts, needs_reauth: 0 } };
    say(/^2 refreshes are failing, and nobody notices yet\.$/);
    one = { ...one, attention: { ...one.attention, failing: 0 } };
    say(/^Evergrant turned off 2 webhook endpoints\.$/);
    one = { ...one, webhooks: { ...one.webhooks, given_up: 0 } };
    say(/^1 webhook endpoint does not take what is sent\.$/);
    one = { ...one, webhooks: { ...one.webhooks, failing: 0 } };
    say(/^30 webhook deliveries wait for up to 15 min\.$/);
    one = { ...one, webhooks: { ...one.webhooks, oldest_seconds: 20 } };
    say(/^Only 50 % of refreshes succeeded in the last 24 hours\.$/);
    expect(seen).toHaveLength(12);
  });

  test.each<[number, number, string]>([
    [1, 0, "1 account needs its customer to re-authorize. No other account is active."],
    [2, 1, "2 accounts need their customers to re-authorize. The other account is active."],
    [1, 50, "1 account needs its customer to re-authorize. The other 50 accounts are active."],
  ])("of %i accounts to re-authorize beside %i that are active is told as what it is", (left, active, words) => {
    expect(sentence(overview({ accounts: { ...overview().accounts, active, needs_reauth: left } }))).toBe(words);
  });
});

test("of one late refresh does not hide many accounts without a token, which it can't explain", () => {
  const one = overview({
    backlog: { overdue: 1, oldest_seconds: 900, behind_breakers: 4_000 },
    attention: { without_token: 4_000, failing: 0, accounts: [] },
  });
  expect(judge(one, told()).lead).toBe("4,000 active accounts have no valid token.");
  expect(judge({ ...one, attention: { ...one.attention, without_token: 0 } }, told()).lead).toMatch(
    /^1 refresh is late/,
  );
});

test("of a mass failure is told also when none is held any more", () => {
  expect(judge(overview(), told({ massFailures: [failure("declared", 0)] }))).toMatchObject({
    tone: "warn",
    lead: "A mass failure waits for your decision.",
  });
});

test.each([
  [{ connecting: 2, disconnected: 5 }, "2 accounts are being connected."],
  [{ connecting: 0, disconnected: 5 }, "No account is active."],
  [{ connecting: 0, disconnected: 0 }, "Nothing is connected yet."],
])("of %o accounts says what there is", (some, lead) => {
  expect(judge(overview({ accounts: { ...overview().accounts, active: 0, ...some } }), told())).toMatchObject({
    tone: "info",
    lead,
  });
});

test("never says that all is well where alarms or integrations could not be read", () => {
  expect(sentence(overview(), { toMend: null })).toMatch(/^Whether an integration needs mending could not be read\./);
  expect(sentence(overview(), { anomalies: null, toMend: null })).toMatch(
    /^Whether an alarm rings or an integration needs mending could not be read\./,
  );
  expect(sentence(overview(), { anomalies: null })).toMatch(/^Whether an alarm rings could not be read\. Nothing else/);
  expect(sentence(overview(), { anomalies: null, toMend: 1 })).toMatch(/^1 integration needs mending\./);
});

test("says the day where it is another one", () => {
  expect(sinceWords("2026-12-04T10:42:00.000Z", at)).toBe("10:42 UTC");
  expect(sinceWords("2026-12-02T10:42:00.000Z", at)).toBe("Dec 2, 10:42 UTC");
});
