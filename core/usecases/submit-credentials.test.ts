import { describe, expect, it } from "vitest";
import { addLink, browserSecret } from "#test/fakes/connect-trip";
import { apiAnswer } from "#test/fakes/scripted-provider-api";
import { typedDocument } from "#test/fakes/typed-documents";
import { createWorld, environmentId, type World } from "#test/fakes/world";
import type { TypedDocument } from "../domain/integration/credential-fields.ts";
import { readCredentials } from "./read-token.ts";
import { findForm, submitCredentials, type SubmitInput } from "./submit-credentials.ts";

const key = "sk_live_4242";
const inputs = [{ name: "subdomain", label: "Subdomain", pattern: "[a-z]+" }];
const identity = { id: "id", label: "name" };

const createTypedWorld = (document: TypedDocument = typedDocument("api_key")) => createWorld({ document });
const aLink = (world: World, changes: Parameters<typeof addLink>[1] = {}) =>
  addLink(world, { integrationNames: ["acme-keys"], ...changes });

async function submit(world: World, linkId: string, changes: Partial<SubmitInput> = {}) {
  const link = await world.connect.findLink(linkId);
  if (link === null) throw new Error(`no link ${linkId}`);
  return await submitCredentials(world, {
    link,
    integrationName: "acme-keys",
    inputs: {},
    credentials: { api_key: key },
    browserSecret,
    ...changes,
  });
}

/** The account that a form which was just sent connected. */
async function connected(world: World, linkId: string, changes: Partial<SubmitInput> = {}) {
  const outcome = await submit(world, linkId, changes);
  if (outcome.kind !== "connected") throw new Error(`the form led to ${outcome.kind}`);
  return outcome.account;
}

const lastTry = (world: World) => [...world.connect.tries.values()].at(-1);

describe("a form that is sent (R4)", () => {
  it("connects when its credentials work: sealed, active, told once, the link used up", async () => {
    const world = await createTypedWorld(typedDocument("api_key", { config: { identity } }));
    world.provider.on("/v2/me", apiAnswer(200, { id: 7, name: "Acme Ltd" }));
    const link = await aLink(world, { metadata: { plan: "gold" } });
    const account = await connected(world, link.id);
    expect(account).toMatchObject({
      status: "active",
      metadata: { plan: "gold" },
      externalAccount: { id: "7", label: "Acme Ltd" },
      credentialVersion: 1,
      refreshDueAt: null,
    });
    expect(world.accounts.events.map((one) => one.type)).toEqual(["integrated_account:created"]);
    const asked = { environmentId, accountId: account.id, minTtlSeconds: null, actor: "key_test" };
    expect(await readCredentials(world, asked)).toMatchObject({ kind: "typed", fields: { api_key: key } });
    expect(await submit(world, link.id)).toEqual({ kind: "unusable_link", state: "used" });
    const [session] = [...world.connect.sessions.values()];
    expect(session).toMatchObject({ status: "connected", callbackId: null, redirectUri: null, tokenEndpoint: null });
  });

  it("keeps no secret anywhere but sealed", async () => {
    const world = await createTypedWorld();
    const link = await aLink(world);
    world.provider.on("/v2/me", apiAnswer(401, { error: key }));
    await submit(world, link.id);
    world.provider.on("/v2/me", apiAnswer(200));
    const account = await connected(world, link.id);
    const everything = [
      ...world.connect.tries.values(),
      ...world.connect.sessions.values(),
      ...world.accounts.audit,
      ...world.auditLog.records,
      ...world.log.lines,
      { ...account, fence: null, credentialFence: null },
    ];
    expect(JSON.stringify(everything)).not.toContain(key);
  });

  it("comes again when the provider rejects them, remembering what was typed and is no secret", async () => {
    const document = typedDocument("basic", { inputs, api: { baseUrl: "https://{subdomain}.acme.example" } });
    const world = await createTypedWorld(document);
    world.provider.on("/me", apiAnswer(401));
    const link = await aLink(world);
    const outcome = await submit(world, link.id, {
      inputs: { subdomain: "northwind" },
      credentials: { username: "ada", password: "wrong" },
    });
    expect(outcome).toEqual({ kind: "again", names: ["password"] });
    expect(lastTry(world)).toMatchObject({
      linkTokenId: link.id,
      integrationName: "acme-keys",
      typed: { subdomain: "northwind", username: "ada" },
      failure: { code: "rejected", detail: "HTTP 401", fields: [{ name: "password", message: null }] },
    });
    expect(await world.connect.findLink(link.id)).toMatchObject({ usedAt: null });
    expect(world.accounts.events).toEqual([]);
  });

  it("names every wrong input and field at once, and asks nobody", async () => {
    const document = typedDocument("basic", { inputs, api: { baseUrl: "https://{subdomain}.acme.example" } });
    const world = await createTypedWorld(document);
    const link = await aLink(world);
    const outcome = await submit(world, link.id, {
      inputs: { subdomain: "North Wind" },
      credentials: { username: "ada" },
    });
    expect(outcome).toEqual({ kind: "again", names: ["subdomain", "password"] });
    expect(lastTry(world)?.failure).toMatchObject({
      code: "invalid",
      fields: [{ name: "subdomain" }, { name: "password", message: "Password is needed" }],
    });
    expect(world.provider.requests).toEqual([]);
    expect(world.accounts.audit).toEqual([]);
  });

  it.each<[string, ReturnType<typeof apiAnswer>, string]>([
    ["is unwell", apiAnswer(503), "provider_error"],
    ["slows us down", apiAnswer(429), "rate_limited"],
    ["answers otherwise", apiAnswer(404), "unlike"],
    ["does not answer", { kind: "failed", cause: "answer_lost", detail: "late" }, "provider_unreachable"],
    ["must not be called", { kind: "failed", cause: "egress_refused", detail: "private" }, "client_misconfigured"],
  ])("comes again when the provider %s", async (_name, answer, code) => {
    const world = await createTypedWorld();
    world.provider.on("/v2/me", answer);
    expect(await submit(world, (await aLink(world)).id)).toMatchObject({ kind: "again" });
    expect(lastTry(world)?.failure?.code).toBe(code);
  });

  it("is one account however often it is sent until it works", async () => {
    const world = await createTypedWorld();
    const link = await aLink(world);
    world.provider.on("/v2/me", apiAnswer(401));
    for (let time = 0; time < 3; time += 1) await submit(world, link.id);
    world.provider.on("/v2/me", apiAnswer(200));
    await connected(world, link.id);
    expect(world.accounts.audit.filter((one) => one.action === "account.created")).toHaveLength(1);
  });

  it("may be sent ten times in ten minutes, by whichever browser, and the provider hears of no more", async () => {
    const world = await createTypedWorld();
    const link = await aLink(world);
    world.provider.on("/v2/me", apiAnswer(401));
    for (let time = 0; time < 10; time += 1) {
      expect(await submit(world, link.id, { browserSecret: `browser-${time}` })).toMatchObject({ kind: "again" });
    }
    const until = new Date(world.clock.now().getTime() + 600_000);
    expect(await submit(world, link.id)).toEqual({ kind: "limited", until });
    expect(world.provider.requests).toHaveLength(10);
    // Another link is another's.
    expect(await submit(world, (await aLink(world)).id)).toMatchObject({ kind: "again" });
    world.clock.advance(600_000);
    expect(await submit(world, link.id)).toMatchObject({ kind: "again" });
  });

  it.each<[string, Partial<SubmitInput>]>([
    ["an integration that the link does not offer", { integrationName: "other" }],
  ])("leads nowhere for %s", async (_name, changes) => {
    const world = await createTypedWorld();
    expect(await submit(world, (await aLink(world)).id, changes)).toEqual({ kind: "unavailable" });
    expect(world.connect.tries.size).toBe(0);
  });

  it("is no form where the definition sends people to an authorization server", async () => {
    const world = await createWorld();
    const link = await addLink(world);
    expect(await findForm(world, link, "acme-crm")).toBeNull();
    expect(await submit(world, link.id, { integrationName: "acme-crm" })).toEqual({ kind: "unavailable" });
  });

  it("leads nowhere once the link has expired", async () => {
    const world = await createTypedWorld();
    const link = await aLink(world, { expiresInSeconds: 60 });
    world.clock.advance(61_000);
    expect(await submit(world, link.id)).toEqual({ kind: "unusable_link", state: "expired" });
  });

  it("connects one of two who send it at the same moment", async () => {
    const world = await createTypedWorld();
    const link = await aLink(world);
    const outcomes = await Promise.all([submit(world, link.id), submit(world, link.id)]);
    expect(outcomes.map((one) => one.kind).toSorted()).toEqual(["connected", "unusable_link"]);
    expect(world.accounts.events).toHaveLength(1);
  });
});

