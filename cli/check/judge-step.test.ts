import { describe, expect, it } from "vitest";
import type { Account } from "#core/domain/account/account";
import { refreshPolicyOf } from "#core/domain/integration/resolve-integration";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { createWorld } from "#test/fakes/world";
import { judgeArrival, judgeStep, type Seen } from "./judge-step.ts";
import type { ArrivalExpectation, Expectation } from "./scenario.ts";

const policy = refreshPolicyOf(exampleDocument({ config: { refresh: { retry: { initialSeconds: 600 } } } }));
const at = new Date("2026-11-20T10:00:00Z");
const inSeconds = (seconds: number): Date => new Date(at.getTime() + seconds * 1000);
const blank = await (await createWorld()).addAccount();

function seen(changes: Partial<Seen>, account: Partial<Account> = {}): Seen {
  return {
    outcome: "refreshed",
    rule: null,
    httpStatus: 200,
    error: null,
    explanation: null,
    caller: "a fresh token",
    token: "a-1",
    requests: ["/token\nrefresh_token=r-0"],
    at,
    doubts: 0,
    account: {
      ...blank,
      status: "active",
      hasRefreshToken: true,
      // Looked at a while after it came.
      issuedAt: inSeconds(-20),
      expiresAt: inSeconds(3580),
      refreshDueAt: inSeconds(3500),
      ...account,
    },
    ...changes,
  };
}

describe("a refresh that worked", () => {
  const good: Expectation = { kind: "refreshed", accessToken: "a-1", lifeSeconds: 3600, carries: "r-0" };

  it("is as expected", () => {
    expect(judgeStep(policy, good, seen({}))).toEqual([]);
  });

  it.each<[string, Seen, string]>([
    ["nothing was asked", seen({ requests: [] }), "expected a request at the token endpoint, saw none"],
    [
      "an older refresh token was sent",
      seen({ requests: ["/token\nrefresh_token=r-9"] }),
      "expected the request to carry the refresh token that is in force, and it did not",
    ],
    ["it failed", seen({ outcome: "transient", rule: "http.5xx" }), "expected refreshed, saw transient (http.5xx)"],
    ["there was no attempt", seen({ outcome: null }), "expected refreshed, saw no attempt (a fresh token)"],
    [
      "the account is dead",
      seen({}, { status: "needs_reauth" }),
      "expected the account to be active, saw needs_reauth",
    ],
    [
      "the life was misread",
      seen({}, { expiresAt: inSeconds(3_600_000 - 20) }),
      "expected a token of 3600 s, saw a token of 3600000 s",
    ],
    [
      "the life was made up",
      seen({}, { expiresAt: null }),
      "expected a token of 3600 s, saw a token without a known end",
    ],
    [
      "another token is handed out",
      seen({ token: "a-0" }),
      "expected callers to get the access token of this answer, and they got another text",
    ],
    ["no alarm was set", seen({}, { refreshDueAt: null }), "expected the next refresh before the token ends, saw none"],
    [
      "the alarm rings too late",
      seen({}, { refreshDueAt: inSeconds(3700) }),
      "expected the next refresh before the token ends, saw none",
    ],
  ])("is not as expected when %s", (_name, what, problem) => {
    expect(judgeStep(policy, good, what)).toContain(problem);
  });

  it("shows which scopes are missing, and which were granted", () => {
    const scopes = { scopesRequested: ["a", "b"], scopesGranted: ["a"] };
    const whole = { ...scopes, scopesGranted: ["a", "b"] };
    const partial: Expectation = { ...good, missing: ["b"] };
    expect(judgeStep(policy, partial, seen({}, scopes))).toEqual([]);
    expect(judgeStep(policy, partial, seen({}, whole))).toEqual(["expected b to show as missing, saw none"]);
    expect(judgeStep(policy, { ...good, granted: ["b", "a"] }, seen({}, whole))).toEqual([]);
    expect(judgeStep(policy, { ...good, granted: ["a", "b"] }, seen({}, scopes))).toEqual([
      "expected the scopes a b, saw a",
    ]);
  });

  it("may end whenever it likes where nothing can be said about that", () => {
    const whenever: Expectation = { ...good, lifeSeconds: undefined };
    expect(judgeStep(policy, whenever, seen({}, { expiresAt: inSeconds(99_999) }))).toEqual([]);
  });
});

it("a client that asks for itself has an alarm as well", () => {
  const asking = refreshPolicyOf(exampleDocument({ format: "oauth2_client_credentials" }));
  const good: Expectation = { kind: "refreshed", accessToken: "a-1", lifeSeconds: 3600, carries: null };
  const silent = seen({}, { hasRefreshToken: false, refreshDueAt: null });
  expect(judgeStep(asking, good, silent)).toEqual(["expected the next refresh before the token ends, saw none"]);
  expect(judgeStep(policy, good, silent)).toEqual([]);
});

