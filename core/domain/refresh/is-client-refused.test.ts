import { expect, it } from "vitest";
import type { FailureRule, TokenRequestFailure } from "./classify-token-failure.ts";
import { isClientRefused } from "./is-client-refused.ts";

const oauth = (error: string, status = 400): TokenRequestFailure => ({
  kind: "oauth_error",
  status,
  error,
  description: null,
  retryAfterSeconds: null,
});
const http = (status: number, isPage = false): TokenRequestFailure => ({
  kind: "http_error",
  status,
  isPage,
  retryAfterSeconds: null,
});
const rule = (changes: Partial<FailureRule>): FailureRule => ({
  id: "acme.own",
  class: "client_misconfigured",
  meaning: "Our own.",
  ...changes,
});

it.each<[string, TokenRequestFailure, boolean]>([
  ["invalid_client", oauth("invalid_client", 401), true],
  ["invalid_client in a 400", oauth("invalid_client"), true],
  ["invalid_client in a 200", oauth("invalid_client", 200), true],
  ["unauthorized_client: its secret was right", oauth("unauthorized_client"), false],
  ["a dead grant", oauth("invalid_grant"), false],
  ["a scope that is not ours", oauth("invalid_scope"), false],
  ["a 401 about the grant", oauth("token_revoked", 401), false],
  ["a bare 401", http(401), false],
  ["a page that answers 401", http(401, true), false],
  ["a 429 that says invalid_client", oauth("invalid_client", 429), false],
  ["an outage", http(503), false],
  ["a lost answer: the refresh token may be spent", { kind: "answer_lost", detail: "ECONNRESET" }, false],
  ["an unreadable answer", { kind: "unreadable_answer", status: 200, detail: "" }, false],
  ["a request that was not sent", { kind: "not_sent", detail: "ECONNREFUSED" }, false],
  ["no client", { kind: "no_client" }, false],
  ["a secret that is no key, where one signs: nothing was sent", { kind: "client_unusable", detail: "no key" }, true],
  ["an input that no header may hold", { kind: "unsendable", detail: "x-shop" }, false],
  ["our own guard", { kind: "egress_refused", detail: "10.0.0.1" }, false],
])("tells whether another secret may help: %s", (_name, failure, expected) => {
  expect(isClientRefused(failure, { failureRules: [], grant: "refresh_token" })).toBe(expected);
});

it.each<[string, TokenRequestFailure, boolean]>([
  ["a 401", oauth("denied", 401), true],
  ["a bare 401", http(401), true],
  ["a 400 about something else", oauth("invalid_grant"), false],
])(
  "takes a 401 for a refused client where the client asks for itself (RFC 6749 §4.4): %s",
  (_name, failure, expected) => {
    expect(isClientRefused(failure, { failureRules: [], grant: "client_credentials" })).toBe(expected);
  },
);

it("believes the integration's own rules, both ways", () => {
  const policy = (own: FailureRule) => ({ failureRules: [own], grant: "refresh_token" }) as const;
  expect(isClientRefused(oauth("bad_client_secret"), policy(rule({ errors: ["bad_client_secret"] })))).toBe(true);
  expect(isClientRefused(http(403), policy(rule({ statuses: [403, 403] })))).toBe(true);
  const dead = rule({ errors: ["invalid_client"], class: "reauthorize" });
  expect(isClientRefused(oauth("invalid_client"), policy(dead))).toBe(false);
});
