import { describe, expect, it } from "vitest";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { resolveIntegration } from "../domain/integration/resolve-integration.ts";
import type { TokenRequestFailure } from "../domain/refresh/classify-token-failure.ts";
import { tokenRequestProblem } from "./token-request-problem.ts";

const failureRules = [
  { id: "dead", errors: ["account_closed"], class: "reauthorize", meaning: "The account is closed." },
];
const integration = resolveIntegration(
  exampleDocument({ config: { refresh: { failureRules } } }),
  { clientId: "client" },
  {},
);
const oauth = (error: string, status = 400, retryAfterSeconds: number | null = null): TokenRequestFailure => ({
  kind: "oauth_error",
  status,
  error,
  description: null,
  retryAfterSeconds,
});

describe("a token request that stored nothing, as its caller is told", () => {
  it.each<[string, TokenRequestFailure, boolean, string, number | null]>([
    ["a refused grant is the caller's to mend", oauth("invalid_grant"), false, "invalid_request", null],
    ["the integration's own rules decide first", oauth("account_closed"), false, "invalid_request", null],
    ["a rejected shared client is the operator's", oauth("invalid_client", 401), false, "client_misconfigured", null],
    ["a rejected own client is the caller's", oauth("invalid_client", 401), true, "invalid_request", null],
    ["a fault of ours is not the provider's", { kind: "own_fault", detail: "x" }, false, "provider_unavailable", 5],
    [
      "what our guard refuses is the operator's",
      { kind: "egress_refused", detail: "x" },
      false,
      "client_misconfigured",
      null,
    ],
    ["a missing client is the operator's", { kind: "no_client" }, false, "client_misconfigured", null],
    [
      "an unusable client is the operator's",
      { kind: "client_unusable", detail: "x" },
      false,
      "client_misconfigured",
      null,
    ],
    ["an unusable own client is the caller's", { kind: "client_unusable", detail: "x" }, true, "invalid_request", null],
    ["inputs that can't be sent are the caller's", { kind: "unsendable", detail: "x" }, false, "invalid_request", null],
    ["a 429 comes with its Retry-After", oauth("slow_down", 429, 120), false, "rate_limited", 120],
    ["a 429 that names none: a minute", oauth("slow_down", 429), false, "rate_limited", 60],
    ["a lost answer", { kind: "answer_lost", detail: "ECONNRESET" }, false, "provider_timeout", 5],
    ["an outage with its Retry-After", oauth("server_error", 503, 30), false, "provider_error", 30],
    ["nobody was reached", { kind: "not_sent", detail: "ECONNREFUSED" }, false, "provider_error", 60],
  ])("%s", (_name, failure, ownsClient, code, retryAfterSeconds) => {
    const problem = tokenRequestProblem(failure, integration, ownsClient);
    expect([problem.code, problem.retryAfterSeconds ?? null]).toEqual([code, retryAfterSeconds]);
    expect(problem.detail).toMatch(/nothing was stored/i);
  });

  it("names the credentials as what is wrong, and the rule's meaning as why", () => {
    expect(tokenRequestProblem(oauth("account_closed"), integration, false)).toMatchObject({
      errors: [{ pointer: "/credentials", detail: "The account is closed." }],
    });
  });

  it("names the inputs where what they fill can't be sent", () => {
    const failure = { kind: "unsendable", detail: "the header x-shop would hold …" } as const;
    expect(tokenRequestProblem(failure, integration, true)).toMatchObject({
      errors: [{ pointer: "/inputs", detail: failure.detail }],
    });
  });

  it("says of a 429 that it is the provider's, and what it told of its limit (R23)", () => {
    const rateLimit = { limit: 60, remaining: 0, resetSeconds: 90, windowSeconds: null };
    const problem = tokenRequestProblem({ ...oauth("x", 429), rateLimit } as TokenRequestFailure, integration, false);
    expect(problem).toMatchObject({ extensions: { source: "provider" }, rateLimit, retryAfterSeconds: 90 });
    expect(tokenRequestProblem(oauth("x", 429), integration, false).rateLimit).toBeNull();
  });
});
