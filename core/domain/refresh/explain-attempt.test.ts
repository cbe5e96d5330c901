import { expect, it } from "vitest";
import { classifyTokenFailure, defaultFailureRules, type TokenRequestFailure } from "./classify-token-failure.ts";
import {
  explainFailure,
  explainHeld,
  explainReauthorized,
  explainSuccess,
  explainSuperseded,
  inWords,
} from "./explain-attempt.ts";
import { planAfterFailure } from "./plan-after-failure.ts";
import { defaultRefreshPolicy } from "./refresh-policy.ts";

const now = new Date("2026-11-20T10:00:00Z");

function explain(failure: TokenRequestFailure, expiresAt: Date | null = null, doubts = 0): string {
  const { class: failureClass, rule } = classifyTokenFailure(failure, defaultFailureRules);
  const context = { class: failureClass, retryAfterSeconds: null, expiresAt, consecutiveFailures: 0 };
  const since = { doubts, doubtedAt: null, sentAt: now };
  const plan = planAfterFailure({ ...context, ...since }, defaultRefreshPolicy, now, 0.5);
  return explainFailure("alarm", rule, failureClass, plan, doubts, now);
}

const deadGrant: TokenRequestFailure = {
  kind: "oauth_error",
  status: 400,
  error: "invalid_grant",
  description: null,
  retryAfterSeconds: null,
};

it("tells after a success why it ran, what became of the refresh token and what is next (R24)", () => {
  const next = new Date("2026-11-20T10:58:00Z");
  const text = explainSuccess("on_demand", { rotated: true, expiresAt: null, nextAttemptAt: next });
  expect(text).toContain("A caller needed a token");
  expect(text).toContain("a new refresh token replaced the old one");
  expect(text).toContain("2026-11-20T10:58:00.000Z");
});

it("says so when nothing is scheduled", () => {
  const text = explainSuccess("forced", { rotated: false, expiresAt: null, nextAttemptAt: null });
  expect(text).toContain("the refresh token stays");
  expect(text).toContain("No further refresh is scheduled");
});

it.each<[string, Date | null, Date | null, string]>([
  ["an alarm", now, now, "The next refresh is due 2026-11-20T10:00:00.000Z."],
  ["a token without end", null, null, "No refresh is scheduled: the provider named no end."],
  ["no refresh token", now, null, "the customer must come back before the token ends, 2026-11-20T10:00:00.000Z."],
])("tells of a customer who came back what happens next: %s", (_name, expiresAt, nextAttemptAt, text) => {
  const words = explainReauthorized({ expiresAt, nextAttemptAt });
  expect(words).toContain("The customer authorized again.");
  expect(words).toContain(text);
});

it.each<[string, TokenRequestFailure, string]>([
  ["a dead grant: the customer's move", deadGrant, "Nothing is retried: the customer must re-authorize."],
  [
    "a rejected client: the operator's move",
    { kind: "oauth_error", status: 401, error: "invalid_client", description: null, retryAfterSeconds: null },
    "The operator must act; no customer is blamed. Tried again in about 3 h (2026-11-20T13:00:00.000Z), or as soon as",
  ],
  [
    "an outage: nobody's move",
    { kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null },
    "Tried again in about 3 h (2026-11-20T13:00:00.000Z), or earlier: when a caller needs a token, or when the token endpoint answers again",
  ],
  [
    "a lost answer",
    { kind: "answer_lost", detail: "ECONNRESET" },
    "Asked again in 5 s (2026-11-20T10:00:04.500Z) to find out",
  ],
  [
    "a 429",
    { kind: "http_error", status: 429, isPage: false, retryAfterSeconds: null },
    "Tried again after the time that the provider named, or a minute where it named none: in 66 s (2026-11-20T10:01:06.000Z).",
  ],
])("tells whose move it is: %s", (_name, failure, text) => {
  expect(explain(failure)).toContain(text);
});

it("promises nobody an earlier try while an earlier request is still unanswered (R20)", () => {
  const outage: TokenRequestFailure = { kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null };
  expect(explain(outage, null, 1)).toContain("is still unknown, so it is asked again in 5 s");
  expect(explain(outage, null, 1)).not.toContain("earlier:");
});

it("tells of a discarded answer where to look next", () => {
  expect(explainSuperseded).toContain("What happens next follows from what replaced them.");
});

it.each([
  [-5_000, "in 0 s"],
  [99_400, "in 99 s"],
  [100_000, "in 2 min"],
  [5_999_000, "in 100 min"],
  [6_000_000, "in about 2 h"],
  [10_260_000, "in about 3 h"],
  [86_400_000, "in about 24 h"],
])("says of %i ms: %s, and the instant", (milliseconds, words) => {
  const instant = new Date(now.getTime() + milliseconds);
  expect(inWords(instant, now)).toBe(`${words} (${instant.toISOString()})`);
});

it("promises the present token only while one is valid", () => {
  const outage: TokenRequestFailure = { kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null };
  expect(explain(outage, new Date(now.getTime() + 60_000))).toContain("the present token is served");
  expect(explain(outage, new Date(now.getTime() - 60_000))).not.toContain("is served");
});

it.each<[string, TokenRequestFailure]>([
  ["an outage", { kind: "not_sent", detail: "ECONNREFUSED" }],
  ["a 429", { kind: "http_error", status: 429, isPage: false, retryAfterSeconds: 60 }],
  ["no client", { kind: "no_client" }],
  ["a lost answer", { kind: "answer_lost", detail: "ECONNRESET" }],
])("promises nothing where nothing is scheduled: %s", (_name, failure) => {
  const { class: failureClass, rule } = classifyTokenFailure(failure, defaultFailureRules);
  const plan = {
    nextAttemptAt: null,
    cooldownUntil: now,
    consecutiveFailures: 1,
    accountEvent: null,
    tokenStillValid: false,
  };
  const text = explainFailure("forced", rule, failureClass, plan, 0, now);
  expect(text).toContain("Nothing is scheduled: the account is held, or waits for its customer.");
  expect(text).not.toMatch(/[Aa]gain|is served/);
});

it.each([
  [0, ""],
  [1, "The answer to an earlier request with the same refresh token was lost"],
  [3, "The answer to 3 earlier requests with the same refresh token was lost"],
])("tells of a dead grant after %i lost answers what may have killed it (R20)", (doubts, text) => {
  expect(explain(deadGrant, null, doubts)).toContain(text);
  expect(explain(deadGrant, null, doubts).includes("was lost")).toBe(doubts > 0);
});

it("tells of a held account that its customer was not told, and what the operator can do (R26)", () => {
  const { rule } = classifyTokenFailure(deadGrant, defaultFailureRules);
  expect(explainHeld("alarm", rule, true)).toContain("its customer is not told: release or confirm the hold. Until");
  expect(explainHeld("alarm", rule, false)).not.toContain("is served");
  expect(explainHeld("alarm", rule, false)).toContain(rule.meaning);
});
