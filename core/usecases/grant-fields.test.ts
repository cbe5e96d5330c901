import { describe, expect, it } from "vitest";
import { addLink, callback, comeBack, depart } from "#test/fakes/connect-trip";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { tokenResult, withAnswer } from "#test/fakes/scripted-authorization-server";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";
import type { CallbackInput } from "./complete-authorization.ts";
import { importAccount } from "./import-account.ts";
import { refreshAccount } from "./refresh-account.ts";

const instance = {
  name: "instance_url",
  value: "instance_url",
  pattern: "https://[a-z0-9-]+\\.acme\\.example",
};
const realm = { name: "realm", from: "callback", value: "realmId", required: true };
const team = { name: "team", value: "team.id", required: false };

const withFields = (...fields: readonly unknown[]) => ({ config: { fields } });

async function trip(options: Parameters<typeof createWorld>[0], answer: Readonly<Record<string, unknown>> = {}) {
  const world = await createWorld(options);
  world.server.respondWith(withAnswer(tokenResult(world.clock, "x"), answer));
  const { id: linkId } = await addLink(world);
  const departure = await depart(world, linkId);
  const back = (parameters: Readonly<Record<string, string>> = {}, changes: Partial<CallbackInput> = {}) =>
    comeBack(world, callback(departure, { parameters, ...changes }));
  return { world, linkId, back };
}

const tenantAccount = async (world: World) => {
  const [session] = [...world.connect.sessions.values()];
  return await world.account(session?.accountId ?? "");
};

describe("what comes with a grant", () => {
  it("is kept on the account, from the token answer and from the callback", async () => {
    const answer = { instance_url: "https://eu1.acme.example", team: { id: 7 } };
    const { back } = await trip(withFields(instance, realm, team), answer);
    expect(await back({ realmId: "42" })).toMatchObject({
      kind: "connected",
      account: { fields: { instance_url: "https://eu1.acme.example", realm: "42", team: "7" } },
    });
  });

  it("is never a code or a state", async () => {
    const curious = { name: "all", from: "callback", value: "$string($)" };
    const { back } = await trip(withFields(curious));
    expect(await back({ code: "the-code", state: "the-state", realmId: "1" })).toMatchObject({
      account: { fields: { all: '{"realmId":"1"}' } },
    });
  });

  it("may be missing where it is not required, and where its expression fails", async () => {
    const failing = { name: "bad", value: "$error('no')", required: false };
    const { world, back } = await trip(withFields(team, failing));
    expect(await back()).toMatchObject({ kind: "connected", account: { fields: {} } });
    expect(JSON.stringify(world.log.lines)).toContain("a field of a grant was not captured");
  });

  it("ends the connection where it is required and missing, and the grant that nobody keeps", async () => {
    for (const answer of [{}, { instance_url: "https://evil.example" }]) {
      const { world, back } = await trip(withFields(instance), answer);
      expect(await back()).toMatchObject({
        kind: "failed",
        failure: { code: "provider_error", detail: expect.stringContaining("instance_url") },
      });
      expect(await tenantAccount(world)).toMatchObject({ status: "connecting", fields: {} });
      expect(world.server.of("revoke")).toMatchObject([{ token: "refresh-x" }]);
    }
  });

  it("costs no code where the callback lacks what is required of it", async () => {
    const { world, back } = await trip(withFields(realm));
    expect(await back()).toMatchObject({ kind: "failed", failure: { detail: expect.stringContaining("realm") } });
    expect(world.server.of("exchange")).toEqual([]);
  });

  it("stays from before, where a re-authorization does not bring it again", async () => {
    const world = await createWorld(withFields(instance));
    await world.addAccount();
    world.accounts.patch("ia_one", { fields: { instance_url: "https://eu1.acme.example" } });
    const { id } = await addLink(world, { integratedAccountId: "ia_one" });
    const departure = await depart(world, id);
    expect(await comeBack(world, callback(departure))).toMatchObject({
      kind: "connected",
      account: { fields: { instance_url: "https://eu1.acme.example" } },
    });
  });
});

describe("a code of another name", () => {
  it("is exchanged, and no other", async () => {
    const { world, back } = await trip({ config: { callback: { code: "auth_code" } } });
    await back({ auth_code: "theirs" }, { code: "not this one" });
    expect(world.server.of("exchange")).toMatchObject([{ exchange: { code: "theirs" } }]);
  });

  it("is missing where only the standard one comes", async () => {
    const { world, back } = await trip({ config: { callback: { code: "auth_code" } } });
    expect(await back({}, { code: "standard" })).toMatchObject({ kind: "failed" });
    expect(world.server.of("exchange")).toEqual([]);
  });
});

