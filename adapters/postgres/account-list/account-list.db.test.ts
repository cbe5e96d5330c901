import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missingScopes, type Account } from "#core/domain/account/account";
import {
  accountOrders,
  everyAccount,
  newestFirst,
  type AccountFilter,
  type AccountOrder,
} from "#core/domain/account/account-filter";
import { isVisible } from "#core/domain/access/permission";
import { createTestDatabase, type TestDatabase } from "#test/database";
import { accountColumns, toAccount, type AccountRow } from "../account-rows.ts";
import { createPool, type DatabasePool } from "../pool.ts";
import { chooseWay, type Bounds } from "./choose-way.ts";
import type { Wanted } from "./conditions.ts";
import { countAccounts } from "./count-accounts.ts";
import {
  gatherStatement,
  listAccounts,
  walkEndStatement,
  walkStatement,
  type AccountListWish,
  type Statement,
} from "./list-accounts.ts";
import { inOrderOfIndex, onIndexes } from "./on-indexes.ts";
import { positionOf, stretchesAfter, type Position } from "./orders.ts";
import { seedAccounts } from "./seed-accounts.ts";

let database: TestDatabase;
let pool: DatabasePool;
let all: Account[] = [];
let now = Date.now();
const large = "env_large";
const small = "env_small";
/** As the usual ones are to a million accounts. */
const bounds: Bounds = { gather: 400, walk: 1_500, count: 200 };
const anybody = { environmentId: large, tenantIds: null, integrationNames: null };

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ connectionString: database.url, max: 4, applicationName: "test", onError: () => {} });
  await pool.query("INSERT INTO environment (id, name) VALUES ($1, 'large'), ($2, 'small')", [large, small]);
  await seedAccounts(database.pool, large, 3_600);
  await seedAccounts(database.pool, small, 300);
  await pool.query("VACUUM ANALYZE integrated_account, account_term");
  const { rows } = await pool.query<AccountRow>(`SELECT ${accountColumns("a")} FROM integrated_account a`);
  all = rows.map(toAccount);
  now = Date.now();
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const orders: readonly AccountOrder[] = accountOrders.flatMap((by) => [
  { by, isDescending: false },
  { by, isDescending: true },
]);

const filters: readonly (readonly [string, Partial<AccountFilter>])[] = [
  ["nothing", {}],
  ["a tenant", { tenantId: "org_5-north" }],
  ["a tenant with a third of all accounts", { tenantId: "giant" }],
  ["an integration", { integrationName: "acme-mail" }],
  ["an integration that is not there", { integrationName: "acme-none" }],
  ["active", { status: "active" }],
  ["needs_reauth", { status: "needs_reauth" }],
  ["connecting", { status: "connecting" }],
  ["disconnected, of an integration", { status: "disconnected", integrationName: "acme-mail" }],
  ["active, of an integration", { status: "active", integrationName: "acme-crm" }],
  ["held", { isHeld: true }],
  ["not held", { isHeld: false }],
  ["scopes missing", { lacksScopes: true }],
  ["no scope missing", { lacksScopes: false }],
  ["failing", { isFailing: true }],
  ["not failing", { isFailing: false }],
  ["expiring within an hour", { expiresWithinSeconds: 3600 }],
  ["expiring within a day", { expiresWithinSeconds: 86_400 }],
  ["an error", { lastErrorCode: "transient" }],
  ["an error that nobody has", { lastErrorCode: "in_doubt" }],
  ["a word that many have", { search: "berl" }],
  ["a word that few have", { search: "person39 b" }],
  ["the beginning of an id", { search: "ia_a" }],
  [
    "two conditions that never meet",
    { status: "active", lastErrorCode: "reauthorize", isFailing: false, isHeld: false },
  ],
];

const callers: readonly (readonly [string, Wanted["caller"]])[] = [
  ["anybody", anybody],
  ["a key for two tenants", { ...anybody, tenantIds: ["org_5-north", "org_7-north"] }],
  ["a key for a giant and an integration", { ...anybody, tenantIds: ["giant"], integrationNames: ["acme-mail"] }],
  ["a key for no integration that is there", { ...anybody, integrationNames: ["acme-none"] }],
  ["somebody of the small environment", { ...anybody, environmentId: small }],
];

/** Everybody in one order, anybody in every one. */
const wishes = callers.flatMap(([, caller], index) =>
  (caller === anybody ? orders : orders.slice(2 * index, 2 * index + 1)).map((order) => ({ caller, order })),
);

