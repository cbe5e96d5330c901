import { generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, describe, expect, it } from "vitest";
import { Response } from "undici";
import type { EgressClient } from "#adapters/egress/egress-client";
import { createExpressions } from "#adapters/expressions/expressions";
import { createAuthorizationServer } from "#adapters/oauth/authorization-server";
import { judgeProbe } from "#core/domain/credential/judge-probe";
import { isTypedDocument } from "#core/domain/integration/credential-fields";
import { parseRetryAfter } from "#core/domain/rate-limit/parse-retry-after";
import { oauthConfigOf } from "#core/domain/integration/integration-document";
import { resolveIntegration, type ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import { classifyTokenFailure, defaultFailureRules } from "#core/domain/refresh/classify-token-failure";
import type { TokenResult } from "#core/ports/authorization-server";
import type { ApiAnswer } from "#core/ports/provider-api";
import { captureFields } from "#core/usecases/capture-fields";
import { readApiAnswer } from "#core/usecases/read-api-answer";
import { readIdentity } from "#core/usecases/read-identity";
import { readPage } from "#core/usecases/read-page";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { describeCatalogue } from "./describe-catalogue.ts";
import { readCatalogueEntries, type Answer, type CatalogueEntry, type Sample } from "./sample-answers.ts";

const expressions = createExpressions();
afterAll(() => expressions.close());

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const clock = createSteppedClock();
const entries = readCatalogueEntries();

/** As the edge hands it on: header names in lower case, JSON as data. */
function apiAnswer({ status, headers, body }: Answer, now = clock.now()): ApiAnswer & { readonly kind: "answer" } {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const retryAfterSeconds = parseRetryAfter(lower["retry-after"] ?? null, now);
  return { kind: "answer", status, headers: lower, body, retryAfterSeconds };
}

function resolved({ document, answers }: CatalogueEntry): ResolvedIntegration {
  return resolveIntegration(document, { clientId: "client-1" }, answers.inputs, answers.fields);
}

/** That the facts which a sample expects are captured from where the definition takes them. */
async function expectFields(
  integration: ResolvedIntegration,
  from: Parameters<typeof captureFields>[2],
  source: unknown,
  expected: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  const captured = await captureFields({ expressions, log: createRecordingLog() }, integration, from, source);
  for (const [name, value] of Object.entries(expected ?? {})) expect([name, captured[name]]).toEqual([name, value]);
}

async function askToken(entry: CatalogueEntry, sample: Answer): Promise<TokenResult> {
  // An ID token of a documentation is signed for nobody; who was connected has samples of its own.
  const body =
    typeof sample.body === "object" && sample.body !== null
      ? JSON.stringify({ ...sample.body, id_token: undefined })
      : String(sample.body);
  const type = typeof sample.body === "string" ? "text/html" : "application/json";
  const headers = { "content-type": type, ...sample.headers };
  const egress: EgressClient = {
    fetch: async () => new Response(body, { status: sample.status, headers }),
    close: async () => {},
  };
  const log = createRecordingLog();
  const server = createAuthorizationServer({ egress, clock, expressions, log, redirectUri: (id) => id });
  const integration = resolved(entry);
  if (entry.document.credentials.format === "oauth2_client_credentials") {
    const signs = oauthConfigOf(entry.document)?.assertion !== undefined;
    return await server.clientCredentials(integration, signs ? privateKey : "secret-1");
  }
  if (sample.what === "refresh" || sample.what === "token_error") {
    return await server.refresh(integration, "secret-1", "refresh-0");
  }
  const exchange = {
    code: "code-1",
    redirectUri: "https://evergrant.example/cb",
    verifier: "v".repeat(43),
    nonce: null,
  };
  return await server.exchangeCode(integration, "secret-1", exchange);
}

async function probed({ document }: CatalogueEntry, answer: ApiAnswer & { readonly kind: "answer" }) {
  const { declared, isRateLimit } = await readApiAnswer(expressions, document.api, answer, clock.now());
  const { status, headers, body } = answer;
  const valid = document.api?.probe?.valid;
  const isValid = valid === undefined ? null : (await expressions.evaluate(valid, { status, headers, body })) === true;
  return judgeProbe({ status, isValid, apiError: declared, isRateLimit });
}

const isAbout =
  (...kinds: Sample["what"][]) =>
  (entry: CatalogueEntry): [string, CatalogueEntry, Sample][] =>
    entry.answers.samples
      .filter((one) => kinds.includes(one.what))
      .map((one, index) => [`${entry.name}, ${one.what} ${index + 1} (${one.source})`, entry, one]);

describe("the catalogue makes of documented answers what they mean", () => {
  it.each(entries.flatMap(isAbout("token", "refresh")))("tokens of %s", async (_name, entry, sample) => {
    if (sample.what !== "token" && sample.what !== "refresh") throw new Error("filtered");
    const { expects } = sample;
    const result = await askToken(entry, sample);
    if (result.kind !== "tokens") throw new Error(JSON.stringify(result));
    const { accessToken, refreshToken, tokenType, expiresAt, scopes } = result.response;
    expect(accessToken).toBe(expects.access_token);
    if (expects.refresh_token !== undefined) expect(refreshToken).toBe(expects.refresh_token);
    if (expects.token_type !== undefined) expect(tokenType.toLowerCase()).toBe(expects.token_type.toLowerCase());
    if (expects.expires_in !== undefined) {
      expect(((expiresAt?.getTime() ?? 0) - clock.now().getTime()) / 1000).toBeCloseTo(expects.expires_in, -1);
    }
    if (expects.scopes !== undefined) expect(new Set(scopes)).toEqual(new Set(expects.scopes));
    await expectFields(resolved(entry), "token", result.answer, expects.fields);
  });

  it.each(entries.flatMap(isAbout("callback")))("what comes back from %s", async (_name, entry, sample) => {
    if (sample.what !== "callback") throw new Error("filtered");
    await expectFields(resolved(entry), "callback", sample.body, sample.expects.fields);
  });

  it.each(entries.flatMap(isAbout("token_error")))("refusals of %s", async (_name, entry, sample) => {
    if (sample.what !== "token_error") throw new Error("filtered");
    const result = await askToken(entry, sample);
    if (result.kind !== "failure") throw new Error("tokens came");
    const { refreshPolicy } = resolved(entry);
    const rules = [...refreshPolicy.failureRules, ...defaultFailureRules];
    const { class: failureClass } = classifyTokenFailure(result.failure, rules, {
      ownsClient: false,
      grant: refreshPolicy.grant,
    });
    expect(failureClass).toBe(sample.expects.class);
    if (result.failure.kind === "oauth_error") expect(result.failure.error).toBe(sample.expects.error);
  });

  it.each(entries.flatMap(isAbout("identity")))("who was connected at %s", async (_name, entry, sample) => {
    if (sample.what !== "identity") throw new Error("filtered");
    const { identity } = entry.document.credentials.config;
    if (identity === undefined) throw new Error("it declares no identity");
    const { id, label, fields } = sample.expects;
    expect(await readIdentity(expressions, identity, sample.body)).toEqual({ id, label });
    if (fields !== undefined) await expectFields(resolved(entry), "identity", sample.body, fields);
  });

  it.each(entries.flatMap(isAbout("api_error")))("refused calls of %s", async (_name, { document }, sample) => {
    if (sample.what !== "api_error") throw new Error("filtered");
    const { error, isRateLimit } = await readApiAnswer(expressions, document.api, apiAnswer(sample), clock.now());
    expect(isRateLimit ? "rate_limited" : error).toBe(sample.expects.error);
  });

  it.each(entries.flatMap(isAbout("probe")))("probes of %s", async (_name, entry, sample) => {
    if (sample.what !== "probe") throw new Error("filtered");
    expect((await probed(entry, apiAnswer(sample))).kind === "works").toBe(sample.expects.works);
  });

  it.each(entries.filter(({ document }) => isTypedDocument(document)).map((entry) => [entry.name, entry] as const))(
    "a page with status 200 is no probe of %s that worked: a sign-in, or a gateway's",
    async (_name, entry) => {
      for (const body of ["<html><body>Sign in</body></html>", {}, [], null]) {
        const answer = { kind: "answer", status: 200, headers: {}, body, retryAfterSeconds: null } as const;
        expect([body, (await probed(entry, answer)).kind]).toEqual([body, "unlike"]);
      }
    },
  );

  it.each(entries.flatMap(isAbout("rate_limit")))("limits of %s", async (_name, { document }, sample) => {
    if (sample.what !== "rate_limit") throw new Error("filtered");
    const { expects } = sample;
    const now = sample.at === undefined ? clock.now() : new Date(sample.at);
    const { isRateLimit, rateLimit, retryAfterSeconds } = await readApiAnswer(
      expressions,
      document.api,
      apiAnswer(sample, now),
      now,
    );
    // Headers of a good answer tell a limit too.
    expect(isRateLimit).toBe(expects.refused ?? sample.status >= 400);
    if (expects.limit !== undefined) expect(rateLimit.limit).toBe(expects.limit);
    if (expects.remaining !== undefined) expect(rateLimit.remaining).toBe(expects.remaining);
    if (expects.reset_seconds !== undefined) expect(rateLimit.resetSeconds).toBe(expects.reset_seconds);
    if (expects.retry_after_seconds !== undefined) expect(retryAfterSeconds).toBe(expects.retry_after_seconds);
  });

  it.each(entries.flatMap(isAbout("page")))("pages of %s", async (_name, { document }, sample) => {
    if (sample.what !== "page") throw new Error("filtered");
    const page = await readPage(expressions, document.api?.pagination, apiAnswer(sample), {});
    if (page === null) throw new Error("it declares no pages");
    expect(page.items).toHaveLength(sample.expects.items);
    if (sample.expects.next === undefined) return;
    const { next } = page;
    expect(next === null ? null : next.kind === "address" ? next.url : next.value).toBe(sample.expects.next);
  });
});

describe("every entry of the catalogue", () => {
  it.each(entries.map((entry) => [entry.name, entry] as const))(
    "%s has samples of its own, sources, and scopes in plain words",
    (name, { document, answers }) => {
      expect(answers.integration).toBe(name);
      expect(document.sources?.length).toBeGreaterThan(0);
      const config = oauthConfigOf(document);
      if (config === null) return;
      const asked = Array.isArray(config.scope) ? config.scope : config.scope.split(config.scopeSeparator);
      for (const scope of asked.filter((one) => one !== "")) {
        expect(config.scopeDescriptions[scope], `${scope} is explained`).toBeDefined();
      }
      expect(answers.samples.some((one) => one.what === "token")).toBe(true);
    },
  );

  it("stands in docs/catalogue.md as scripts/write-catalogue.ts writes it", async () => {
    const page = await readFile(new URL("../../docs/catalogue.md", import.meta.url), "utf8");
    expect(page).toBe(describeCatalogue(entries));
  });

  it("are at least the nine that were asked for, and thirty more", () => {
    const names = entries.map((one) => one.name);
    for (const name of "hubspot salesforce google microsoft zoom slack xero servicenow zoho".split(" ")) {
      expect(names).toContain(name);
    }
    expect(names.length).toBeGreaterThanOrEqual(39);
  });
});
