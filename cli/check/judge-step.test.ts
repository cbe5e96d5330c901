import { describe, expect, it } from "vitest";
import type { Account } from "#core/domain/account/account";
import { refreshPolicyOf } from "#core/domain/integration/resolve-integration";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { createWorld } from "#test/fakes/world";
import { standardShape } from "./answer-shape.ts";
import { judgeStep, type Seen } from "./judge-step.ts";
import type { Step, Subject } from "./scenario.ts";

const document = exampleDocument({ config: { refresh: { retry: { initialSeconds: 600 } } } });
const subject: Subject = {
  document,
  policy: refreshPolicyOf(document),
  scopes: ["a", "b"],
  scopeSeparator: " ",
  expiresInUnit: "auto",
  lifeSeconds: 3600,
  tokenExpiryDuration: null,
  hasIntrospection: false,
  shape: standardShape(" "),
  refusal: null,
};
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
    caller: "a token",
    requests: ["/token\nrefresh_token=r-0"],
    at,
    doubts: 0,
    account: { ...blank, status: "active", expiresAt: inSeconds(3600), refreshDueAt: inSeconds(3500), ...account },
    ...changes,
  };
}

const step = (expected: Step["expected"]): Step => ({ behaviour: { kind: "hang" }, answered: "", expected });

describe("a refresh that worked", () => {
  const good = step({ kind: "refreshed", lifeSeconds: 3600, carries: "r-0" });

  it("is as expected", () => {
    expect(judgeStep(subject, good, seen({}))).toEqual([]);
  });

  it.each<[string, Seen, string]>([
    ["nothing was asked", seen({ requests: [] }), "expected a request at the token endpoint, saw none"],
    [
      "an older refresh token was sent",
      seen({ requests: ["/token\nrefresh_token=r-9"] }),
      "expected the request to carry the refresh token that is in force, and it did not",
    ],
    ["it failed", seen({ outcome: "transient", rule: "http.5xx" }), "expected refreshed, saw transient (http.5xx)"],
    ["there was no attempt", seen({ outcome: null }), "expected refreshed, saw no attempt (a token)"],
    [
      "the account is dead",
      seen({}, { status: "needs_reauth" }),
      "expected the account to be active, saw needs_reauth",
    ],
    [
      "the life was misread",
      seen({}, { expiresAt: inSeconds(3_600_000) }),
      "expected a token of 3600 s, saw a token of 3600000 s",
    ],
    [
      "the life was made up",
      seen({}, { expiresAt: null }),
      "expected a token of 3600 s, saw a token without a known end",
    ],
    ["no alarm was set", seen({}, { refreshDueAt: null }), "expected the next refresh before the token ends, saw none"],
    [
      "the alarm rings too late",
      seen({}, { refreshDueAt: inSeconds(3700) }),
      "expected the next refresh before the token ends, saw none",
    ],
  ])("is not as expected when %s", (_name, what, problem) => {
    expect(judgeStep(subject, good, what)).toContain(problem);
  });

  it("shows which scopes are missing", () => {
    const partial = step({ kind: "refreshed", lifeSeconds: 3600, carries: null, grantedOnly: ["a"] });
    const scopes = { scopesRequested: ["a", "b"], scopesGranted: ["a"] };
    expect(judgeStep(subject, partial, seen({}, scopes))).toEqual([]);
    expect(judgeStep(subject, partial, seen({}, { ...scopes, scopesGranted: ["a", "b"] }))).toEqual([
      "expected the scopes besides a to show as missing, saw none",
    ]);
  });
});

describe("a failure", () => {
  const page = step({
    kind: "failure",
    failure: { kind: "http_error", status: 502, isPage: true, retryAfterSeconds: null },
    carries: "r-0",
  });
  const failed = (changes: Partial<Seen>, account: Partial<Account> = {}) =>
    seen({ outcome: "transient", rule: "http.5xx", ...changes }, { refreshDueAt: inSeconds(600), ...account });

  it("is as expected, with the wait that the document asks for", () => {
    expect(judgeStep(subject, page, failed({}))).toEqual([]);
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
    expect(judgeStep(subject, page, what)).toEqual([problem]);
  });

  it.each<[string, Step["expected"] & { kind: "failure" }, Partial<Seen>, Partial<Account>]>([
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
    expect(judgeStep(subject, step(expected), seen(changes, account))).toEqual([]);
    expect(
      judgeStep(subject, step(expected), seen(changes, { ...account, refreshDueAt: inSeconds(90_000) })),
    ).toHaveLength(1);
  });

  it("follows the document's own rules before the default ones", () => {
    const failureRules = [{ id: "busy", statuses: [502, 502], class: "rate_limited", meaning: "Busy." }];
    const own = exampleDocument({ config: { refresh: { failureRules } } });
    const busy = failed({ outcome: "rate_limited", rule: "acme-crm.busy" }, { refreshDueAt: inSeconds(65) });
    expect(judgeStep({ ...subject, policy: refreshPolicyOf(own) }, page, busy)).toEqual([]);
    expect(judgeStep(subject, page, busy)).toHaveLength(1);
  });

  it("in the documentation's own words must end at the customer, whichever rule says so", () => {
    const refused = step({ kind: "refusal", carries: "r-0" });
    const gone = failed(
      { outcome: "reauthorize", rule: "acme-crm.gone" },
      { status: "needs_reauth", refreshDueAt: null },
    );
    expect(judgeStep(subject, refused, gone)).toEqual([]);
    expect(judgeStep(subject, refused, failed({}))).toEqual(["expected reauthorize, saw transient (http.5xx)"]);
  });
});
