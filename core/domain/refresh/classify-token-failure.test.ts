import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  classifyTokenFailure,
  defaultFailureRules,
  describeFailure,
  type FailureClass,
  type FailureRules,
  type TokenRequestFailure,
} from "./classify-token-failure.ts";

const oauth = (error: string, status = 400): TokenRequestFailure => ({
  kind: "oauth_error",
  status,
  error,
  description: null,
  retryAfterSeconds: null,
});
const page = (status: number): TokenRequestFailure => ({
  kind: "http_error",
  status,
  isPage: false,
  retryAfterSeconds: null,
});
const html = (status: number): TokenRequestFailure => ({ ...page(status), isPage: true }) as TokenRequestFailure;
const classify = (failure: TokenRequestFailure) => classifyTokenFailure(failure, defaultFailureRules);

const cases: readonly (readonly [string, TokenRequestFailure, FailureClass, string])[] = [
  [
    "invalid_grant is the one clear word for a dead grant",
    oauth("invalid_grant"),
    "reauthorize",
    "rfc6749.invalid_grant",
  ],
  ["invalid_grant counts with a 401 too", oauth("invalid_grant", 401), "reauthorize", "rfc6749.invalid_grant"],
  ["invalid_grant counts inside a 200", oauth("invalid_grant", 200), "reauthorize", "rfc6749.invalid_grant"],
  ["a JSON 401 with an unknown word", oauth("token_revoked", 401), "reauthorize", "http.401"],
  ["invalid_client blames us", oauth("invalid_client", 401), "client_misconfigured", "rfc6749.client"],
  ["unauthorized_client blames us", oauth("unauthorized_client"), "client_misconfigured", "rfc6749.client"],
  ["invalid_request", oauth("invalid_request"), "client_misconfigured", "rfc6749.request"],
  ["unsupported_grant_type", oauth("unsupported_grant_type"), "client_misconfigured", "rfc6749.request"],
  ["invalid_scope", oauth("invalid_scope"), "client_misconfigured", "rfc6749.request"],
  ["temporarily_unavailable", oauth("temporarily_unavailable"), "transient", "rfc6749.server"],
  ["server_error with a 400", oauth("server_error"), "transient", "rfc6749.server"],
  ["a 503 page", page(503), "transient", "http.5xx"],
  ["a 500 with an unknown JSON error", oauth("oops", 500), "transient", "http.5xx"],
  ["an HTML 403 of a firewall is no revocation", page(403), "transient", "http.4xx.page"],
  ["a 404 page is no revocation", page(404), "transient", "http.4xx.page"],
  ["a redirect is no revocation", page(302), "transient", "http.4xx.page"],
  ["a JSON error that nobody knows is no revocation", oauth("slow_down"), "transient", "http.4xx.unknown"],
  ["429 wins over what its body says", oauth("invalid_grant", 429), "rate_limited", "http.429"],
  ["429 wins over invalid_client", oauth("invalid_client", 429), "rate_limited", "http.429"],
  ["a bare 429", page(429), "rate_limited", "http.429"],
  ["an empty 401 that asks for no client", page(401), "reauthorize", "http.401.bare"],
  ["a 401 page of a gateway is no revocation", html(401), "transient", "http.4xx.page"],
  ["a 429 page", html(429), "rate_limited", "http.429"],
  ["invalid_grant beats a 5xx status", oauth("invalid_grant", 500), "reauthorize", "rfc6749.invalid_grant"],
  ["invalid_target (RFC 8707)", oauth("invalid_target"), "client_misconfigured", "rfc6749.request"],
  ["no client in this environment", { kind: "no_client" }, "client_misconfigured", "client.missing"],
  [
    "a client without its key",
    { kind: "client_unusable", detail: "no key" },
    "client_misconfigured",
    "client.unusable",
  ],
  [
    "a 200 that can't be read may have rotated",
    { kind: "unreadable_answer", status: 200, detail: "HTML" },
    "in_doubt",
    "answer.unreadable",
  ],
  ["a refused connection", { kind: "not_sent", detail: "ECONNREFUSED" }, "transient", "network.not_sent"],
  ["a lost answer may have rotated", { kind: "answer_lost", detail: "ECONNRESET" }, "in_doubt", "network.answer_lost"],
  [
    "an input that no header may hold",
    { kind: "unsendable", detail: "the header x-shop" },
    "client_misconfigured",
    "request.unsendable",
  ],
  ["a fault of our own", { kind: "own_fault", detail: "busy" }, "transient", "own.fault"],
  ["our own guard", { kind: "egress_refused", detail: "10.0.0.1" }, "client_misconfigured", "egress.refused"],
];

