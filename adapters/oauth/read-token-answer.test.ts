import { afterAll, describe, expect, it } from "vitest";
import type { AnswerRules } from "#core/domain/integration/answer-rules";
import type { Expressions } from "#core/ports/expressions";
import { createExpressions } from "../expressions/expressions.ts";
import { awaitExpressions, readTokenAnswer, type RawAnswer } from "./read-token-answer.ts";

const expressions = createExpressions();
afterAll(() => expressions.close());

const standardRules: AnswerRules = { tokenResponse: null, errorExpression: null, scopeImplies: {}, fields: [] };

async function read(
  answer: Partial<RawAnswer> & { readonly json?: unknown },
  rules: Partial<AnswerRules> = {},
  evaluator: Expressions = expressions,
) {
  const { json, ...rest } = answer;
  const text = json === undefined ? "" : JSON.stringify(json);
  const raw = { status: 200, headers: { "content-type": "application/json" }, text, ...rest };
  const { standard, response, failed } = await readTokenAnswer(evaluator, { ...standardRules, ...rules }, raw, true);
  const shown = await response.text();
  const body: unknown = shown === "" ? null : parse(shown);
  return { tokens: standard === null ? null : JSON.parse(standard.body), standard, body, failed, response };
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const tokens = { access_token: "a", token_type: "bearer" };

describe("tokenResponse", () => {
  it.each<[string, string, unknown, unknown]>([
    ["nested", "data", { data: { access_token: "a", refresh_token: "r" } }, { ...tokens, refresh_token: "r" }],
    ["renamed", '{"access_token": accessToken, "refresh_token": refreshToken}', { accessToken: "a" }, tokens],
    ["in a list", 'tokens[type = "user"]', { tokens: [{ type: "bot" }, { type: "user", access_token: "a" }] }, tokens],
    [
      "beside an ID token, which stays",
      '{"access_token": token}',
      { token: "a", id_token: "x.y.z" },
      { ...tokens, id_token: "x.y.z" },
    ],
  ])("finds tokens that are %s", async (_name, tokenResponse, json, expected) => {
    expect((await read({ json }, { tokenResponse })).tokens).toEqual(expected);
  });

  it("hands on lifetime, scopes and type as it found them", async () => {
    const tokenResponse = '{"access_token": t, "expires_in": life, "scope": scopes, "token_type": kind}';
    const { standard } = await read(
      { json: { t: "a", life: "3600", scopes: ["x", "y"], kind: "user" } },
      { tokenResponse },
    );
    expect(standard).toMatchObject({ expiresIn: "3600", scope: ["x", "y"], tokenType: "user" });
  });

  it.each([
    ["yields nothing", "data.missing"],
    ["yields something else", "'a token'"],
    ["yields an object without tokens", '{"token": 1}'],
    ["yields a token that is none", '{"access_token": 7}'],
    ["throws", "$error('no')"],
    ["never ends", "($f := function($n) { $f($n + 1) }; $f(1))"],
    ["takes all memory", '$uppercase($pad("", 500000000))'],
  ])("costs no token when it %s: the answer is read as it came", async (_name, tokenResponse) => {
    expect((await read({ json: { access_token: "a" } }, { tokenResponse })).tokens).toEqual(tokens);
  });

  it("is said to have failed, with nothing of the answer", async () => {
    const { failed } = await read(
      { json: { access_token: "a", secret: "s3cret" } },
      { tokenResponse: "$error(secret)" },
    );
    expect(failed).toMatch(/^tokenResponse failed: threw \(D3137 at \d+\)$/);
  });

  it("costs no token when the evaluator itself breaks", async () => {
    const broken: Expressions = { evaluate: async () => Promise.reject(new Error("it held a s3cret")) };
    const answer = await read({ json: { access_token: "a" } }, { tokenResponse: "x" }, broken);
    expect(answer.tokens).toEqual(tokens);
    expect(answer.failed).toBe("tokenResponse failed: unexpected");
  });

  it("reads no error as tokens", async () => {
    const answer = await read({ status: 400, json: { data: { access_token: "a" } } }, { tokenResponse: "data" });
    expect(answer.tokens).toBeNull();
  });
});

describe("errorExpression", () => {
  const errorExpression =
    'body.ok = false ? {"error": body.why, "error_description": body.hint} : headers.`x-error` ? {"error": headers.`x-error`}';

  it.each<[string, Partial<RawAnswer> & { readonly json?: unknown }, unknown]>([
    [
      "in a 200",
      { json: { ok: false, why: "token_revoked", hint: "gone" } },
      { error: "token_revoked", error_description: "gone" },
    ],
    ["counted", { status: 400, json: { ok: false, why: 40_029 } }, { error: "40029" }],
    ["in a header", { status: 500, text: "<html>", headers: { "x-error": "down" } }, { error: "down" }],
  ])("finds an error %s", async (_name, answer, expected) => {
    const found = await read(answer, { errorExpression });
    expect(found.tokens).toBeNull();
    expect(found.body).toEqual(expected);
    expect(found.response.status).toBe(answer.status ?? 200);
  });

  it("reads status, headers and body of whatever came", async () => {
    const all = '{"error": $string(status) & headers.`retry-after` & body}';
    const { body, response } = await read(
      { status: 503, text: "busy", headers: { "content-type": "text/plain", "retry-after": "9" } },
      { errorExpression: all },
    );
    expect(body).toEqual({ error: "5039busy" });
    expect(response.headers.get("retry-after")).toBe("9");
  });

  it.each([
    ["yields null", "null"],
    ["yields nothing", "body.none"],
    ["yields no text", '{"error": {"code": 1}}'],
    ["yields an empty error", '{"error": ""}'],
    ["throws", "$error('no')"],
  ])("leaves the error as RFC 6749 has it when it %s", async (_name, expression) => {
    const answer = await read({ status: 400, json: { error: "invalid_grant" } }, { errorExpression: expression });
    expect(answer.body).toEqual({ error: "invalid_grant" });
  });

  it("costs no token: an answer that brings one is no error", async () => {
    const answer = await read({ json: { access_token: "a" } }, { errorExpression: '{"error": "always"}' });
    expect(answer.tokens).toEqual(tokens);
  });
});

describe("what evaluates", () => {
  it("is awaited before a request is sent, where an answer will depend on it, and started for nothing else", async () => {
    const asked: string[] = [];
    const counting: Expressions = { evaluate: async (expression) => void asked.push(expression) };
    await awaitExpressions(counting, standardRules);
    expect(asked).toEqual([]);
    await awaitExpressions(counting, { ...standardRules, tokenResponse: "data" });
    await awaitExpressions(counting, { ...standardRules, errorExpression: "body" });
    expect(asked).toHaveLength(2);
  });
});

describe("a form as an answer", () => {
  it.each([
    ["by its content type", "access_token=a&scope=x%20y&expires_in=60", "application/x-www-form-urlencoded"],
    ["by its look", "access_token=a&scope=x%20y&expires_in=60", "text/plain"],
  ])("is read: %s", async (_name, text, type) => {
    const { tokens: told, standard } = await read({ text, headers: { "content-type": type } });
    expect(told).toEqual(tokens);
    expect(standard).toMatchObject({ scope: "x y", expiresIn: "60" });
  });

  it("may be an error in a 200", async () => {
    const text = "error=bad_verification_code&error_description=too+late";
    const { tokens: told, body } = await read({ text, headers: { "content-type": "text/plain" } });
    expect([told, body]).toEqual([null, { error: "bad_verification_code", error_description: "too late" }]);
  });

  it.each(["<a href=access_token=x>", "the access_token=x is not here", "", "x"])("is not seen in %j", async (text) => {
    expect((await read({ text, headers: {} })).tokens).toBeNull();
  });
});
