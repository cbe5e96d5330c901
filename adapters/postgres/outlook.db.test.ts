import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/database.ts";
import type { GrantLife } from "../../core/domain/integration/grant-life.ts";
import { addUpCounts } from "./add-up-counts.ts";
import { countDue, findCliff, outlooksToRenew, readOutlooks, type Outlook } from "./outlook.ts";
import { createPool, type DatabasePool } from "./pool.ts";

let database: TestDatabase;
let environmentId: string;
/** With the rights of a worker. */
let worker: DatabasePool;

beforeAll(async () => {
  database = await createTestDatabase();
  worker = createPool({
    connectionString: database.urlAs("worker"),
    max: 2,
    applicationName: "test",
    onError: () => {},
  });
  const { rows } = await database.pool.query("SELECT id FROM environment WHERE name = 'production'");
  environmentId = rows[0].id;
});
afterAll(async () => {
  await worker.end();
});

let made = 0;
/** Each value is SQL. */
async function addAccount(integrationName: string, columns: Readonly<Record<string, string>> = {}): Promise<void> {
  made += 1;
  const all = { status: "'active'", refresh_due_at: "now() + interval '5 hours'", ...columns };
  await database.pool.query(
    `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, ${Object.keys(all).join(", ")})
     VALUES ($1, $2, 'acme', $3, ${Object.values(all).join(", ")})`,
    [`ia_${made}`, environmentId, integrationName],
  );
}

async function outlookOf(name: string): Promise<Outlook | undefined> {
  return (await readOutlooks(worker, environmentId, [name]))[0];
}

describe("the refreshes of the hour to come", () => {
  test("are counted by five minutes, without what is held, dead or without an alarm", async () => {
    const start = "date_bin('5 minutes', now(), '1970-01-01 00:00Z')";
    for (const at of ["4 minutes 59 seconds", "5 minutes", "9 minutes", "59 minutes", "60 minutes", "-1 seconds"]) {
      await addAccount("acme", { refresh_due_at: `${start} + interval '${at}'` });
    }
    await addAccount("acme", { refresh_due_at: `${start} + interval '6 minutes'`, hold: "'{}'" });
    await addAccount("acme", { status: "'needs_reauth'", refresh_due_at: "NULL" });
    await addAccount("quiet", { refresh_due_at: "NULL" });
    await addUpCounts(worker);
    const before = Date.now();
    await countDue(worker);
    const acme = await outlookOf("acme");
    // A step that began between the accounts and the count moves everything by one.
    expect([
      [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
    ]).toContainEqual(acme?.due);
    expect(acme?.startsAt.getTime()).toBeLessThanOrEqual(acme?.countedAt.getTime() ?? 0);
    expect(Math.abs((acme?.countedAt.getTime() ?? 0) - before)).toBeLessThan(60_000);
    expect((await outlookOf("quiet"))?.due).toEqual(Array.from({ length: 12 }, () => 0));
  });

  test("are no integration's whose accounts are gone", async () => {
    await addAccount("leaving");
    await addUpCounts(worker);
    await countDue(worker);
    expect(await outlookOf("leaving")).toBeDefined();
    await database.pool.query("DELETE FROM integrated_account WHERE integration_name = 'leaving'");
    await addUpCounts(worker);
    await countDue(worker);
    expect(await outlookOf("leaving")).toBeUndefined();
    expect(await outlookOf("quiet")).toBeDefined();
  });
});

describe("the next ends of grants", () => {
  const lifeOf = (life: Partial<GrantLife>): GrantLife => ({
    isGiven: true,
    idleSeconds: null,
    absoluteSeconds: null,
    ...life,
  });
  const day = 86_400;

  async function cliff(name: string, life: Parameters<typeof findCliff>[2]) {
    await addUpCounts(worker);
    await countDue(worker);
    await findCliff(worker, { environmentId, integrationName: name }, life);
    const found = (await outlookOf(name))?.cliff;
    return found === null || found === undefined
      ? null
      : { days: Math.round((found.at.getTime() - Date.now()) / 864_000) / 100, accounts: found.accounts };
  }

  test("come by the absolute life of a grant from when its customer last authorized, whatever was refreshed since", async () => {
    const refreshed = { refreshed_at: "now()", activated_at: "now() - interval '300 days'" };
    await addAccount("absolute", { ...refreshed, granted_at: "now() - interval '95 days'" });
    await addAccount("absolute", { ...refreshed, granted_at: "now() - interval '94 days 12 hours'" });
    await addAccount("absolute", { ...refreshed, granted_at: "now() - interval '93 days'" });
    await addAccount("absolute", { ...refreshed, granted_at: "now() - interval '101 days'" });
    await addAccount("absolute", { ...refreshed, granted_at: "NULL", activated_at: "now() - interval '98 days'" });
    await addAccount("absolute", {
      status: "'needs_reauth'",
      refresh_due_at: "NULL",
      granted_at: "now() - interval '99 days'",
    });
    expect(await cliff("absolute", lifeOf({ absoluteSeconds: 100 * day }))).toEqual({ days: 2, accounts: 1 });
    await database.pool.query(
      "DELETE FROM integrated_account WHERE granted_at IS NULL AND integration_name = 'absolute'",
    );
    expect(await cliff("absolute", lifeOf({ absoluteSeconds: 100 * day }))).toEqual({ days: 5, accounts: 2 });
    expect(await cliff("absolute", lifeOf({}))).toBeNull();
    expect(await cliff("absolute", lifeOf({ absoluteSeconds: 400 * day }))).toBeNull();
  });

  test("come by the idle life of a refresh token where no alarm rings before", async () => {
    const used = { refreshed_at: "now() - interval '20 days'", granted_at: "now() - interval '200 days'" };
    await addAccount("idle", { ...used, refresh_due_at: "now() + interval '1 hour'" });
    expect(await cliff("idle", lifeOf({ idleSeconds: 30 * day }))).toBeNull();
    await addAccount("idle", { ...used, refresh_due_at: "now() + interval '11 days'" });
    await addAccount("idle", { ...used, refresh_due_at: "NULL", has_refresh_token: "true" });
    expect(await cliff("idle", lifeOf({ idleSeconds: 30 * day }))).toEqual({ days: 10, accounts: 2 });
  });

  test("come with the token that nothing renews, and not where the client asks for itself", async () => {
    await addAccount("unrenewed", { refresh_due_at: "NULL", expires_at: "now() + interval '3 days'" });
    await addAccount("unrenewed", {
      refresh_due_at: "NULL",
      expires_at: "now() + interval '3 days'",
      has_refresh_token: "true",
    });
    await addAccount("unrenewed", { expires_at: "now() + interval '1 hour'" });
    expect(await cliff("unrenewed", lifeOf({}))).toEqual({ days: 3, accounts: 1 });
    expect(await cliff("unrenewed", lifeOf({ isGiven: false }))).toBeNull();
    expect(await cliff("unrenewed", null)).toBeNull();
  });

  test("are looked for once an hour", async () => {
    await addAccount("new");
    await addUpCounts(worker);
    await countDue(worker);
    const names = async (): Promise<string[]> =>
      (await outlooksToRenew(worker)).map(({ integrationName }) => integrationName);
    expect(await names()).toContain("new");
    await findCliff(worker, { environmentId, integrationName: "new" }, lifeOf({}));
    await countDue(worker);
    expect(await names()).not.toContain("new");
    await database.pool.query("UPDATE outlook SET cliffs_at = cliffs_at - interval '61 minutes'");
    expect(await names()).toContain("new");
  });
});
