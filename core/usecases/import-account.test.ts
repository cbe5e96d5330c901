import { describe, expect, it } from "vitest";
import { caller, createWorld, type World } from "#test/fakes/world";
import { importAccount, type ImportInput } from "./import-account.ts";

const input: ImportInput = {
  integrationName: "acme-crm",
  tenantId: "tenant-one",
  accessToken: "imported-access",
  refreshToken: "imported-refresh",
  expiresAt: null,
  expiresIn: 3600,
  scopes: null,
  inputs: {},
  externalAccount: null,
  metadata: { plan: "gold" },
};

const secondsFromNow = (world: World, seconds: number): Date => new Date(world.clock.now().getTime() + seconds * 1000);

describe("importing a token set (R7)", () => {
  it("makes an active account with sealed tokens and an alarm", async () => {
    const world = await createWorld();
    const account = await importAccount(world, caller, input);
    expect(account).toMatchObject({
      tenantId: "tenant-one",
      status: "active",
      hasRefreshToken: true,
      metadata: { plan: "gold" },
      expiresAt: secondsFromNow(world, 3600),
      activatedAt: world.clock.now(),
      credentialVersion: 1,
      scopesGranted: ["contacts.read", "openid"],
    });
    expect(account.refreshDueAt?.getTime()).toBeGreaterThanOrEqual(secondsFromNow(world, 3600 - 180).getTime());
    expect(await world.storedTokens(account.id)).toMatchObject({
      accessToken: "imported-access",
      refreshToken: "imported-refresh",
    });
    expect(world.accounts.events.map((one) => one.type)).toEqual(["integrated_account:created"]);
    expect(world.accounts.audit.map((one) => [one.action, one.actor])).toContainEqual([
      "credential.sealed",
      "key_test",
    ]);
    expect(world.server.requests).toEqual([]);
  });

  it("refreshes a token at once that has ended already", async () => {
    const world = await createWorld();
    const account = await importAccount(world, caller, { ...input, expiresAt: secondsFromNow(world, -86_400) });
    expect(account.refreshDueAt).toEqual(world.clock.now());
  });

  it.each<[string, Partial<ImportInput>, number | null]>([
    ["the instant given counts before the seconds given", { expiresAt: new Date("2026-11-20T10:01:00Z") }, 60],
    ["the integration's duration counts where nothing was given", { expiresIn: null }, 7200],
  ])("%s", async (_name, changes, seconds) => {
    const world = await createWorld({ config: { tokenExpiryDuration: 7200 } });
    const account = await importAccount(world, caller, { ...input, ...changes });
    expect(account.expiresAt).toEqual(seconds === null ? null : secondsFromNow(world, seconds));
  });

  it("leaves an unknown end unknown and sets no alarm", async () => {
    const world = await createWorld();
    const account = await importAccount(world, caller, { ...input, expiresIn: null });
    expect([account.expiresAt, account.refreshDueAt]).toEqual([null, null]);
  });

  it("keeps scopes and external account as given", async () => {
    const world = await createWorld();
    const externalAccount = { id: "person-1", label: "Ada" };
    const account = await importAccount(world, caller, { ...input, scopes: ["a"], externalAccount });
    expect(account).toMatchObject({ scopesGranted: ["a"], externalAccount });
  });

  it.each<[string, Partial<ImportInput>, string]>([
    ["an unknown integration", { integrationName: "nobody" }, "/integration_name"],
    ["an input that is none", { inputs: { shop: "x" } }, "/inputs/shop"],
  ])("refuses %s and leaves no account behind", async (_name, changes, pointer) => {
    const world = await createWorld();
    await expect(importAccount(world, caller, { ...input, ...changes })).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ pointer }],
    });
    expect(world.accounts.audit).toEqual([]);
  });

  it("leaves no account behind when the KMS is down", async () => {
    const world = await createWorld();
    world.keys.setDown("wrap");
    let created = 0;
    const accounts = {
      ...world.accounts,
      create: (...given: Parameters<typeof world.accounts.create>) => ((created += 1), world.accounts.create(...given)),
    };
    await expect(importAccount({ ...world, accounts }, caller, input)).rejects.toMatchObject({
      code: "kms_unavailable",
    });
    expect(created).toBe(0);
  });
});
