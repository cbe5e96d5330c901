import { describe, expect, it } from "vitest";
import { directExpressions } from "#test/fakes/direct-expressions";
import { createRecordingLog } from "#test/fakes/recording-log";
import { apiAnswer, createScriptedProviderApi } from "#test/fakes/scripted-provider-api";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { typedDocument } from "#test/fakes/typed-documents";
import type { TypedDocument } from "../domain/integration/credential-fields.ts";
import { tryCredentials } from "./try-credentials.ts";

const key = "sk_live_4242";

function createBench(
  document: TypedDocument = typedDocument("api_key"),
  fields: Record<string, string> = { api_key: key },
) {
  const provider = createScriptedProviderApi();
  const log = createRecordingLog();
  const ports = { provider, expressions: directExpressions, clock: createSteppedClock(), log };
  return { provider, log, run: () => tryCredentials(ports, { document, inputs: { region: "eu" }, fields }) };
}

const withApi = (api: Readonly<Record<string, unknown>>) => typedDocument("api_key", { api });
const errorExpression = 'body.error ? {"error": body.error, "error_description": body.message}';

describe("trying credentials (R4)", () => {
  it("calls the probe with them, as the definition says that they are sent", async () => {
    const { provider, run } = createBench();
    expect(await run()).toEqual({ kind: "works", identity: { kind: "undeclared" } });
    expect(provider.requests).toMatchObject([
      { method: "GET", url: "https://api.acme.example/v2/me", headers: { "x-api-key": key } },
    ]);
  });

  it("evaluates the expression that says how they are sent", async () => {
    const { provider, run } = createBench(typedDocument("custom"), { key_id: "k1", key_secret: "s1" });
    await run();
    expect(provider.requests[0]?.headers).toMatchObject({ "x-key-id": "k1", "x-key-secret": "s1" });
  });

  it("asks the definition's own sign where a 200 is not enough", async () => {
    const { provider, run } = createBench(withApi({ probe: { path: "/me", valid: "body.ok" } }));
    provider.on("/v2/me", apiAnswer(200, { ok: false }));
    expect(await run()).toEqual({ kind: "unlike", said: "HTTP 200" });
    provider.on("/v2/me", apiAnswer(200, { ok: true }));
    expect(await run()).toMatchObject({ kind: "works" });
  });

  it("tells a rejection in the provider's words, without the key that it repeats", async () => {
    const { provider, run } = createBench(withApi({ errorExpression }));
    const message = `no such key: ${key} (${Buffer.from(key).toString("base64")})`;
    provider.on("/v2/me", apiAnswer(400, { error: "invalid_token", message }));
    expect(await run()).toEqual({
      kind: "rejected",
      said: "HTTP 400, invalid_token: no such key: [redacted] ([redacted])",
    });
  });

  it("repeats nothing of a body that no expression of the definition names", async () => {
    const { provider, run } = createBench();
    provider.on("/v2/me", apiAnswer(401, `<h1>bad ${key}</h1>`));
    expect(await run()).toEqual({ kind: "rejected", said: "HTTP 401" });
  });

  it("takes what was made of user name and password out of the provider's words", async () => {
    const document = typedDocument("basic", { api: { errorExpression } });
    const { provider, run } = createBench(document, { username: "ada", password: "s" });
    const pair = Buffer.from("ada:s").toString("base64");
    provider.on("/v2/me", apiAnswer(401, { error: "invalid_token", message: `got ${pair}` }));
    expect(await run()).toEqual({ kind: "rejected", said: "HTTP 401, invalid_token: got [redacted]" });
  });

  it.each<[string, ReturnType<typeof apiAnswer>, unknown]>([
    ["a server error", apiAnswer(503), { kind: "unwell", said: "HTTP 503" }],
    ["a rate limit", apiAnswer(429, null, { retryAfterSeconds: 7 }), { kind: "rate_limited", retryAfterSeconds: 7 }],
    ["one that names no time", apiAnswer(429), { kind: "rate_limited", retryAfterSeconds: 60 }],
    [
      "no connection",
      { kind: "failed", cause: "not_sent", detail: "ECONNREFUSED" },
      { kind: "unreachable", isTimeout: false, said: "ECONNREFUSED" },
    ],
    [
      "no answer in time",
      { kind: "failed", cause: "answer_lost", detail: "no answer within the deadline" },
      { kind: "unreachable", isTimeout: true, said: "no answer within the deadline" },
    ],
    [
      "an address that must not be called",
      { kind: "failed", cause: "egress_refused", detail: "10.0.0.1 is private" },
      expect.objectContaining({ kind: "undecided", isPassing: false }),
    ],
  ])("tells %s from a rejection", async (_name, answer, expected) => {
    const { provider, run } = createBench();
    provider.on("/v2/me", answer);
    expect(await run()).toEqual(expected);
  });

  it.each<[string, NonNullable<TypedDocument["api"]>["rateLimit"], Record<string, string>, number]>([
    ["its reset", undefined, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "30" }, 30],
    [
      "its reset by the name that it has",
      { reset: { header: "x-next", unit: "milliseconds" } },
      { "x-next": "9000" },
      9,
    ],
    ["what it wrote", { waitExpression: "body.wait" }, {}, 12],
    ["Retry-After first", undefined, { "retry-after": "5", "x-ratelimit-reset": "30" }, 5],
    ["no time: something is left", undefined, { "x-ratelimit-remaining": "3", "x-ratelimit-reset": "30" }, 60],
  ])("lets a rate limit say how long it lasts: by %s", async (_name, rateLimit, headers, seconds) => {
    const { provider, run } = createBench(withApi({ probe: { path: "/me" }, rateLimit }));
    const retryAfterSeconds = headers["retry-after"] === undefined ? null : Number(headers["retry-after"]);
    provider.on("/v2/me", apiAnswer(429, { wait: 12 }, { headers, retryAfterSeconds }));
    expect(await run()).toEqual({ kind: "rate_limited", retryAfterSeconds: seconds });
  });

  it("knows a limit that is told by an error code alone, whatever the status", async () => {
    const rateLimit = { expression: 'body.code = "too_many_calls"', waitExpression: "body.wait" };
    const { provider, run } = createBench(withApi({ probe: { path: "/me" }, rateLimit }));
    provider.on("/v2/me", apiAnswer(403, { code: "too_many_calls", wait: 7 }));
    expect(await run()).toEqual({ kind: "rate_limited", retryAfterSeconds: 7 });
    provider.on("/v2/me", apiAnswer(403, { code: "forbidden" }));
    expect(await run()).not.toMatchObject({ kind: "rate_limited" });
  });

  it("sends nothing that no header may hold", async () => {
    const { provider, run } = createBench(typedDocument("api_key"), { api_key: "ключ" });
    expect(await run()).toEqual({ kind: "unlike", said: "they hold characters that no header may" });
    expect(provider.requests).toEqual([]);
  });

  it("blames no credentials for an expression that fails", async () => {
    const { log, run } = createBench(withApi({ probe: { path: "/me", valid: "$number('x') = 1" } }));
    expect(await run()).toEqual({
      kind: "undecided",
      isPassing: false,
      said: "an expression of the definition failed: threw",
    });
    expect(JSON.stringify(log.lines)).not.toContain(key);
  });
});

