import { describe, expect, it } from "vitest";
import type { ApiAnswer } from "../ports/provider-api.ts";
import { addLink, callback, comeBack, depart } from "#test/fakes/connect-trip";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { ofPerson, tokenResult, withAnswer } from "#test/fakes/scripted-authorization-server";
import { apiAnswer } from "#test/fakes/scripted-provider-api";
import { caller, createWorld, type World } from "#test/fakes/world";
import { integrationDocumentSchema } from "../domain/integration/integration-document.ts";
import { importAccount } from "./import-account.ts";

const api = { baseUrl: "https://api.acme.example/v2", headers: { "acme-version": "2026-01-01" } };
const byCall = { path: "/me", id: "org.id", label: "org.name" };
const bearer = { format: "bearer" };

const documentWith = (config: Readonly<Record<string, unknown>>, authorization: unknown = bearer, format = "oauth2") =>
  integrationDocumentSchema.parse({
    ...exampleDocument({ api, format, config: { ...exampleConfig, ...config } }),
    authorization,
  });
const exampleConfig = { auth: { tokenHost: "https://login.acme.example", revokePath: "/revoke" } };

const me = (org: unknown): ApiAnswer => apiAnswer(200, { org });

/** A browser that comes back from the provider; `again` for an account whose external account is known. */
async function connect(
  world: World,
  options: { readonly again?: boolean; readonly answer?: Readonly<Record<string, unknown>> } = {},
) {
  world.server.respondWith(withAnswer(tokenResult(world.clock, "new"), options.answer ?? {}));
  if (options.again === true) await world.addAccount({ externalAccount: { id: "7", label: "Acme" } });
  const { id } = await addLink(world, options.again === true ? { integratedAccountId: "ia_one" } : {});
  return await comeBack(world, callback(await depart(world, id)));
}

describe("who was connected, by a declared call", () => {
  it("is asked with the new token as API calls are, and kept", async () => {
    const world = await createWorld({ document: documentWith({ identity: byCall }) });
    world.provider.on("/v2/me", me({ id: 7, name: "Acme" }));
    expect(await connect(world)).toMatchObject({ account: { externalAccount: { id: "7", label: "Acme" } } });
    expect(world.provider.requests).toMatchObject([
      {
        method: "GET",
        url: "https://api.acme.example/v2/me",
        headers: { authorization: "Bearer access-new", "acme-version": "2026-01-01" },
        body: null,
      },
    ]);
  });

  it.each<[string, unknown, unknown]>([
    [
      "a header",
      { format: "header", config: { name: "x-token", value: "T {access_token}" } },
      { headers: { "x-token": "T access-new" } },
    ],
    [
      "the query",
      { format: "query", config: { name: "t", value: "{access_token}" } },
      { url: "https://api.acme.example/v2/me?t=access-new" },
    ],
    [
      "an expression",
      { format: "expression", config: { expression: '{"headers": {"x-a": "A" & credentials.access_token}}' } },
      { headers: { "x-a": "Aaccess-new" } },
    ],
  ])("is authorized by %s where the definition says so", async (_name, authorization, request) => {
    const world = await createWorld({ document: documentWith({ identity: byCall }, authorization) });
    world.provider.on("/v2/me", me({ id: "7" }));
    expect(await connect(world)).toMatchObject({ account: { externalAccount: { id: "7", label: null } } });
    expect(world.provider.requests).toMatchObject([request]);
  });

  it("may be a POST with headers of its own at a host of its own, which a field may name", async () => {
    const identity = {
      ...byCall,
      host: "{instance}",
      method: "POST",
      headers: { authorization: "Token {access_token}" },
      body: { query: "{ viewer }" },
    };
    const fields = [{ name: "instance", value: "i", pattern: "https://[a-z]+\\.acme\\.example" }];
    const world = await createWorld({ document: documentWith({ identity, fields }) });
    world.provider.on("/me", me({ id: "7" }));
    await connect(world, { answer: { i: "https://eu.acme.example" } });
    expect(world.provider.requests).toMatchObject([
      {
        method: "POST",
        url: "https://eu.acme.example/me",
        headers: { authorization: "Token access-new", "content-type": "application/json" },
        body: '{"query":"{ viewer }"}',
      },
    ]);
  });

  const failures: readonly (readonly [string, ApiAnswer])[] = [
    ["an outage", apiAnswer(503)],
    ["a refusal", apiAnswer(403)],
    ["no answer", { kind: "failed", cause: "answer_lost", detail: "timeout" }],
    ["an answer without the id", me({ name: "Acme" })],
    ["an id that is no text", me({ id: { of: 7 } })],
    ["a page", apiAnswer(200, "<html>")],
  ];

  it.each(failures)(
    "is not known after %s: a first connection is kept, and says so in the log",
    async (_name, answer) => {
      const world = await createWorld({ document: documentWith({ identity: byCall }) });
      world.provider.on("/v2/me", answer);
      expect(await connect(world)).toMatchObject({
        kind: "connected",
        account: { status: "active", externalAccount: null },
      });
      expect(world.log.lines.map((line) => line.message)).toContain("who was connected could not be found out");
      expect(JSON.stringify(world.log.lines)).not.toMatch(/access-new|Acme/);
    },
  );

  it.each(failures)(
    "can't be compared after %s: a re-authorization is refused and its grant ended (R32)",
    async (_name, answer) => {
      const world = await createWorld({ document: documentWith({ identity: byCall }) });
      world.provider.on("/v2/me", answer);
      expect(await connect(world, { again: true })).toMatchObject({
        kind: "failed",
        failure: { code: "provider_error" },
      });
      expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-0" });
      expect(world.server.of("revoke")).toMatchObject([{ token: "refresh-new" }]);
    },
  );

  it("is compared at a re-authorization (R32)", async () => {
    for (const [id, kind] of [
      ["7", "connected"],
      ["8", "failed"],
    ] as const) {
      const world = await createWorld({ document: documentWith({ identity: byCall }) });
      world.provider.on("/v2/me", me({ id, name: "Acme" }));
      const outcome = await connect(world, { again: true });
      expect(outcome).toMatchObject(
        kind === "failed" ? { kind, failure: { code: "external_account_mismatch" } } : { kind },
      );
    }
  });
});