describe("who must act", () => {
  it.each(cases)("%s", (_name, failure, expected, rule) => {
    const verdict = classify(failure);
    expect([verdict.class, verdict.rule.id]).toEqual([expected, rule]);
  });

  it("invalid_grant is fatal", () => {
    expect(classify(oauth("invalid_grant")).class).toBe("reauthorize");
  });

  it("503 is transient", () => {
    expect(classify(page(503)).class).toBe("transient");
    expect(classify(html(503)).class).toBe("transient");
    expect(classify(oauth("temporarily_unavailable", 503)).class).toBe("transient");
  });

  it("takes what no rule knows for transient: a false revocation costs more than a retry", () => {
    expect(classifyTokenFailure(oauth("invalid_grant"), []).class).toBe("transient");
  });

  it("lets the first rule that matches decide", () => {
    const rules = [
      { id: "mine", errors: ["invalid_grant"], class: "transient", meaning: "" },
      ...defaultFailureRules,
    ] as const;
    expect(classifyTokenFailure(oauth("invalid_grant"), rules).rule.id).toBe("mine");
  });

  it("never tells a customer to come back because of our client, whatever the status", () => {
    const word = fc.constantFrom("invalid_client", "unauthorized_client");
    fc.assert(
      fc.property(word, fc.integer({ min: 200, max: 599 }), (error, status) => {
        expect(classify(oauth(error, status)).class).not.toBe("reauthorize");
      }),
    );
  });

  it("never takes a page, an outage or silence for a revocation", () => {
    const failure = fc.oneof(
      fc
        .integer({ min: 300, max: 599 })
        .filter((status) => status !== 401)
        .map(page),
      fc.constant<TokenRequestFailure>({ kind: "not_sent", detail: "x" }),
      fc.constant<TokenRequestFailure>({ kind: "answer_lost", detail: "x" }),
      fc.constant<TokenRequestFailure>({ kind: "unreadable_answer", status: 200, detail: "x" }),
    );
    fc.assert(fc.property(failure, (one) => void expect(classify(one).class).not.toBe("reauthorize")));
  });

  it("gives each default rule an id of its own and a meaning", () => {
    expect(new Set(defaultFailureRules.map((rule) => rule.id)).size).toBe(defaultFailureRules.length);
    for (const rule of defaultFailureRules) expect(rule.meaning).not.toBe("");
  });
});

describe("the integration's own rules", () => {
  const withOwn = (...own: FailureRules): FailureRules => [...own, ...defaultFailureRules];
  const described = (description: string | null, error = "invalid_request"): TokenRequestFailure => ({
    kind: "oauth_error",
    status: 400,
    error,
    description,
    retryAfterSeconds: null,
  });
  const expired = {
    id: "acme.expired",
    errors: ["invalid_request"],
    descriptionIncludes: "Refresh Token Expired",
    class: "reauthorize",
    meaning: "The refresh token has ended.",
  } as const;

  it.each<[string, TokenRequestFailure, string]>([
    ["decide before the default ones", described("Refresh token expired"), "acme.expired"],
    ["find their words whatever their case, anywhere", described("sorry: REFRESH TOKEN EXPIRED, bye"), "acme.expired"],
    ["leave to the default ones what they don't describe", described("redirect_uri is missing"), "rfc6749.request"],
    ["find no words where there are none", described(null), "rfc6749.request"],
    ["find no words in a page", html(400), "http.4xx.page"],
    ["want every condition to hold", described("refresh token expired", "invalid_scope"), "rfc6749.request"],
  ])("%s", (_name, failure, rule) => {
    expect(classifyTokenFailure(failure, withOwn(expired)).rule.id).toBe(rule);
  });

  it.each<[number, boolean]>([
    [402, false],
    [403, true],
    [404, true],
    [405, false],
  ])("count both ends of a range of statuses: %i", (status, isOurs) => {
    const gone = { id: "acme.gone", statuses: [403, 404], class: "reauthorize", meaning: "" } as const;
    expect(classifyTokenFailure(page(status), withOwn(gone)).rule.id === "acme.gone").toBe(isOurs);
    expect(classifyTokenFailure(oauth("x", status), withOwn(gone)).rule.id === "acme.gone").toBe(isOurs);
  });

  it("of statuses say nothing of a failure that has none", () => {
    const all = { id: "acme.all", statuses: [100, 599], class: "reauthorize", meaning: "" } as const;
    for (const failure of [{ kind: "not_sent", detail: "" }, { kind: "no_client" }] as const) {
      expect(classifyTokenFailure(failure, withOwn(all)).class).not.toBe("reauthorize");
    }
  });

  it("come before the 429 and may make of it what they know better", () => {
    const quota = { id: "acme.quota", errors: ["quota"], class: "transient", meaning: "" } as const;
    expect(classifyTokenFailure(oauth("quota", 429), withOwn(quota)).rule.id).toBe("acme.quota");
  });
});

