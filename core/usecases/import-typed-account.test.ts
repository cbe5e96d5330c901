import { describe, expect, it } from "vitest";
import { apiAnswer } from "#test/fakes/scripted-provider-api";
import { typedDocument } from "#test/fakes/typed-documents";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";
import type { TypedDocument } from "../domain/integration/credential-fields.ts";
import { disconnectAccount } from "./disconnect-account.ts";
import { importAccount, type ImportInput } from "./import-account.ts";
import { readCredentials, readToken } from "./read-token.ts";
import { refreshAccount } from "./refresh-account.ts";

const key = "sk_live_4242";
const fields = [{ name: "api_key", label: "API key", pattern: "sk_.+" }];
const input: ImportInput = {
  integrationName: "acme-keys",
  tenantId: "tenant-one",
  credentials: { format: "api_key", fields: { api_key: key } },
  inputs: {},
  externalAccount: null,
  metadata: { plan: "gold" },
};
const given = (value: Readonly<Record<string, string>>): ImportInput => ({
  ...input,
  credentials: { format: "api_key", fields: value },
});

const createTypedWorld = (document: TypedDocument = typedDocument("api_key", { config: { fields } })) =>
  createWorld({ document });

const read = (world: World, accountId: string, minTtlSeconds: number | null = null) =>
  readCredentials(world, { environmentId, accountId, minTtlSeconds, actor: "key_test" });

describe("importing what somebody typed (R7)", () => {
  it("makes an active account whose credentials have no end and no alarm", async () => {
    const world = await createTypedWorld();
    const account = await importAccount(world, caller, input);
    expect(account).toMatchObject({
      status: "active",
      tenantId: "tenant-one",
      metadata: { plan: "gold" },
      credentialVersion: 1,
      expiresAt: null,
      refreshDueAt: null,
      hasRefreshToken: false,
      scopesRequested: [],
    });
    expect(world.accounts.events.map((one) => one.type)).toEqual(["integrated_account:created"]);
    expect(world.provider.requests).toHaveLength(1);
  });

  it("reads them back as they were given, with an audit record first, and asks nothing of min_ttl", async () => {
    const world = await createTypedWorld();
    const account = await importAccount(world, caller, input);
    const before = world.auditLog.records.length;
    expect(await read(world, account.id, 3600)).toMatchObject({
      kind: "typed",
      fields: { api_key: key },
      credentialVersion: 1,
    });
    expect(world.auditLog.records.slice(before)).toMatchObject([
      { action: "credential.opened", actor: "key_test", detail: { purpose: "token_read" } },
    ]);
    await expect(
      readToken(world, { environmentId, accountId: account.id, minTtlSeconds: null, actor: "key_test" }),
    ).rejects.toMatchObject({ code: "client_misconfigured" });
  });

  it("keeps who was connected as the provider says it, before what the importer says", async () => {
    const world = await createTypedWorld(
      typedDocument("api_key", { config: { identity: { id: "id", label: "name" } } }),
    );
    world.provider.on("/v2/me", apiAnswer(200, { id: 7, name: "Acme Ltd" }));
    const account = await importAccount(world, caller, { ...input, externalAccount: { id: "told", label: null } });
    expect(account.externalAccount).toEqual({ id: "7", label: "Acme Ltd" });
  });

  it("keeps the importer's word where the provider's can't be had", async () => {
    const world = await createTypedWorld(typedDocument("api_key", { config: { identity: { id: "id" } } }));
    const externalAccount = { id: "told", label: null };
    const account = await importAccount(world, caller, { ...input, externalAccount });
    expect(account.externalAccount).toEqual(externalAccount);
  });

  it.each<[string, ImportInput, string[]]>([
    ["a field of another form", given({ api_key: "pk_1" }), ["/credentials/api_key/api_key"]],
    ["a field too many", given({ api_key: key, secret: "x" }), ["/credentials/api_key/secret"]],
    [
      "wrong fields and wrong inputs at once",
      { ...given({}), inputs: { shop: "x" } },
      ["/credentials/api_key/api_key", "/inputs/shop"],
    ],
    [
      "credentials of another format",
      { ...input, credentials: { format: "basic", fields: { username: "a", password: "b" } } },
      ["/credentials/basic"],
    ],
  ])("refuses %s before the provider is asked", async (_name, wrong, pointers) => {
    const world = await createTypedWorld();
    await expect(importAccount(world, caller, wrong)).rejects.toMatchObject({
      code: "invalid_request",
      errors: pointers.map((pointer) => ({ pointer })),
    });
    expect(world.provider.requests).toEqual([]);
    expect(world.accounts.audit).toEqual([]);
  });

  it.each<[string, ReturnType<typeof apiAnswer>, object]>([
    [
      "rejects them",
      apiAnswer(401, { error: key }),
      {
        code: "invalid_request",
        status: 422,
        errors: [{ pointer: "/credentials/api_key/api_key", detail: "API key: the provider answered HTTP 401" }],
      },
    ],
    ["answers otherwise than it should", apiAnswer(404), { code: "invalid_request", status: 422 }],
    ["is unwell", apiAnswer(503), { code: "provider_error", status: 502 }],
    [
      "slows us down",
      apiAnswer(429, null, { retryAfterSeconds: 9 }),
      { code: "rate_limited", retryAfterSeconds: 9, extensions: { source: "provider" } },
    ],
    ["can't be reached", { kind: "failed", cause: "not_sent", detail: "ECONNREFUSED" }, { code: "provider_error" }],
    [
      "does not answer",
      { kind: "failed", cause: "answer_lost", detail: "late" },
      { code: "provider_timeout", status: 504 },
    ],
    [
      "stands at an address that must not be called",
      { kind: "failed", cause: "egress_refused", detail: "private" },
      { code: "client_misconfigured", status: 502 },
    ],
  ])("stores nothing when the provider %s", async (_name, answer, problem) => {
    const world = await createTypedWorld();
    world.provider.on("/v2/me", answer);
    const error: unknown = await importAccount(world, caller, input).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(problem);
    expect(JSON.stringify(error)).not.toContain(key);
    expect(world.accounts.audit).toEqual([]);
  });

  it("blames several fields together", async () => {
    const world = await createTypedWorld(typedDocument("basic"));
    world.provider.on("/v2/me", apiAnswer(401));
    const credentials = { format: "basic", fields: { username: "ada", password: "lovelace" } } as const;
    await expect(importAccount(world, caller, { ...input, credentials })).rejects.toMatchObject({
      errors: [{ pointer: "/credentials/basic", detail: "User name, Password: the provider answered HTTP 401" }],
    });
  });

  it("leaves no account behind when the KMS is down", async () => {
    const world = await createTypedWorld();
    world.keys.setDown("wrap");
    await expect(importAccount(world, caller, input)).rejects.toMatchObject({ code: "kms_unavailable" });
    expect(world.accounts.audit).toEqual([]);
  });
});

