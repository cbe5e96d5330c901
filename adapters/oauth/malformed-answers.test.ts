import { Secret } from "#core/domain/secret/secret";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { resolveIntegration } from "#core/domain/integration/resolve-integration";
import {
  classifyTokenFailure,
  defaultFailureRules,
  describeFailure,
} from "#core/domain/refresh/classify-token-failure";
import type { TokenSet } from "#core/domain/token/token-set";
import type { ClientSecrets, TokenResult } from "#core/ports/authorization-server";
import { scrubResult, secretsHeld } from "#core/usecases/scrub-result";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import type { EgressClient } from "../egress/egress-client.ts";
import { createExpressions } from "../expressions/expressions.ts";
import { createAuthorizationServer } from "./authorization-server.ts";

/** What was sent, and what answers may bring: none of it belongs into a text that is logged, stored or shown. */
const sent = { secret: "sent/client+secret=1", grant: "sent.code~or:token-1" };
const planted = ["planted-access-token-1", "planted-refresh-token-1", "planted-id.token.value-1"];
/** What the account holds besides: a provider knows it, too. */
const held: TokenSet = {
  accessToken: new Secret("held/access+token=0"),
  refreshToken: new Secret(sent.grant),
  tokenType: "DPoP",
  expiresAt: null,
  issuedAt: new Date(0),
  scopes: [],
  clientSecret: new Secret("held~own.client-secret"),
  dpopKey: { kty: "EC", d: "held_dpop-private-key" },
};
const previousSecret = "held previous client secret";
const known = [
  ...Object.values(sent),
  held.accessToken.reveal(),
  "held~own.client-secret",
  "held_dpop-private-key",
  previousSecret,
];
const secrets = [...known, ...planted];
const client: ClientSecrets = {
  owner: "ei_acme",
  field: "client_secret",
  newestFirst: [sent.secret, previousSecret].map((secret, index) => ({
    secret: new Secret(secret),
    version: 2 - index,
    acceptedUntil: null,
  })),
};

const word = fc.oneof(
  fc.constantFrom(...known),
  fc.string({ maxLength: 30 }),
  fc.constantFrom("invalid_grant", "", "x"),
);
/** Repeated by servers in their own words. */
const phrase = fc.tuple(fc.string({ maxLength: 10 }), fc.constantFrom(...known), fc.string({ maxLength: 10 }));
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(Number.MAX_VALUE, -1, 0, 1e21, "1e999", null, [], {}, "\u0000", "\ud800"),
);
const token = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...planted) }, { weight: 1, arbitrary: odd });
const description = fc.oneof(
  phrase.map((parts) => parts.join("")),
  word,
  odd,
);

const tokenFields = fc.record(
  {
    access_token: token,
    refresh_token: token,
    id_token: token,
    token_type: fc.oneof(fc.constant("Bearer"), odd),
    expires_in: odd,
    expires_at: odd,
    scope: fc.oneof(word, odd),
    error: fc.oneof(word, odd),
    error_description: description,
    ok: fc.boolean(),
    data: fc.oneof(odd, fc.record({ access_token: token, refresh_token: token })),
  },
  { requiredKeys: [] },
);

const deep = fc
  .integer({ min: 1, max: 3_000 })
  .map((depth) => `${'{"access_token":'.repeat(depth)}"planted-access-token-1"${"}".repeat(depth)}`);

/** JSON and what becomes of it on the way. */
const text = fc.oneof(
  { weight: 6, arbitrary: tokenFields.map((fields) => JSON.stringify(fields)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(tokenFields, fc.nat({ max: 100 }))
      .map(([fields, share]) =>
        JSON.stringify(fields).slice(0, Math.floor((JSON.stringify(fields).length * share) / 100)),
      ),
  },
  {
    weight: 2,
    arbitrary: tokenFields.map((fields) =>
      new URLSearchParams(
        Object.entries(fields).map(([name, value]) => [
          name,
          typeof value === "string" ? value : JSON.stringify(value),
        ]),
      ).toString(),
    ),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("latin1")) },
  { weight: 1, arbitrary: word.map((one) => `<html><body>token=${one} ${one}</body></html>`) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('{"access_token":1e', '{"expires_in":'), fc.nat()).map((two) => two.join("")),
  },
  { weight: 1, arbitrary: fc.array(tokenFields, { maxLength: 3 }).map((list) => JSON.stringify(list)) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 100 }) },
  { weight: 1, arbitrary: deep },
);

