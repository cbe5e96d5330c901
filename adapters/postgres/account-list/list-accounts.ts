import type { Account } from "#core/domain/account/account";
import type { AccountOrder } from "#core/domain/account/account-filter";
import { accountColumns, toAccount, type AccountRow } from "../account-rows.ts";
import type { DatabaseClient, DatabasePool } from "../pool.ts";
import { chooseWay, usualBounds, type Bounds } from "./choose-way.ts";
import { allOf, conditionsOf, type Condition, type Wanted } from "./conditions.ts";
import { inOrderOfIndex, onIndexes } from "./on-indexes.ts";
import { columnsOf, orderSql, positionOf, positionSql, readPosition, stretchesAfter, type Position } from "./orders.ts";
import { createBindings, type Bindings } from "./bindings.ts";

export interface AccountListWish extends Wanted {
  readonly order: AccountOrder;
  readonly after: Position | null;
  readonly limit: number;
}

export interface AccountListPage {
  /** May be fewer than the limit though others follow, none even: the walk to them took too long for one page. */
  readonly accounts: readonly Account[];
  /** Where the next page begins; null: this is the last one. */
  readonly next: Position | null;
}

/** A statement, and its values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * A page of the accounts of the caller's environment, tenants and integrations. Pages go on behind the last account as it was shown:
 * in the orders that never change (`created_at`, `tenant_id`) each account comes once, whatever is written meanwhile.
 */
export async function listAccounts(
  pool: DatabasePool,
  wish: AccountListWish,
  bounds = usualBounds,
): Promise<AccountListPage> {
  return await onIndexes(pool, async (client) => {
    const way = await chooseWay(client, wish, bounds);
    return way.kind === "gather" ? await gather(client, wish, way.by) : await walk(client, wish, bounds);
  });
}

async function gather(client: DatabaseClient, wish: AccountListWish, by: Condition): Promise<AccountListPage> {
  return pageOf(wish, await read(client, gatherStatement(wish, by, wish.limit + 1)), null);
}

async function walk(client: DatabaseClient, wish: AccountListWish, bounds: Bounds): Promise<AccountListPage> {
  await inOrderOfIndex(client);
  const found: Account[] = [];
  const stretches = stretchesAfter(wish.order, wish.after).length;
  for (let stretch = 0; stretch < stretches && found.length <= wish.limit; stretch += 1) {
    const missing = wish.limit + 1 - found.length;
    const accounts = await read(client, walkStatement(wish, stretch, missing, bounds));
    found.push(...accounts);
    if (accounts.length === missing) break;
    const { text, values } = walkEndStatement(wish, stretch, bounds);
    const { rows } = await client.query<{ position: string[] }>(text, [...values]);
    if (rows[0] !== undefined) return pageOf(wish, found, readPosition(wish.order, rows[0].position));
  }
  return pageOf(wish, found, null);
}

async function read(client: DatabaseClient, { text, values }: Statement): Promise<Account[]> {
  const { rows } = await client.query<AccountRow>(text, [...values]);
  return rows.map(toAccount);
}

/** One more than asked for tells whether there is a next page. */
function pageOf(
  { limit, order }: AccountListWish,
  found: readonly Account[],
  walkedTo: Position | null,
): AccountListPage {
  const accounts = found.slice(0, limit);
  const last = accounts.at(-1);
  if (found.length > limit && last !== undefined) return { accounts, next: positionOf(order, last) };
  return { accounts, next: walkedTo };
}

/** Every account that the condition finds, put in order. */
export function gatherStatement(wish: AccountListWish, by: Condition, take: number): Statement {
  const bindings = createBindings();
  const environment = bindings.add(wish.caller.environmentId);
  const columns = columnsOf(wish.order);
  const driver = (by.driver ?? by.sql)(bindings);
  const matches = allOf(conditionsOf(wish), bindings);
  const after = stretchesAfter(wish.order, wish.after)
    .map((words) => `(${words(bindings)})`)
    .join(" OR ");
  const text = `
    WITH gathered AS MATERIALIZED (
      SELECT a.id, ${columns.map(({ sql }, index) => `${sql} AS k${index}`).join(", ")}
        FROM (SELECT * FROM integrated_account a WHERE a.environment_id = ${environment} AND ${driver} OFFSET 0) a
       WHERE ${matches} AND (${after})
    ), page AS (
      SELECT * FROM gathered ORDER BY ${keys(columns)} LIMIT ${bindings.add(take)}
    )
    SELECT ${accountColumns("a")} FROM page JOIN integrated_account a ON a.id = page.id ORDER BY ${keys(columns)}`;
  return { text, values: bindings.values };
}

function keys(columns: ReturnType<typeof columnsOf>): string {
  return columns.map(({ isDescending }, index) => `k${index}${isDescending ? " DESC" : ""}`).join(", ");
}

/** Along the index of the order, with everything that does not match left out on the way. */
export function walkStatement(wish: AccountListWish, stretch: number, take: number, bounds: Bounds): Statement {
  const bindings = createBindings();
  const walked = walkedSql(wish, stretch, bindings);
  // The order is that of the walk, which is one process reading one index: to ask for it again would sort all that was walked through.
  const text = `SELECT ${accountColumns("a")} FROM (${walked} LIMIT ${bounds.walk}) a
    WHERE ${allOf(conditionsOf(wish), bindings)} LIMIT ${bindings.add(take)}`;
  return { text, values: bindings.values };
}

/** The last entry of a walk that came to its bound; no row: it came to the end of its stretch. */
export function walkEndStatement(wish: AccountListWish, stretch: number, bounds: Bounds): Statement {
  const bindings = createBindings();
  const walked = walkedSql(wish, stretch, bindings, `${positionSql(wish.order)} AS position`);
  return { text: `${walked} OFFSET ${bounds.walk - 1} LIMIT 1`, values: bindings.values };
}

export function walkedSql(wish: AccountListWish, stretch: number, bindings: Bindings, what = "*"): string {
  const base = [`a.environment_id = ${bindings.add(wish.caller.environmentId)}`];
  if (wish.order.by === "created_at") {
    // Of these the index in this order has them alone.
    const ordered = conditionsOf(wish).find(({ isOrdered }) => isOrdered === true);
    if (ordered !== undefined) base.push(ordered.sql(bindings));
  }
  const after = stretchesAfter(wish.order, wish.after)[stretch];
  if (after !== undefined && wish.after !== null) base.push(after(bindings));
  return `SELECT ${what} FROM integrated_account a WHERE ${base.join(" AND ")} ORDER BY ${orderSql(wish.order)}`;
}
