import { describe, expect, it } from "vitest";
import { apiAnswer } from "#test/fakes/scripted-provider-api";
import { typedDocument } from "#test/fakes/typed-documents";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";
import type { TypedDocument } from "../domain/integration/credential-fields.ts";
import { importAccount } from "./import-account.ts";
import { probeAccount, type ProbeInput } from "./probe-account.ts";
import { readCredentials } from "./read-token.ts";

const key = "sk_live_4242";

async function createTypedWorld(document: TypedDocument = typedDocument("api_key")) {
  const world = await createWorld({ document });
  const account = await importAccount(world, caller, {
    integrationName: document.name,
    tenantId: "tenant-one",
    credentials: { format: "api_key", fields: { api_key: key } },
    inputs: {},
    externalAccount: null,
    metadata: {},
  });
  return { world, id: account.id };
}

const probe = (world: World, accountId: string, changes: Partial<ProbeInput> = {}) =>
  probeAccount(world, {
    environmentId,
    accountId,
    reason: "rejected_token",
    seenVersion: null,
    actor: "proxy",
    ...changes,
  });

const events = (world: World) => world.accounts.events.map((one) => one.type).slice(1);

describe("a key that the provider rejects later (R4)", () => {
  it("moves the account to needs_reauth like a dead grant, with one event, and says why", async () => {
    const { world, id } = await createTypedWorld();
    world.provider.on("/v2/me", apiAnswer(401, { error: key }));
    expect(await probe(world, id)).toMatchObject({ kind: "rejected", account: { status: "needs_reauth" } });
    const account = await world.account(id);
    expect(account.lastError).toEqual({
      code: "reauthorize",
      message: "the provider rejects these credentials (HTTP 401), and a probe confirmed it",
      at: world.clock.now(),
    });
    expect(account.reauthRequiredAt).toEqual(world.clock.now());
    expect(events(world)).toEqual(["integrated_account:authentication_error"]);
    const asked = { environmentId, accountId: id, minTtlSeconds: null, actor: "key_test" };
    await expect(readCredentials(world, asked)).rejects.toMatchObject({ code: "needs_reauth" });
    expect(world.auditLog.records.at(-1)).toMatchObject({
      action: "credential.opened",
      actor: "proxy",
      detail: { purpose: "probe" },
    });
  });

  it("does so by the definition's own word too, at any status", async () => {
    const errorExpression = 'body.code = "revoked" ? {"error": "invalid_token"}';
    const { world, id } = await createTypedWorld(typedDocument("api_key", { api: { errorExpression } }));
    world.provider.on("/v2/me", apiAnswer(200, { code: "revoked" }));
    expect(await probe(world, id)).toMatchObject({ kind: "rejected" });
  });

  it.each<[string, ReturnType<typeof apiAnswer>]>([
    ["works", apiAnswer(200)],
    ["is unwell", apiAnswer(500)],
    ["slows us down", apiAnswer(429)],
    ["answers otherwise", apiAnswer(404)],
    ["can't be reached", { kind: "failed", cause: "not_sent", detail: "ECONNREFUSED" }],
    ["does not answer", { kind: "failed", cause: "answer_lost", detail: "late" }],
    ["must not be called", { kind: "failed", cause: "egress_refused", detail: "private" }],
  ])("changes nothing when the provider %s", async (_name, answer) => {
    const { world, id } = await createTypedWorld();
    const before = await world.account(id);
    world.provider.on("/v2/me", answer);
    const outcome = await probe(world, id);
    expect(outcome.kind).toBe(answer.kind === "answer" && answer.status === 200 ? "works" : "unchanged");
    expect(await world.account(id)).toEqual(before);
    expect(events(world)).toEqual([]);
  });

  it("does not take a plan that is too small for a dead key, where the definition tells them apart", async () => {
    const errorExpression = 'status = 403 ? {"error": "insufficient_scope"}';
    const { world, id } = await createTypedWorld(typedDocument("api_key", { api: { errorExpression } }));
    world.provider.on("/v2/me", apiAnswer(403));
    expect(await probe(world, id)).toMatchObject({ kind: "unchanged" });
  });

  it("is asked about once in thirty seconds, however many calls were rejected", async () => {
    const { world, id } = await createTypedWorld();
    const before = world.provider.requests.length;
    await Promise.all(Array.from({ length: 20 }, () => probe(world, id)));
    await probe(world, id);
    expect(world.provider.requests).toHaveLength(before + 1);
    world.clock.advance(30_000);
    await probe(world, id);
    expect(world.provider.requests).toHaveLength(before + 2);
  });

  it("is not asked about for credentials that were replaced since", async () => {
    const { world, id } = await createTypedWorld();
    world.provider.on("/v2/me", apiAnswer(401));
    expect(await probe(world, id, { seenVersion: 0 })).toMatchObject({ kind: "works" });
    expect((await world.account(id)).status).toBe("active");
  });

  it("says nothing about credentials that were replaced while it was asked", async () => {
    const { world, id } = await createTypedWorld();
    world.provider.on("/v2/me", () => {
      world.accounts.patch(id, { credentialVersion: 2 });
      return apiAnswer(401);
    });
    expect(await probe(world, id)).toMatchObject({ kind: "unchanged", account: { status: "active" } });
    expect(events(world)).toEqual([]);
  });

  it("is not asked about with half the fields that its definition names by now", async () => {
    const { world, id } = await createTypedWorld();
    const requests = world.provider.requests.length;
    const fields = ["api_key", "region_key"].map((name) => ({ name, label: name }));
    await world.integrations.put(environmentId, typedDocument("api_key", { config: { fields } }), {
      audit: { environmentId, actor: "test", action: "integration.put", target: "acme-keys" },
    });
    expect(await probe(world, id)).toMatchObject({ kind: "unchanged" });
    expect(world.provider.requests).toHaveLength(requests);
  });

  it.each([
    ["connecting", "unchanged"],
    ["disconnected", "unchanged"],
    ["needs_reauth", "rejected"],
  ] as const)("leaves an account alone that is %s", async (status, kind) => {
    const { world, id } = await createTypedWorld();
    const requests = world.provider.requests.length;
    world.accounts.patch(id, { status });
    expect(await probe(world, id)).toMatchObject({ kind });
    expect(world.provider.requests).toHaveLength(requests);
  });

  it("leaves a held account to its operator (R26)", async () => {
    const { world, id } = await createTypedWorld();
    world.accounts.patch(id, { hold: { reason: "mass_failure", at: world.clock.now() } });
    world.provider.on("/v2/me", apiAnswer(401));
    expect(await probe(world, id)).toMatchObject({ kind: "unchanged", account: { status: "active" } });
  });
});