describe("who was connected, by the token answer", () => {
  it("is read from it, and from the claims of an ID token", async () => {
    const identity = { id: "team.id", label: "id_token_claims.email" };
    const world = await createWorld({ document: documentWith({ identity }) });
    const answer = { team: { id: "T1" }, id_token_claims: { sub: "person", email: "ada@acme.example" } };
    expect(await connect(world, { answer })).toMatchObject({
      account: { externalAccount: { id: "T1", label: "ada@acme.example" } },
    });
    expect(world.provider.requests).toEqual([]);
  });

  it("is the ID token's subject where the definition declares nothing", async () => {
    const world = await createWorld();
    world.server.respondWith(ofPerson(tokenResult(world.clock, "x"), { id: "person-1", label: null }));
    const { id } = await addLink(world);
    expect(await comeBack(world, callback(await depart(world, id)))).toMatchObject({
      account: { externalAccount: { id: "person-1" } },
    });
  });
});

describe("a field from the identity", () => {
  const fields = [{ name: "site", from: "identity", value: "org.site", pattern: "[a-z]+" }];

  it("is kept like the others", async () => {
    const world = await createWorld({ document: documentWith({ identity: byCall, fields }) });
    world.provider.on("/v2/me", me({ id: "7", site: "acme" }));
    expect(await connect(world)).toMatchObject({ account: { fields: { site: "acme" } } });
  });

  it("that is required and does not come ends the connection", async () => {
    const world = await createWorld({ document: documentWith({ identity: byCall, fields }) });
    world.provider.on("/v2/me", apiAnswer(503));
    expect(await connect(world)).toMatchObject({
      kind: "failed",
      failure: { detail: expect.stringContaining("site") },
    });
    expect(world.server.of("revoke")).toMatchObject([{ token: "refresh-new" }]);
  });
});

describe("client credentials that are imported", () => {
  const format = "oauth2_client_credentials" as const;
  const input = {
    integrationName: "acme-crm",
    tenantId: "tenant",
    credentials: { format, clientId: "own", clientSecret: "own-secret" },
    inputs: {},
    externalAccount: null,
    metadata: {},
  };

  it("say whose they are, and what comes with them", async () => {
    const fields = [{ name: "instance", value: "i" }];
    const document = documentWith({ identity: byCall, fields }, bearer, format);
    const world = await createWorld({ document });
    world.provider.on("/v2/me", me({ id: "7", name: "Acme" }));
    world.server.respondWith(withAnswer(tokenResult(world.clock, "x"), { i: "eu1" }));
    expect(await importAccount(world, caller, input)).toMatchObject({
      status: "active",
      externalAccount: { id: "7", label: "Acme" },
      fields: { instance: "eu1" },
    });
    world.server.respondWith(tokenResult(world.clock, "y"));
    await expect(importAccount(world, caller, input)).rejects.toMatchObject({ code: "provider_error" });
  });
});
