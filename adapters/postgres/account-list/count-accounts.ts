import { newestFirst, type AccountFilter } from "#core/domain/account/account-filter";
import type { DatabaseClient, DatabasePool } from "../pool.ts";
import { chooseWay, usualBounds, type Bounds } from "./choose-way.ts";
import { allOf, conditionsOf, type Condition, type Wanted } from "./conditions.ts";
import { walkEndStatement, walkedSql, type AccountListWish } from "./list-accounts.ts";
import { inAnyOrder, inOrderOfIndex, onIndexes } from "./on-indexes.ts";
import { createBindings } from "./bindings.ts";

/** Not exact: there are so many at least. */
export interface BoundedCount {
  readonly count: number;
  readonly isExact: boolean;
}

/** What a list is divided by. */
const groups = {
  total: {},
  connecting: { status: "connecting" },
  active: { status: "active" },
  needs_reauth: { status: "needs_reauth" },
  disconnected: { status: "disconnected" },
  held: { isHeld: true },
  failing: { isFailing: true },
} as const satisfies Record<string, Partial<AccountFilter>>;

type Group = keyof typeof groups;

const groupNames = Object.keys(groups) as Group[];

export type AccountCounts = Readonly<Record<Group, BoundedCount>>;

/** How many match, by what they are divided by, whatever of that the filter names itself. Reads a bounded number of rows. */
export async function countAccounts(pool: DatabasePool, wanted: Wanted, bounds = usualBounds): Promise<AccountCounts> {
  const undivided: Wanted = { ...wanted, filter: { ...wanted.filter, status: null, isHeld: null, isFailing: null } };
  return await onIndexes(pool, async (client) => {
    const way = await chooseWay(client, undivided, bounds);
    const counts = new Map<Group, BoundedCount>();
    if (way.kind === "gather") {
      const found = await countGathered(client, undivided, way.by, groupNames);
      groupNames.forEach((group, index) => counts.set(group, { count: found[index] ?? 0, isExact: true }));
    } else {
      for (const group of groupNames) counts.set(group, await countGroup(client, undivided, group, bounds));
    }
    return Object.fromEntries(counts) as AccountCounts;
  });
}

function within(wanted: Wanted, group: Group): Wanted {
  return { ...wanted, filter: { ...wanted.filter, ...groups[group] } };
}

async function countGathered(
  client: DatabaseClient,
  wanted: Wanted,
  by: Condition,
  wantedGroups: readonly Group[],
): Promise<readonly number[]> {
  const bindings = createBindings();
  const environment = bindings.add(wanted.caller.environmentId);
  const driver = (by.driver ?? by.sql)(bindings);
  const counted = wantedGroups.map((group) => {
    const matches = allOf(conditionsOf(within(wanted, group)), bindings);
    return `count(*) FILTER (WHERE ${matches})::int`;
  });
  const { rows } = await client.query<{ counts: number[] }>(
    `SELECT ARRAY[${counted.join(", ")}] AS counts
       FROM (SELECT * FROM integrated_account a WHERE a.environment_id = ${environment} AND ${driver} OFFSET 0) a`,
    [...bindings.values],
  );
  return rows[0]?.counts ?? [];
}

async function countGroup(
  client: DatabaseClient,
  undivided: Wanted,
  group: Group,
  bounds: Bounds,
): Promise<BoundedCount> {
  const wanted = within(undivided, group);
  const way = await chooseWay(client, wanted, bounds);
  if (way.kind === "gather") {
    const [count] = await countGathered(client, undivided, way.by, [group]);
    return { count: count ?? 0, isExact: true };
  }
  await inOrderOfIndex(client);
  const counted = await countWalked(
    client,
    { ...wanted, order: newestFirst, after: null, limit: bounds.count },
    bounds,
  );
  await inAnyOrder(client);
  return counted;
}

async function countWalked(client: DatabaseClient, walk: AccountListWish, bounds: Bounds): Promise<BoundedCount> {
  const bindings = createBindings();
  const walked = walkedSql(walk, 0, bindings);
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM (
       SELECT FROM (${walked} LIMIT ${bounds.walk}) a WHERE ${allOf(conditionsOf(walk), bindings)} LIMIT ${bounds.count + 1}) c`,
    [...bindings.values],
  );
  const count = rows[0]?.count ?? 0;
  if (count > bounds.count) return { count: bounds.count, isExact: false };
  const end = walkEndStatement(walk, 0, bounds);
  const { rowCount } = await client.query(end.text, [...end.values]);
  return { count, isExact: rowCount === 0 };
}