describe("a form for an account that is there", () => {
  const document = typedDocument("api_key", { inputs, config: { identity } });

  async function withAccount() {
    const world = await createTypedWorld(document);
    world.provider.on("/v2/me", apiAnswer(200, { id: 7, name: "Acme Ltd" }));
    const first = await aLink(world, { metadata: { plan: "gold" } });
    const account = await connected(world, first.id, { inputs: { subdomain: "northwind" } });
    const link = await aLink(world, { integratedAccountId: account.id, integrationNames: null });
    return { world, account, link };
  }

  it("keeps id, metadata and inputs, and replaces what was typed", async () => {
    const { world, account, link } = await withAccount();
    const again = await connected(world, link.id, { credentials: { api_key: "sk_new" } });
    expect(again).toMatchObject({
      id: account.id,
      metadata: { plan: "gold" },
      inputs: { subdomain: "northwind" },
      credentialVersion: 2,
      status: "active",
    });
    const asked = { environmentId, accountId: account.id, minTtlSeconds: null, actor: "key_test" };
    expect(await readCredentials(world, asked)).toMatchObject({ fields: { api_key: "sk_new" }, credentialVersion: 2 });
  });

  it("refuses credentials of another external account (R32), and the link can be tried again", async () => {
    const { world, account, link } = await withAccount();
    world.provider.on("/v2/me", apiAnswer(200, { id: 8, name: "Other Ltd" }));
    expect(await submit(world, link.id, { credentials: { api_key: "sk_other" } })).toMatchObject({ kind: "again" });
    expect(lastTry(world)?.failure).toEqual({ code: "external_account_mismatch", detail: "Other Ltd", fields: [] });
    expect(await world.account(account.id)).toMatchObject({ credentialVersion: 1, externalAccount: { id: "7" } });
    expect(await world.connect.findLink(link.id)).toMatchObject({ usedAt: null });
  });

  it("refuses credentials whose external account can't be found out, where one is known", async () => {
    const { world, link } = await withAccount();
    world.provider.on("/v2/me", apiAnswer(200, {}));
    expect(await submit(world, link.id)).toMatchObject({ kind: "again" });
    expect(lastTry(world)?.failure?.code).toBe("external_account_unknown");
  });
});
