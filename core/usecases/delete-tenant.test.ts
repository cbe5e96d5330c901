import { expect, it } from "vitest";
import { createWorld, environmentId, caller } from "#test/fakes/world";
import { deleteTenant, type DeleteTenantPorts } from "./delete-tenant.ts";

const ids = Array.from({ length: 100 }, (_, index) => `ia_${String(index).padStart(3, "0")}`);

/** A tenant of a hundred accounts, of which each takes a second to end. */
async function slowTenant() {
  const world = await createWorld();
  for (const id of ids) await world.addAccount({ id });
  const destroyed: string[] = [];
  const connected = async (): Promise<string[]> => {
    const accounts = await Promise.all(ids.map((id) => world.accounts.find(environmentId, id)));
    return accounts.flatMap((one) => (one === null || one.status === "disconnected" ? [] : [one.id]));
  };
  const ports: DeleteTenantPorts = {
    ...world,
    accounts: {
      ...world.accounts,
      apply: async (change) => {
        world.clock.advance(1_000);
        return await world.accounts.apply(change);
      },
    },
    connectedAccountsOf: async (_environment, _tenant, limit) => {
      const left = await connected();
      return { ids: left.slice(0, limit), total: left.length };
    },
    sealing: {
      knowsTenant: async () => true,
      countUnderTenantKey: async () => 0,
      destroyTenantKeys: async (_environment: string, tenant: string) => (destroyed.push(tenant), ["tk_one"]),
    } as unknown as DeleteTenantPorts["sealing"],
    audit: { append: async () => {} },
    sealingKeys: { forgetState: () => {} } as DeleteTenantPorts["sealingKeys"],
  };
  return { ports, destroyed, connected };
}

it("ends what fits into one call, says how many remain, and goes on with the next; the key goes last", async () => {
  const { ports, destroyed, connected } = await slowTenant();
  let ended = 0;
  let calls = 0;
  for (let remaining = ids.length; remaining > 0; calls += 1) {
    expect(destroyed).toEqual([]);
    const deleted = await deleteTenant(ports, caller, "tenant-1");
    const here = Object.values(deleted.disconnected).reduce((sum, count) => sum + count, 0);
    expect(here).toBeGreaterThan(0);
    expect(here).toBeLessThanOrEqual(24);
    ended += here;
    remaining = deleted.remaining;
    expect(remaining).toBe((await connected()).length);
    expect(deleted.keysDestroyed).toBe(remaining === 0 ? 1 : 0);
  }
  expect(calls).toBeGreaterThan(3);
  expect(ended).toBe(ids.length);
  expect(destroyed).toEqual(["tenant-1"]);
});

it("ends no more than it is told to", async () => {
  const { ports, connected } = await slowTenant();
  expect(await deleteTenant(ports, caller, "tenant-1", 3)).toMatchObject({ remaining: 97, keysDestroyed: 0 });
  expect(await connected()).toHaveLength(97);
});
