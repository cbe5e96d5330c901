import { describe, expect, test } from "vitest";
import { createInMemoryTokenGlances } from "#test/fakes/in-memory-token-glances";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { createWorld, environmentId, type AccountOptions } from "#test/fakes/world";
import type { ConfiguredIntegration } from "../ports/integration-store.ts";
import type { TokenGlance } from "../ports/token-glances.ts";
import { plainChange } from "./plain-change.ts";
import { createPolicyMemory } from "./policy-memory.ts";
import { readCredentials } from "./read-token.ts";
import { serveCredentials } from "./serve-credentials.ts";

async function setUp(account: AccountOptions = {}) {
  const world = await createWorld();
  const { id } = await world.addAccount({ expiresInSeconds: 3_000, ageSeconds: 600, ...account });
  let stamp = "first";
  let definitionsRead = 0;
  const ports = {
    ...world,
    glances: createInMemoryTokenGlances(world.accounts, () => stamp),
    policies: createPolicyMemory({
      find: async (environment, name) => {
        definitionsRead += 1;
        return await world.integrations.find(environment, name);
      },
    }),
  };
  const input = { environmentId, accountId: id, minTtlSeconds: null, actor: "key_test", isVisible: () => true };
  return {
    world,
    ports,
    input,
    definitionsRead: () => definitionsRead,
    changeDefinition: (next: string) => (stamp = next),
  };
}

describe("what is served", () => {
  test("is what the whole way reads, for a token that lives on", async () => {
    const { ports, input } = await setUp();
    // What the proxy needs comes along there.
    const { account: _, configured: __, ...read } = await readCredentials(ports, input);
    expect(await serveCredentials(ports, input)).toEqual(read);
  });

  test("is what the whole way reads, for a wish that no token of this provider meets", async () => {
    const { ports, input } = await setUp();
    const long = { ...input, minTtlSeconds: 86_400 };
    expect(await serveCredentials(ports, long)).toMatchObject({ refresh: "limited" });
    expect(await serveCredentials(ports, long)).toEqual(await readCredentials(ports, long));
  });

  test("is refreshed first where too little life is left", async () => {
    const { ports, input, world } = await setUp({ expiresInSeconds: 10, ageSeconds: 3_590 });
    expect(await serveCredentials(ports, input)).toMatchObject({ credentialVersion: 2 });
    expect(world.server.requests).toHaveLength(1);
  });

  test("leaves its record, with what it was opened for, before it is opened", async () => {
    const { ports, input, world } = await setUp();
    const before = world.auditLog.records.length;
    await serveCredentials(ports, input);
    expect(world.auditLog.records.slice(before)).toEqual([
      expect.objectContaining({
        action: "credential.opened",
        accountId: input.accountId,
        actor: "key_test",
        detail: expect.objectContaining({ purpose: "token_read", version: 1 }),
      }),
    ]);
  });

  test("is nothing for whom the account is not visible to, and nothing is opened", async () => {
    const { ports, input, world } = await setUp();
    const before = world.auditLog.records.length;
    const asked: Pick<TokenGlance, "tenantId" | "integrationName">[] = [];
    const isVisible = (account: Pick<TokenGlance, "tenantId" | "integrationName">): boolean => {
      asked.push(account);
      return false;
    };
    await expect(serveCredentials(ports, { ...input, isVisible })).rejects.toMatchObject({ code: "not_found" });
    expect(asked).toMatchObject([{ tenantId: "tenant-one", integrationName: "acme-crm" }]);
    expect(world.auditLog.records).toHaveLength(before);
  });

  test("is nothing of an account that has no alarm without giving it one (R14)", async () => {
    const { ports, input, world } = await setUp();
    await world.accounts.apply(plainChange(await world.account(), { refreshDueAt: null }));
    await serveCredentials(ports, input);
    expect((await world.account()).refreshDueAt).not.toBeNull();
  });
});

test("a definition is read once for each version of it", async () => {
  const { ports, input, definitionsRead, changeDefinition } = await setUp();
  for (let time = 1; time <= 3; time += 1) await serveCredentials(ports, input);
  expect(definitionsRead()).toBe(1);
  changeDefinition("second");
  for (let time = 1; time <= 3; time += 1) await serveCredentials(ports, input);
  expect(definitionsRead()).toBe(2);
});

test("a definition that came while it was looked up is not taken for the one before, though it is gone again", async () => {
  const { world } = await setUp();
  const before = await world.integrations.find(environmentId, "acme-crm");
  if (before === null) throw new Error("not defined");
  const found = [
    { ...exampleConfigured(before, 300), stamp: "put/" },
    { ...before, stamp: "/" },
  ];
  const policies = createPolicyMemory({ find: async () => found.shift() ?? null });
  expect(await policies.policyOf(environmentId, "acme-crm", "/")).toMatchObject({ bufferSeconds: 300 });
  expect(await policies.policyOf(environmentId, "acme-crm", "/")).toMatchObject({ bufferSeconds: 30 });
  expect(await policies.policyOf(environmentId, "acme-crm", "/")).toMatchObject({ bufferSeconds: 30 });
});

function exampleConfigured(configured: ConfiguredIntegration, bufferSeconds: number): ConfiguredIntegration {
  return { ...configured, document: exampleDocument({ config: { refresh: { bufferSeconds } } }) };
}