describe("who was connected", () => {
  const identity = { path: "/account", id: "id", label: "name" };

  it("is asked for once the credentials work, and its id kept as text", async () => {
    const { provider, run } = createBench(typedDocument("api_key", { config: { identity } }));
    provider.on("/v2/account", apiAnswer(200, { id: 7, name: "Acme Ltd" }));
    expect(await run()).toEqual({
      kind: "works",
      identity: { kind: "known", externalAccount: { id: "7", label: "Acme Ltd" } },
    });
    expect(provider.requests[1]?.headers).toMatchObject({ "x-api-key": key });
  });

  it("is read from the probe's own answer where no call is declared", async () => {
    const { provider, run } = createBench(typedDocument("api_key", { config: { identity: { id: "org.id" } } }));
    provider.on("/v2/me", apiAnswer(200, { org: { id: "o-1" } }));
    expect(await run()).toMatchObject({ identity: { kind: "known", externalAccount: { id: "o-1", label: null } } });
    expect(provider.requests).toHaveLength(1);
  });

  it.each<[string, ReturnType<typeof apiAnswer>]>([
    ["the call fails", apiAnswer(500)],
    ["nothing answers", { kind: "failed", cause: "answer_lost", detail: "gone" }],
    ["the answer holds no id", apiAnswer(200, { name: "Acme" })],
    ["the id is no text", apiAnswer(200, { id: { nested: true } })],
  ])("stays unknown when %s, and the credentials work all the same", async (_name, answer) => {
    const { provider, run } = createBench(typedDocument("api_key", { config: { identity } }));
    provider.on("/v2/account", answer);
    expect(await run()).toEqual({ kind: "works", identity: { kind: "unknown" } });
  });
});