describe("a client that the account brought itself (R18)", () => {
  it.each(["invalid_client", "unauthorized_client"])("%s is its owner's to mend, and nobody else's", (error) => {
    const own = classifyTokenFailure(oauth(error, 401), defaultFailureRules, {
      ownsClient: true,
      grant: "refresh_token",
    });
    expect([own.class, own.rule.id]).toEqual(["reauthorize", "client.own"]);
    expect(
      classifyTokenFailure(oauth(error, 401), defaultFailureRules, { ownsClient: false, grant: "refresh_token" }).class,
    ).toBe("client_misconfigured");
  });

  it.each(["invalid_client", "unauthorized_client"])(
    "blames no operator by a rule of the integration either: %s",
    (error) => {
      const own = { id: "acme.client", errors: [error], class: "client_misconfigured", meaning: "Mend it." } as const;
      const rules = [own, ...defaultFailureRules];
      const theirs = classifyTokenFailure(oauth(error, 401), rules, { ownsClient: true, grant: "refresh_token" });
      expect([theirs.class, theirs.rule.id]).toEqual(["reauthorize", "client.own"]);
      const ours = classifyTokenFailure(oauth(error, 401), rules, { ownsClient: false, grant: "refresh_token" });
      expect([ours.class, ours.rule.id]).toEqual(["client_misconfigured", "acme.client"]);
    },
  );

  it("leaves what a rule of the integration says of its client's errors, where that is no blame", () => {
    const busy = { id: "acme.busy", errors: ["invalid_client"], class: "transient", meaning: "Busy." } as const;
    const found = classifyTokenFailure(oauth("invalid_client", 401), [busy, ...defaultFailureRules], {
      ownsClient: true,
      grant: "refresh_token",
    });
    expect([found.class, found.rule.id]).toEqual(["transient", "acme.busy"]);
  });

  it("leaves an operator what is his in a rule of the integration: other errors than the client's", () => {
    const scope = { id: "acme.scope", errors: ["bad_scope"], class: "client_misconfigured", meaning: "" } as const;
    const found = classifyTokenFailure(oauth("bad_scope"), [scope, ...defaultFailureRules], {
      ownsClient: true,
      grant: "refresh_token",
    });
    expect([found.class, found.rule.id]).toEqual(["client_misconfigured", "acme.scope"]);
  });

  it("changes no other verdict", () => {
    const client = new Set(["rfc6749.client"]);
    for (const [, failure] of cases) {
      const shared = classifyTokenFailure(failure, defaultFailureRules, { ownsClient: false, grant: "refresh_token" });
      if (client.has(shared.rule.id)) continue;
      expect(classifyTokenFailure(failure, defaultFailureRules, { ownsClient: true, grant: "refresh_token" })).toEqual(
        shared,
      );
    }
  });

  it("lets a 429 be a 429", () => {
    expect(
      classifyTokenFailure(oauth("invalid_client", 429), defaultFailureRules, {
        ownsClient: true,
        grant: "refresh_token",
      }).class,
    ).toBe("rate_limited");
  });
});

describe("a client that asks for itself (R3, R18)", () => {
  it.each<[string, TokenRequestFailure]>([
    ["invalid_grant", oauth("invalid_grant")],
    ["a bare 401", { kind: "http_error", status: 401, isPage: false, retryAfterSeconds: null }],
    ["another error with 401", oauth("access_denied", 401)],
  ])("is ours to mend, and no account's fault: %s", (_name, failure) => {
    const asked = { ownsClient: false, grant: "client_credentials" } as const;
    expect(classifyTokenFailure(failure, defaultFailureRules, asked)).toMatchObject({
      class: "client_misconfigured",
      rule: { id: "client.shared" },
    });
    expect(classifyTokenFailure(failure, defaultFailureRules, { ...asked, ownsClient: true }).class).toBe(
      "reauthorize",
    );
    // RFC 7523: the account names whom it asks for, and the provider refuses them.
    expect(classifyTokenFailure(failure, defaultFailureRules, { ...asked, asksForSubject: true }).class).toBe(
      "reauthorize",
    );
  });
});

describe("the text for operators", () => {
  it.each<[string, TokenRequestFailure, string]>([
    ["the error alone", oauth("invalid_grant"), "invalid_grant"],
    [
      "the error and its description",
      { ...oauth("invalid_grant"), description: "expired" } as TokenRequestFailure,
      "invalid_grant: expired",
    ],
    ["a page: its status, never its body", page(503), "HTTP 503"],
    ["an unreadable answer", { kind: "unreadable_answer", status: 200, detail: "HTML" }, "HTTP 200, unreadable: HTML"],
    ["a lost answer", { kind: "answer_lost", detail: "ECONNRESET" }, "ECONNRESET"],
    ["no client", { kind: "no_client" }, "no OAuth client is configured"],
    ["a fault of our own", { kind: "own_fault", detail: "busy" }, "not asked, by a fault of Evergrant's own: busy"],
  ])("%s", (_name, failure, text) => {
    expect(describeFailure(failure)).toBe(text);
  });

  it("holds no control character and at most 300 characters, whatever the provider wrote", () => {
    const unit = fc.constantFrom(
      "a",
      "é",
      "😀",
      "\u0000",
      "\r",
      "\n",
      "\u001b",
      "\u007f",
      "\u0085",
      "\u2028",
      "\u2029",
    );
    const hostile = fc.string({ unit, maxLength: 600 });
    fc.assert(
      fc.property(hostile, hostile, (error, description) => {
        const text = describeFailure({ kind: "oauth_error", status: 400, error, description, retryAfterSeconds: null });
        expect(text.length).toBeLessThanOrEqual(300);
        // eslint-disable-next-line no-control-regex
        expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      }),
    );
    expect(describeFailure(oauth("a\r\nlevel=error\u001b[31m"))).toBe("a level=error [31m");
  });
});