/** What the filter means, said once more without a database. */
function matches(account: Account, { caller, filter }: Wanted): boolean {
  const is = <T>(wish: T | null, value: T): boolean => wish === null || wish === value;
  const isActive = account.status === "active";
  const words = [account.tenantId, account.userReference, account.externalAccount?.label, account.externalAccount?.id]
    .filter((text) => typeof text === "string")
    .map((text) => text.toLowerCase());
  const begins = (search: string): boolean =>
    /^ia_[0-9a-z]*$/.test(search)
      ? account.id.startsWith(search)
      : words.some(
          (text) =>
            text.startsWith(search) ||
            text.split(/(?<=[ _-])/).some((_, at, parts) => parts.slice(at).join("").startsWith(search)),
        );
  const endsWithin = (seconds: number): boolean =>
    isActive && account.expiresAt !== null && account.expiresAt.getTime() < now + seconds * 1000;
  return (
    account.environmentId === caller.environmentId &&
    isVisible(caller, account) &&
    is(filter.tenantId, account.tenantId) &&
    is(filter.integrationName, account.integrationName) &&
    is(filter.status, account.status) &&
    is(filter.isHeld, account.hold !== null) &&
    is(filter.lacksScopes, missingScopes(account).length > 0) &&
    is(filter.isFailing, isActive && account.hold === null && account.lastError !== null) &&
    is(filter.lastErrorCode, account.lastError?.code ?? "") &&
    (filter.search === null || begins(filter.search)) &&
    (filter.expiresWithinSeconds === null || endsWithin(filter.expiresWithinSeconds))
  );
}

function inOrder(accounts: readonly Account[], order: AccountOrder): string[] {
  const directions = order.by === "tenant_id" ? [1, -1, -1] : [1, 1];
  const compare = (one: Account, other: Account): number => {
    const [first, second] = [positionOf(order, one), positionOf(order, other)];
    for (const [index, direction] of directions.entries()) {
      const [a, b] = [first[index] ?? Infinity, second[index] ?? Infinity];
      if (a !== b) return (a < b ? -1 : 1) * direction * (order.isDescending ? -1 : 1);
    }
    return 0;
  };
  return accounts.toSorted(compare).map(({ id }) => id);
}

/** All pages, or as many as say enough. */
async function readPages(
  wish: Omit<AccountListWish, "after">,
  most: number,
): Promise<{ ids: string[]; isAll: boolean }> {
  const ids: string[] = [];
  let after: Position | null = null;
  for (let page = 0; page < most; page += 1) {
    const { accounts, next }: Awaited<ReturnType<typeof listAccounts>> = await listAccounts(
      pool,
      { ...wish, after },
      bounds,
    );
    expect(accounts.length).toBeLessThanOrEqual(wish.limit);
    ids.push(...accounts.map(({ id }) => id));
    if (next === null) return { ids, isAll: true };
    after = next;
  }
  return { ids, isAll: false };
}

describe("the list has what is asked for, in its order", () => {
  test.each(filters)("%s", async (_, part) => {
    const filter = { ...everyAccount, ...part };
    for (const { caller, order } of wishes) {
      const { ids, isAll } = await readPages({ caller, filter, order, limit: 40 }, 2);
      const expected = all.filter((account) => matches(account, { caller, filter }));
      const wanted = inOrder(expected, order);
      expect(ids).toEqual(isAll ? wanted : wanted.slice(0, ids.length));
    }
  });

  test("whatever is combined, every page of it", async () => {
    const ofFilter = fc.subarray(
      filters.map(([, part]) => part),
      { minLength: 0, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(
        ofFilter,
        fc.constantFrom(...callers),
        fc.constantFrom(...orders),
        async (parts, [, caller], order) => {
          const filter = parts.reduce<AccountFilter>((whole, part) => ({ ...whole, ...part }), everyAccount);
          const expected = all.filter((account) => matches(account, { caller, filter }));
          const { ids, isAll } = await readPages({ caller, filter, order, limit: 200 }, 8);
          const wanted = inOrder(expected, order);
          expect(ids).toEqual(isAll ? wanted : wanted.slice(0, ids.length));
        },
      ),
      { numRuns: 25 },
    );
  });
});

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly PlanNode[];
}

function scansOf(node: PlanNode): PlanNode[] {
  return [...(node["Relation Name"] === undefined ? [] : [node]), ...(node.Plans ?? []).flatMap(scansOf)];
}