describe("a failure", () => {
  const page: Expectation = {
    kind: "failure",
    failure: { kind: "http_error", status: 502, isPage: true, retryAfterSeconds: null },
    carries: "r-0",
  };
  const failed = (changes: Partial<Seen>, account: Partial<Account> = {}) =>
    seen({ outcome: "transient", rule: "http.5xx", ...changes }, { refreshDueAt: inSeconds(600), ...account });

  it("is as expected, with the wait that the document asks for", () => {
    expect(judgeStep(policy, page, failed({}))).toEqual([]);
  });

  it.each<[string, Seen, string]>([
    [
      "another class",
      failed({ outcome: "reauthorize", rule: "rfc6749.invalid_grant" }),
      "expected transient (http.5xx), saw reauthorize (rfc6749.invalid_grant)",
    ],
    ["another rule", failed({ rule: "unknown" }), "expected transient (http.5xx), saw transient (unknown)"],
    [
      "an account that was given up",
      failed({}, { status: "needs_reauth" }),
      "expected the account to be active, saw needs_reauth",
    ],
    ["a hurry", failed({}, { refreshDueAt: inSeconds(3) }), "expected the next attempt in 540 to 660 s, saw 3 s"],
    ["no next attempt", failed({}, { refreshDueAt: null }), "expected the next attempt in 540 to 660 s, saw none"],
  ])("is not as expected with %s", (_name, what, problem) => {
    expect(judgeStep(policy, page, what)).toEqual([problem]);
  });

  it.each<[string, Expectation, Partial<Seen>, Partial<Account>]>([
    [
      "a lost answer is asked for again at once",
      { kind: "failure", failure: { kind: "answer_lost", detail: "" }, carries: null },
      { outcome: "in_doubt", rule: "network.answer_lost" },
      { refreshDueAt: inSeconds(5) },
    ],
    [
      "Retry-After is kept",
      {
        kind: "failure",
        failure: { kind: "http_error", status: 429, isPage: false, retryAfterSeconds: 20 },
        carries: null,
      },
      { outcome: "rate_limited", rule: "http.429" },
      { refreshDueAt: inSeconds(22) },
    ],
    [
      "a dead grant is left alone",
      {
        kind: "failure",
        failure: {
          kind: "oauth_error",
          status: 400,
          error: "invalid_grant",
          description: null,
          retryAfterSeconds: null,
        },
        carries: null,
      },
      { outcome: "reauthorize", rule: "rfc6749.invalid_grant" },
      { refreshDueAt: null, status: "needs_reauth" },
    ],
  ])("%s", (_name, expected, changes, account) => {
    expect(judgeStep(policy, expected, seen(changes, account))).toEqual([]);
    expect(judgeStep(policy, expected, seen(changes, { ...account, refreshDueAt: inSeconds(90_000) }))).toHaveLength(1);
  });

  it("follows the document's own rules before the default ones", () => {
    const busy = failed({ outcome: "rate_limited", rule: "acme-crm.busy" }, { refreshDueAt: inSeconds(65) });
    expect(judgeStep(withRule("rate_limited"), page, busy)).toEqual([]);
    expect(judgeStep(policy, page, busy)).toHaveLength(1);
  });

  it("that says nothing about the grant may end it by no rule, the document's own included", () => {
    const innocent: Expectation = { ...page, isInnocent: true };
    const gone = failed(
      { outcome: "reauthorize", rule: "acme-crm.busy" },
      { status: "needs_reauth", refreshDueAt: null },
    );
    expect(judgeStep(withRule("reauthorize"), innocent, gone)).toEqual([
      expect.stringContaining("expected no rule of the document to give the account up") as string,
    ]);
    expect(judgeStep(policy, innocent, failed({}))).toEqual([]);
  });

  it("in the documentation's own words must come to what the documentation says, whichever rule says so", () => {
    const refused: Expectation = {
      kind: "class",
      class: "reauthorize",
      error: "invalid_grant",
      retryAfterSeconds: null,
      carries: "r-0",
    };
    const gone = (error: string): Seen =>
      failed({ outcome: "reauthorize", rule: "acme-crm.gone", error }, { status: "needs_reauth", refreshDueAt: null });
    expect(judgeStep(policy, refused, gone("invalid_grant: expired"))).toEqual([]);
    expect(judgeStep(policy, refused, gone("token_dead"))).toEqual([
      "expected the error to be read as invalid_grant, saw token_dead",
    ]);
    expect(judgeStep(policy, refused, failed({}))).toEqual(["expected reauthorize, saw transient (http.5xx)"]);
  });
});

function withRule(failureClass: string) {
  const failureRules = [{ id: "busy", statuses: [502, 502], class: failureClass, meaning: "Busy." }];
  return refreshPolicyOf(exampleDocument({ config: { refresh: { failureRules } } }));
}

describe("somebody's way back from the provider", () => {
  const connected: ArrivalExpectation = {
    kind: "connected",
    accessToken: "a-1",
    hasRefreshToken: true,
    lifeSeconds: 3600,
    fields: { region: "eu" },
  };
  const arrived = (account: Partial<Account> = {}): Seen =>
    seen(
      { outcome: "connected" },
      { externalAccount: { id: "42", label: null }, fields: { region: "eu" }, ...account },
    );

  it("is as expected", () => {
    expect(judgeArrival(policy, connected, arrived(), "42")).toEqual([]);
  });

  it.each<[string, Partial<Account>, string]>([
    ["no refresh token was kept", { hasRefreshToken: false }, "expected a refresh token to be kept, saw otherwise"],
    ["it is nobody's", { externalAccount: null }, "expected 42 to be connected, saw nobody named"],
    ["a field did not come", { fields: {} }, "expected the field region to be eu, saw none"],
    ["it lives otherwise", { expiresAt: null }, "expected a token of 3600 s, saw a token without a known end"],
  ])("is not as expected when %s", (_name, account, problem) => {
    expect(judgeArrival(policy, connected, arrived(account), "42")).toContain(problem);
  });

  it("ends without an account where the code is refused", () => {
    const nobody = { ...seen({ outcome: "not connected", rule: "provider_error" }), account: null, token: null };
    expect(judgeArrival(policy, { kind: "refused" }, nobody, "42")).toEqual([]);
    expect(judgeArrival(policy, { kind: "refused" }, arrived(), "42")).toEqual([
      "expected nobody to be connected, saw connected",
    ]);
    expect(judgeArrival(policy, connected, { ...nobody, explanation: "too bad" }, "42")).toEqual([
      "expected somebody to be connected, saw not connected: too bad",
    ]);
  });
});