describe("an account that an operator released (R26)", () => {
  it("comes back when a probe works, although it had left", async () => {
    const { world, id } = await createTypedWorld();
    world.provider.on("/v2/me", apiAnswer(401));
    await probe(world, id);
    world.provider.on("/v2/me", apiAnswer(200));
    expect(await probe(world, id, { reason: "released" })).toMatchObject({
      kind: "works",
      account: { status: "active" },
    });
    expect(await world.account(id)).toMatchObject({ status: "active", lastError: null, credentialVersion: 1 });
    expect(events(world)).toEqual(["integrated_account:authentication_error", "integrated_account:reactivated"]);
  });

  it.each<[string, number, string]>([
    ["works", 200, "active"],
    ["is unwell", 503, "active"],
    ["rejects it", 401, "needs_reauth"],
  ])("has no alarm any more when the provider %s", async (_name, status, expected) => {
    const { world, id } = await createTypedWorld();
    world.accounts.patch(id, { refreshDueAt: world.clock.now() });
    world.provider.on("/v2/me", apiAnswer(status));
    await probe(world, id, { reason: "released" });
    expect(await world.account(id)).toMatchObject({ status: expected, refreshDueAt: null });
  });
});

it("has nothing to say about accounts that hold tokens, or that are not there", async () => {
  const world = await createWorld();
  await world.addAccount();
  expect(await probe(world, "ia_one")).toMatchObject({ kind: "not_typed" });
  expect(await probe(world, "ia_nobody")).toEqual({ kind: "not_found" });
});
