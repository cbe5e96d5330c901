import { afterAll, describe, expect, it } from "vitest";
import { resolveIntegration } from "#core/domain/integration/resolve-integration";
import type { FaultBehaviour } from "#lab/start-fault-server";
import { directExpressions } from "#test/fakes/direct-expressions";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { startOAuthEdge } from "#test/start-oauth-edge";
import { createAuthorizationServer } from "./authorization-server.ts";

const { fault, egress, close } = await startOAuthEdge();

afterAll(close);

const good: FaultBehaviour = {
  kind: "json",
  status: 200,
  body: { access_token: "long", token_type: "bearer", expires_in: 5_184_000 },
};

async function exchange(
  step: Readonly<Record<string, unknown>>,
  config: Readonly<Record<string, unknown>> = {},
  behaviour: FaultBehaviour = good,
) {
  fault.respondWith(behaviour);
  const document = exampleDocument({
    inputs: [{ name: "shop", label: "Shop" }],
    config: { auth: { tokenHost: fault.origin }, exchange: { path: "/second", ...step }, ...config },
  });
  const log = createRecordingLog();
  const server = createAuthorizationServer({
    egress,
    clock: createSteppedClock(),
    redirectUri: (id) => id,
    expressions: directExpressions,
    log,
  });
  const integration = resolveIntegration(document, { clientId: "client-1" }, { shop: "north" });
  const result = await server.exchangeToken(integration, "s3cret", "short-lived", 5);
  return { result, request: fault.requests.at(-1), log };
}

describe("a second step", () => {
  it("is a form with the declared parameters, and the client authenticates as at the token endpoint (RFC 8693 §2.1)", async () => {
    const grant = "urn:ietf:params:oauth:grant-type:token-exchange";
    const params = { grant_type: grant, subject_token: "{access_token}", shop: "{shop}", nothing: "{nobody}" };
    const { nothing: _, ...sent } = params;
    const { result, request } = await exchange({ params: sent });
    expect(result).toMatchObject({ kind: "tokens", response: { accessToken: "long", refreshToken: null } });
    expect(request).toMatchObject({
      method: "POST",
      url: "/second",
      form: { grant_type: grant, subject_token: "short-lived", shop: "north" },
      headers: { authorization: `Basic ${Buffer.from("client-1:s3cret").toString("base64")}` },
    });
  });

  it("is a GET with its parameters in the query, the client's secret among them if it is named, and no other proof then", async () => {
    const params = {
      grant_type: "long_lived",
      client_id: "{client_id}",
      client_secret: "{client_secret}",
      t: "{access_token}",
    };
    const { request } = await exchange({ method: "GET", params });
    expect(request).toMatchObject({
      method: "GET",
      url: "/second?grant_type=long_lived&client_id=client-1&client_secret=s3cret&t=short-lived",
      body: "",
    });
    expect(request?.headers["authorization"]).toBeUndefined();
  });

  it("is JSON where the integration's requests are, numbers as such", async () => {
    const { request } = await exchange(
      { params: { t: "{access_token}", days: 60 } },
      { options: { bodyFormat: "json" } },
    );
    expect(JSON.parse(request?.body ?? "")).toEqual({ t: "short-lived", days: 60 });
  });

  it("is read like every token answer", async () => {
    const odd: FaultBehaviour = { kind: "json", status: 200, body: { data: { access_token: "x", scope: ["a"] } } };
    expect((await exchange({}, { tokenResponse: "data" }, odd)).result).toMatchObject({
      response: { accessToken: "x", scopes: ["a"] },
    });
    // The first answer may be odd, and this one standard.
    expect((await exchange({}, { tokenResponse: "data" })).result).toMatchObject({ response: { accessToken: "long" } });
  });

  it.each<[string, FaultBehaviour, unknown]>([
    [
      "an error",
      { kind: "json", status: 400, body: { error: "invalid_grant", error_description: "short-lived is s3cret" } },
      { kind: "oauth_error", error: "invalid_grant" },
    ],
    ["an outage", { kind: "html", status: 502 }, { kind: "http_error", status: 502 }],
    ["a reset", { kind: "reset" }, { kind: "answer_lost" }],
    ["nothing readable", { kind: "json", status: 200, body: {} }, { kind: "unreadable_answer" }],
  ])("ends in a classified failure without a secret: %s", async (_name, behaviour, failure) => {
    const { result } = await exchange({ params: { t: "{access_token}" } }, {}, behaviour);
    expect(result).toMatchObject({ kind: "failure", failure });
    expect(JSON.stringify(result)).not.toMatch(/short-lived|s3cret/);
  });

  it("fails as one of ours where its parameters become too long, and costs the first step nothing", async () => {
    const params = { grant_type: "{access_token}", audience: "{scope}{scope}{scope}" };
    const scope = Array.from({ length: 200 }, (_, index) => `${index}`.padEnd(400, "x"));
    const { result } = await exchange({ params }, { scope });
    expect(result).toMatchObject({
      kind: "failure",
      failure: {
        kind: "client_unusable",
        detail: expect.stringContaining("its parameter audience too long") as string,
      },
    });
  });
});