/** Rows that a statement reads, by what PostgreSQL says that it did. @throws where a table was read as a whole */
async function rowsRead(wish: AccountListWish): Promise<number> {
  return await onIndexes(pool, async (client) => {
    const way = await chooseWay(client, wish, bounds);
    const statements: Statement[] = [];
    if (way.kind === "gather") statements.push(gatherStatement(wish, way.by, wish.limit + 1));
    else {
      await inOrderOfIndex(client);
      for (let stretch = 0; stretch < stretchesAfter(wish.order, wish.after).length; stretch += 1) {
        statements.push(walkStatement(wish, stretch, wish.limit + 1, bounds), walkEndStatement(wish, stretch, bounds));
      }
    }
    let most = 0;
    for (const { text, values } of statements) {
      const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
        `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
        [...values],
      );
      const scans = scansOf(rows[0]?.["QUERY PLAN"][0].Plan ?? raise());
      expect(scans.map((scan) => scan["Node Type"])).not.toContain("Seq Scan");
      const read = scans.reduce(
        (sum, scan) =>
          sum +
          (scan["Actual Rows"] + (scan["Rows Removed by Filter"] ?? 0) + (scan["Rows Removed by Index Recheck"] ?? 0)) *
            scan["Actual Loops"],
        0,
      );
      most = Math.max(most, read);
    }
    return most;
  });
}

function raise(): never {
  throw new Error("EXPLAIN explained nothing");
}

describe("reads a bounded number of rows", () => {
  test.each(filters)("%s", async (_, part) => {
    const filter = { ...everyAccount, ...part };
    for (const { caller, order } of wishes) {
      const first: AccountListWish = { caller, filter, order, after: null, limit: 50 };
      const { next } = await listAccounts(pool, first, bounds);
      for (const after of next === null ? [null] : [null, next]) {
        // A gathered account is met in its driver's index and in its row, one of the page once more.
        expect(await rowsRead({ ...first, after })).toBeLessThanOrEqual(Math.max(2 * bounds.gather + 51, bounds.walk));
      }
    }
  });

  test("in the order of the list it begins where the page before ended", async () => {
    for (const order of orders) {
      const wish: AccountListWish = { caller: anybody, filter: everyAccount, order, after: null, limit: 50 };
      let after: Position | null = null;
      for (let page = 0; page < 5; page += 1) ({ next: after } = await listAccounts(pool, { ...wish, after }, bounds));
      const { text, values } = walkStatement({ ...wish, after }, 0, 51, bounds);
      const plan = await onIndexes(pool, async (client) => {
        await inOrderOfIndex(client);
        const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
          `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
          [...values],
        );
        return rows[0]?.["QUERY PLAN"][0].Plan ?? raise();
      });
      const [scan] = scansOf(plan);
      expect(scan?.["Actual Rows"]).toBeLessThanOrEqual(51);
      expect(scan?.["Rows Removed by Filter"] ?? 0).toBe(0);
    }
  });
});

describe("counts", () => {
  test.each(filters)("%s", async (_, part) => {
    const filter = { ...everyAccount, ...part, status: null, isHeld: null, isFailing: null };
    for (const [, caller] of callers) {
      const counts = await countAccounts(pool, { caller, filter: { ...filter, ...part } }, bounds);
      const number = (also: Partial<AccountFilter>): number =>
        all.filter((account) => matches(account, { caller, filter: { ...filter, ...also } })).length;
      const expected = {
        total: number({}),
        connecting: number({ status: "connecting" }),
        active: number({ status: "active" }),
        needs_reauth: number({ status: "needs_reauth" }),
        disconnected: number({ status: "disconnected" }),
        held: number({ isHeld: true }),
        failing: number({ isFailing: true }),
      };
      for (const [group, { count, isExact }] of Object.entries(counts)) {
        const real = expected[group as keyof typeof expected];
        if (isExact) expect({ group, count }).toEqual({ group, count: real });
        else expect(count).toBeLessThanOrEqual(real);
        // What is not exact is much, or far apart.
        if (!isExact && count < bounds.count) expect(real).toBeLessThan(bounds.walk);
      }
    }
  });
});

