import { describe, expect, it } from "vitest";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { apiAnswer } from "#test/fakes/scripted-provider-api";
import { clientSecret, createWorld, environmentId, type World } from "#test/fakes/world";
import { integrationDocumentSchema } from "../domain/integration/integration-document.ts";
import type { ApiAnswer } from "../ports/provider-api.ts";
import { disconnectAccount } from "./disconnect-account.ts";

const api = {
  baseUrl: "https://{shop}.acme.example/v2",
  headers: { "acme-version": "1" },
  errorExpression: 'body.ok = false ? {"error": body.why} : null',
};
const inputs = [{ name: "shop", label: "Shop" }];
const auth = { tokenHost: "https://login.acme.example", revokePath: "/revoke" };

interface Wish {
  readonly revocation?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly authorization?: unknown;
  readonly hasApi?: boolean;
}

async function worldWith({ revocation, config = {}, authorization = { format: "bearer" }, hasApi = true }: Wish) {
  const source = exampleDocument({
    inputs,
    ...(hasApi ? { api } : {}),
    config: {
      auth,
      fields: [{ name: "team", value: "team" }],
      ...config,
      ...(revocation === undefined ? {} : { revocation }),
    },
  });
  return await createWorld({ document: integrationDocumentSchema.parse({ ...source, authorization }) });
}

async function disconnect(world: World, options: Parameters<World["addAccount"]>[0] = {}): Promise<string> {
  await world.addAccount(options);
  world.accounts.patch("ia_one", { inputs: { shop: "north" }, fields: { team: "T 1" } });
  return (await disconnectAccount(world, { environmentId, accountId: "ia_one", actor: "test" })).revocation;
}

describe("a grant that is ended by a declared call", () => {
  it("is called as APIs are, with the tokens in their places, and RFC 7009 is not asked besides", async () => {
    const revocation = { method: "DELETE", path: "/grants/{refresh_token}" };
    const world = await worldWith({ revocation });
    expect(await disconnect(world, { refreshToken: "refresh/0 ä" })).toBe("revoked");
    expect(world.provider.requests).toEqual([
      {
        method: "DELETE",
        url: "https://north.acme.example/v2/grants/refresh%2F0%20%C3%A4",
        headers: {
          accept: "application/json",
          "user-agent": "Evergrant",
          "acme-version": "1",
          authorization: "Bearer access-0",
        },
        body: null,
      },
    ]);
    expect(world.server.of("revoke")).toEqual([]);
  });

  it.each<[string, Wish, unknown]>([
    [
      "a form at a host of its own, as the client by header",
      {
        revocation: {
          host: "https://{shop}.login.example",
          path: "/end",
          authorization: "client",
          headers: { "x-team": "{team}" },
          body: { token: "{access_token}", hint: "access", gone: "{refresh_token}" },
        },
      },
      {
        method: "POST",
        url: "https://north.login.example/end",
        headers: {
          authorization: `Basic ${Buffer.from(`client-of-acme:${clientSecret}`).toString("base64")}`,
          "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
          "x-team": "T 1",
        },
        body: "token=access-0&hint=access&gone=refresh-0",
      },
    ],
    [
      "JSON, with the client in the body",
      {
        config: { options: { authorizationMethod: "body" } },
        revocation: {
          path: "/end",
          authorization: "client",
          bodyFormat: "json",
          body: { days: 7, token: "{access_token}" },
        },
      },
      {
        body: JSON.stringify({ days: 7, token: "access-0", client_id: "client-of-acme", client_secret: clientSecret }),
      },
    ],
    [
      "nobody's name, its secrets in the body",
      { revocation: { path: "/end/{client_id}", authorization: "none", body: { s: "{client_secret}" } } },
      { url: "https://north.acme.example/v2/end/client-of-acme", body: `s=${clientSecret}` },
    ],
    [
      "a GET, with its parameters in the query",
      { revocation: { method: "GET", path: "/end?x=1", authorization: "none", body: { token: "{access_token}" } } },
      { url: "https://north.acme.example/v2/end?x=1&token=access-0", body: null },
    ],
    [
      "the token host where there is no API",
      { hasApi: false, revocation: { path: "/end" } },
      { url: "https://login.acme.example/end" },
    ],
    [
      "the authorization of its API",
      {
        revocation: { path: "/end" },
        authorization: { format: "header", config: { name: "x-token", value: "T {access_token}" } },
      },
      { headers: { "x-token": "T access-0" } },
    ],
  ])("may be %s", async (_name, wish, request) => {
    const world = await worldWith(wish);
    expect(await disconnect(world)).toBe("revoked");
    expect(world.provider.requests).toMatchObject([request]);
    const { headers } = world.provider.requests[0] ?? {};
    if (wish.revocation?.["authorization"] !== undefined) expect(headers).not.toHaveProperty("acme-version");
  });

  it.each<[string, ApiAnswer]>([
    ["an outage", apiAnswer(503)],
    ["a refusal", apiAnswer(401, { error: "expired" })],
    ["no answer", { kind: "failed", cause: "answer_lost", detail: "timeout" }],
    ["an error in a 200", apiAnswer(200, { ok: false, why: "no_such_token" })],
  ])("has failed after %s: it says so, and the account is disconnected all the same", async (_name, answer) => {
    const world = await worldWith({ revocation: { path: "/end" } });
    world.provider.on("/v2/end", answer);
    expect(await disconnect(world)).toBe("failed");
    expect(await world.account()).toMatchObject({ status: "disconnected" });
    expect(await world.storedTokens()).toBeNull();
    expect(JSON.stringify(world.log.lines)).not.toMatch(/access-0|refresh-0/);
  });

  it("has failed where its address names a token that is not there", async () => {
    const world = await worldWith({ revocation: { path: "/grants/{refresh_token}" } });
    expect(await disconnect(world, { refreshToken: null })).toBe("failed");
    expect(world.provider.requests).toEqual([]);
  });

  it("is ended as the client that the account brought", async () => {
    const world = await worldWith({ revocation: { path: "/end", authorization: "client" } });
    await disconnect(world, { ownClient: { id: "own", secret: "own-secret" } });
    const authorization = `Basic ${Buffer.from("own:own-secret").toString("base64")}`;
    expect(world.provider.requests).toMatchObject([{ headers: { authorization } }]);
  });
});