describe("a token host that the callback names (A10)", () => {
  const options = {
    config: {
      auth: { tokenHost: "{accounts}", tokenPath: "/token", authorizeHost: "https://accounts.acme.example" },
      fields: [
        {
          name: "accounts",
          from: "callback",
          value: "`accounts-server`",
          pattern: "https://accounts\\.acme\\.(eu|us)",
        },
      ],
    },
  };

  it("gets the code, if its pattern allows it", async () => {
    const { world, back } = await trip(options);
    expect(await back({ "accounts-server": "https://accounts.acme.eu" })).toMatchObject({ kind: "connected" });
    expect(world.server.exchangedAt).toEqual(["https://accounts.acme.eu/token"]);
  });

  it.each(["https://accounts.evil.example", "https://accounts.acme.eu.evil.example", ""])(
    "does not get it as %j",
    async (at) => {
      const { world, back } = await trip(options);
      expect(await back({ "accounts-server": at })).toMatchObject({
        kind: "failed",
        failure: { code: "provider_error" },
      });
      expect(world.server.requests).toEqual([]);
    },
  );

  it("does not get it when the definition's pattern changed meanwhile", async () => {
    const { world, back } = await trip(options);
    const [configured] = (await world.integrations.list(environmentId)).readable;
    const [field] = options.config.fields;
    const config = { ...options.config, fields: [{ ...field, pattern: "https://.*" }] };
    world.integrations.set({ ...configured!, document: exampleDocument({ config }) });
    expect(await back({ "accounts-server": "https://accounts.evil.example" })).toMatchObject({
      failure: { code: "server_error" },
    });
    expect(world.server.requests).toEqual([]);
  });
});

describe("a refresh", () => {
  const refresh = (world: World) =>
    refreshAccount(world, {
      environmentId,
      accountId: "ia_one",
      demand: { reason: "forced", minTtlSeconds: null },
      actor: "test",
    });
  const withAccount = async (answer: Readonly<Record<string, unknown>>) => {
    const world = await createWorld(withFields(instance, team));
    await world.addAccount();
    world.accounts.patch("ia_one", { fields: { instance_url: "https://eu1.acme.example" } });
    world.server.respondWith(withAnswer(tokenResult(world.clock, "x"), answer));
    return world;
  };

  it("that brings a field again renews it", async () => {
    const world = await withAccount({ instance_url: "https://eu2.acme.example", team: { id: "T1" } });
    expect(await refresh(world)).toMatchObject({ kind: "refreshed" });
    expect((await world.account()).fields).toEqual({ instance_url: "https://eu2.acme.example", team: "T1" });
  });

  it.each([{}, { instance_url: "https://evil.example" }, { instance_url: null }])(
    "keeps what is there where it brings %j",
    async (answer) => {
      const world = await withAccount(answer);
      expect(await refresh(world)).toMatchObject({ kind: "refreshed", account: { status: "active" } });
      expect((await world.account()).fields).toEqual({ instance_url: "https://eu1.acme.example" });
    },
  );
});

describe("an import", () => {
  const input = (fields: Readonly<Record<string, string>>) => ({
    integrationName: "acme-crm",
    tenantId: "tenant",
    credentials: {
      format: "oauth2",
      accessToken: "a",
      refreshToken: "r",
      expiresAt: null,
      expiresIn: 3600,
      scopes: ["admin"],
    } as const,
    inputs: {},
    fields,
    externalAccount: null,
    metadata: {},
  });

  it("brings what would have come with the grant, and it is checked", async () => {
    const world = await createWorld(withFields(instance));
    const account = await importAccount(world, caller, input({ instance_url: "https://eu1.acme.example" }));
    expect(account.fields).toEqual({ instance_url: "https://eu1.acme.example" });
    await expect(importAccount(world, caller, input({ instance_url: "https://evil.example" }))).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/fields/instance_url" }],
    });
  });

  it("has the scopes that its scopes contain", async () => {
    const world = await createWorld({ config: { scopeImplies: { admin: ["read"] } } });
    expect((await importAccount(world, caller, input({}))).scopesGranted).toEqual(["admin", "read"]);
  });
});