describe("while accounts change", () => {
  const busy = "env_busy";
  const caller = { ...anybody, environmentId: busy };
  const filter = everyAccount;

  test.each(orders)("by $by (descending: $isDescending) each account that stays comes once", async (order) => {
    await pool.query("INSERT INTO environment (id, name) VALUES ($1, 'busy') ON CONFLICT DO NOTHING", [busy]);
    const isStable = order.by === "created_at" || order.by === "tenant_id";
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 250 }), { minLength: 40, maxLength: 40 }),
        fc.integer({ min: 3, max: 40 }),
        async (touched, limit) => {
          await pool.query("DELETE FROM integrated_account WHERE environment_id = $1", [busy]);
          await seedAccounts(pool, busy, 250);
          const { rows } = await pool.query<{ id: string }>(
            "SELECT id FROM integrated_account WHERE environment_id = $1 ORDER BY id",
            [busy],
          );
          const before = rows.map(({ id }) => id);
          const changed = new Set<string>();
          const seen: string[] = [];
          let after: Position | null = null;
          for (let page = 0; ; page += 1) {
            const { accounts, next }: Awaited<ReturnType<typeof listAccounts>> = await listAccounts(pool, {
              caller,
              filter,
              order,
              after,
              limit,
            });
            seen.push(...accounts.map(({ id }) => id));
            if (next === null) break;
            after = next;
            const id = before[touched[page % touched.length] ?? 0] ?? "";
            changed.add(id);
            await pool.query(
              `UPDATE integrated_account SET updated_at = clock_timestamp(), expires_at = now() + random() * interval '1 day',
                    refresh_due_at = CASE WHEN status = 'active' THEN now() + random() * interval '1 day' END, last_error = NULL WHERE id = $1`,
              [id],
            );
            await pool.query(
              `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status)
             VALUES ('ia_' || left(md5(random()::text), 24), $1, 'new-' || random(), 'acme-crm', 'active')`,
              [busy],
            );
          }
          const known = seen.filter((id) => before.includes(id));
          const stayed = before.filter((id) => !changed.has(id));
          expect(known.filter((id) => !changed.has(id)).toSorted()).toEqual(stayed);
          // What never changes in the order is met once, whatever else of it does.
          if (isStable) expect(known.toSorted()).toEqual(before);
        },
      ),
      { numRuns: 6 },
    );
  });
});

describe("what an account is searched by", () => {
  const insert = async (id: string, label: string): Promise<void> => {
    await pool.query(
      `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status, user_reference, external_account)
       VALUES ($1, $2, 'Tenant/One', 'acme-crm', 'active', 'jane.doe@example.com', jsonb_build_object('id', 'Q7', 'label', $3::text))`,
      [id, small, label],
    );
  };
  const find = async (search: string): Promise<string[]> => {
    const wish = {
      caller: { ...anybody, environmentId: small },
      filter: { ...everyAccount, search },
      order: newestFirst,
    };
    return (await listAccounts(pool, { ...wish, after: null, limit: 50 })).accounts.map(({ id }) => id);
  };
  const id = "ia_searchedsearchedsearched".slice(0, 27);

  afterEach(() => pool.query("DELETE FROM integrated_account WHERE id = $1", [id]));

  test("the beginnings of its words, whatever the case, and nothing within a word", async () => {
    await insert(id, "Große Straße 5, Zürich (Holding)");
    for (const search of [
      "tenant",
      "TENANT/o",
      "one",
      "jane",
      "Doe@",
      "example.c",
      "com",
      "große s",
      "straße",
      "zürich",
      "holding",
      "q7",
    ]) {
      expect({ search, found: await find(search) }).toEqual({ search, found: [id] });
    }
    for (const search of ["enant", "rich", "tenant one", "oe@", "%", "_"])
      expect({ search, found: await find(search) }).toEqual({ search, found: [] });
  });

  test("by its new name when it has one, and no more by the old one", async () => {
    await insert(id, "Before");
    await pool.query(
      `UPDATE integrated_account SET external_account = '{"id": "Q7", "label": "Afterwards"}' WHERE id = $1`,
      [id],
    );
    expect(await find("before")).toEqual([]);
    expect(await find("afterw")).toEqual([id]);
    await pool.query("DELETE FROM integrated_account WHERE id = $1", [id]);
    expect(await find("afterw")).toEqual([]);
    expect((await pool.query("SELECT FROM account_term WHERE account_id = $1", [id])).rowCount).toBe(0);
  });

  test("a refresh leaves the words alone", async () => {
    await insert(id, "Quiet");
    const stamp = async (): Promise<unknown> =>
      (await pool.query("SELECT term, xmin FROM account_term WHERE account_id = $1 ORDER BY term", [id])).rows;
    const before = await stamp();
    await pool.query(
      "UPDATE integrated_account SET refreshed_at = now(), external_account = external_account WHERE id = $1",
      [id],
    );
    expect(await stamp()).toEqual(before);
  });

  test("of a UUID only the whole, of a long name its first words", async () => {
    const terms = async (text: string): Promise<string[]> =>
      (await pool.query<{ terms: string[] }>("SELECT evergrant_search_terms($1, NULL, NULL) AS terms", [text])).rows[0]
        ?.terms ?? [];
    expect(await terms("5F0C1D2E-aaaa-bbbb-cccc-0123456789ab")).toEqual(["5f0c1d2e-aaaa-bbbb-cccc-0123456789ab"]);
    expect((await terms("one two three four five six seven")).length).toBe(5);
    expect(await terms("  -- ")).toEqual(["--"]);
    expect(await terms("x".repeat(300))).toEqual(["x".repeat(200)]);
  });
});