const status = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(200, 201, 202, 204, 400, 401, 403, 429, 500, 503) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }) },
);
const headers = fc.record(
  {
    "content-type": fc.constantFrom(
      "application/json",
      "text/html",
      "application/x-www-form-urlencoded",
      "x",
      "text/plain",
    ),
    "retry-after": fc.constantFrom("10", "-1", "soon", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999"),
    "www-authenticate": fc.constantFrom("Basic", 'Bearer error="invalid_token"', "((", 'Basic realm="'),
    location: fc.constantFrom("http://127.0.0.1:9/", ""),
  },
  { requiredKeys: [] },
);

/** The integration's own words for what came: some right, some that fail, some that would say too much. */
const expression = fc.constantFrom<[string | null, string | null]>(
  [null, null],
  ["data", null],
  [null, 'body.ok = false ? {"error": body.error, "error_description": body.error_description} : null'],
  ["data", '{"error": $string(body)}'],
  ["$error($string($))", "$error($string(body))"],
  [
    '{"access_token": access_token & "", "expires_in": $number(expires_in)}',
    '{"error": "e", "error_description": body}',
  ],
);

const expressions = createExpressions();
afterAll(() => expressions.close());

it("10,000 malformed answers each end in a classified outcome, none in a throw, and no secret in a word about them", async () => {
  const clock = createSteppedClock();
  const log = createRecordingLog();
  const kinds = new Map<string, number>();
  let answer: Response;
  const egress: EgressClient = {
    fetch: (async () => answer) as unknown as EgressClient["fetch"],
    close: async () => {},
  };
  const server = createAuthorizationServer({ egress, clock, redirectUri: (id) => id, expressions, log });
  const resolved = resolveIntegration(exampleDocument(), { clientId: "client-1" }, {});

  const look = (result: TokenResult): void => {
    if (result.kind === "tokens") {
      const { response } = result;
      expect(typeof response.accessToken === "string" && response.accessToken !== "").toBe(true);
      expect(response.refreshToken === null || typeof response.refreshToken === "string").toBe(true);
      expect(response.expiresAt === null || !Number.isNaN(response.expiresAt.getTime())).toBe(true);
      expect(response.scopes === null || response.scopes.every((one) => /^[^\s\0]+$/.test(one))).toBe(true);
      kinds.set("tokens", (kinds.get("tokens") ?? 0) + 1);
      return;
    }
    const { class: failureClass, rule } = classifyTokenFailure(result.failure, defaultFailureRules);
    expect(rule.id).not.toBe("unknown");
    kinds.set(failureClass, (kinds.get(failureClass) ?? 0) + 1);
    const said = `${describeFailure(result.failure)} ${JSON.stringify(result)}`;
    for (const secret of secrets) expect(said).not.toContain(secret);
  };

  const cases = fc.record({ status, headers, text, expression, isCode: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const isEmpty = one.status === 204 || one.status === 205 || one.status === 304;
      answer = new Response(isEmpty ? null : one.text, { status: one.status, headers: one.headers });
      const [tokenResponse, errorExpression] = one.expression;
      const integration = { ...resolved, answers: { ...resolved.answers, tokenResponse, errorExpression } };
      const code = { code: sent.grant, redirectUri: "https://evergrant.example/cb", verifier: null, nonce: null };
      const asked = one.isCode
        ? server.exchangeCode(integration, sent.secret, code)
        : server.refresh(integration, sent.secret, sent.grant);
      // As attemptRefresh hands it on.
      look(scrubResult(await asked, secretsHeld(held, client)));
    }),
    { numRuns: 10_000 },
  );

  const lines = JSON.stringify(log.lines);
  for (const secret of secrets) expect(lines).not.toContain(secret);
  // The generator reaches every class that an answer can end in.
  for (const kind of ["tokens", "transient", "rate_limited", "reauthorize", "client_misconfigured", "in_doubt"]) {
    expect(kinds.get(kind), kind).toBeGreaterThan(10);
  }
}, 300_000);