describe("an account that holds what somebody typed", () => {
  it("is never refreshed: 422 when forced, and nothing else asks", async () => {
    const world = await createTypedWorld();
    const { id } = await importAccount(world, caller, input);
    const ask = (reason: "forced" | "rejected_token" | "alarm" | "on_demand") =>
      refreshAccount(world, { environmentId, accountId: id, demand: { reason, minTtlSeconds: null }, actor: "test" });
    expect(await ask("forced")).toMatchObject({ kind: "blocked", cause: "not_refreshable" });
    expect(await ask("rejected_token")).toMatchObject({ kind: "blocked", cause: "not_refreshable" });
    expect(await ask("alarm")).toMatchObject({ kind: "fresh" });
    expect(await ask("on_demand")).toMatchObject({ kind: "fresh" });
    expect(world.server.requests).toEqual([]);
  });

  it("is disconnected by erasing; there is nothing to revoke", async () => {
    const world = await createTypedWorld();
    const { id } = await importAccount(world, caller, input);
    const { account, revocation } = await disconnectAccount(world, { environmentId, accountId: id, actor: "key_test" });
    expect([account.status, revocation]).toEqual(["disconnected", "not_supported"]);
    expect(await world.accounts.findWithCredential(environmentId, id)).toMatchObject({ credential: null });
    await expect(read(world, id)).rejects.toMatchObject({ code: "disconnected" });
  });

  it("is read although its definition is gone", async () => {
    const world = await createTypedWorld();
    const { id } = await importAccount(world, caller, input);
    const integrations = { ...world.integrations, find: async () => null };
    const asked = { environmentId, accountId: id, minTtlSeconds: null, actor: "key_test" };
    expect(await readCredentials({ ...world, integrations }, asked)).toMatchObject({ fields: { api_key: key } });
  });
});
