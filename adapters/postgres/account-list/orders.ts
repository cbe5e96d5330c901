import type { Account } from "#core/domain/account/account";
import type { AccountOrder } from "#core/domain/account/account-filter";
import type { Bindings } from "./bindings.ts";

/** Where a page ended: the values of the order's columns, instants as milliseconds; null: no instant, which comes last. */
export type Position = readonly (number | string | null)[];

interface Column {
  readonly sql: string;
  readonly isInstant: boolean;
  readonly isDescending: boolean;
  readonly valueOf: (account: Account) => Date | string | null;
}

const columns = {
  created_at: { sql: "a.created_at", isInstant: true, valueOf: (account) => account.createdAt },
  updated_at: { sql: "a.updated_at", isInstant: true, valueOf: (account) => account.updatedAt },
  refresh_due_at: {
    sql: "coalesce(a.refresh_due_at, 'infinity')",
    isInstant: true,
    valueOf: (account) => account.refreshDueAt,
  },
  expires_at: { sql: "coalesce(a.expires_at, 'infinity')", isInstant: true, valueOf: (account) => account.expiresAt },
  tenant_id: { sql: "a.tenant_id", isInstant: false, valueOf: (account) => account.tenantId },
  id: { sql: "a.id", isInstant: false, valueOf: (account) => account.id },
} as const satisfies Record<string, Omit<Column, "isDescending">>;

/** As the index of the order has them. The last is the id, so that no two accounts are in the same place. */
export function columnsOf({ by, isDescending }: AccountOrder): readonly Column[] {
  const id = { ...columns.id, isDescending };
  if (by !== "tenant_id") return [{ ...columns[by], isDescending }, id];
  // A customer's newest account first.
  const newestFirst = !isDescending;
  return [
    { ...columns.tenant_id, isDescending },
    { ...columns.created_at, isDescending: newestFirst },
    { ...columns.id, isDescending: newestFirst },
  ];
}

export function orderSql(order: AccountOrder): string {
  return columnsOf(order)
    .map(({ sql, isDescending }) => `${sql}${isDescending ? " DESC" : ""}`)
    .join(", ");
}

export function positionOf(order: AccountOrder, account: Account): Position {
  return columnsOf(order).map(({ valueOf }) => {
    const value = valueOf(account);
    return value instanceof Date ? value.getTime() : value;
  });
}

/** Whether a position is one of this order, as far as its form tells. */
export function isPositionOf(order: AccountOrder, values: readonly unknown[]): values is Position {
  const expected = columnsOf(order);
  return (
    values.length === expected.length &&
    expected.every(({ isInstant, sql }, index) => {
      const value = values[index];
      if (!isInstant) return typeof value === "string";
      return value === null ? sql.startsWith("coalesce") : isPossible(value);
    })
  );
}

/** From 2000 to 2200: what PostgreSQL and we both can hold. */
function isPossible(value: unknown): boolean {
  return (
    typeof value === "number" && Number.isSafeInteger(value) && value > 946_684_800_000 && value < 7_258_118_400_000
  );
}

/** A condition on rows `a`, in the words of one statement. */
type Words = (bindings: Bindings) => string;

/**
 * What comes behind a position, as stretches of the order's index, one after the other: behind a tenant's account come its others, and
 * then those of the next tenants.
 */
export function stretchesAfter(order: AccountOrder, after: Position | null): readonly Words[] {
  if (after === null) return [() => "true"];
  const places = columnsOf(order).map((column, index) => ({ column, value: after[index] ?? null }));
  const [first, ...rest] = places;
  if (first === undefined || rest.every(({ column }) => column.isDescending === first.column.isDescending)) {
    return [(bindings) => beyond(places, bindings)];
  }
  return [
    (bindings) => `${first.column.sql} = ${literal(first, bindings)} AND ${beyond(rest, bindings)}`,
    (bindings) => beyond([first], bindings),
  ];
}

interface Place {
  readonly column: Column;
  readonly value: Position[number];
}

function beyond(places: readonly Place[], bindings: Bindings): string {
  const than = places[0]?.column.isDescending === true ? "<" : ">";
  const values = places.map((place) => literal(place, bindings));
  return `(${places.map(({ column }) => column.sql).join(", ")}) ${than} (${values.join(", ")})`;
}

function literal({ column, value }: Place, { add }: Bindings): string {
  if (!column.isInstant) return add(value);
  return `${add(typeof value === "number" ? new Date(value).toISOString() : "infinity")}::timestamptz`;
}

/** The position of a row, as one column: `[…]`. */
export function positionSql(order: AccountOrder): string {
  return `jsonb_build_array(${columnsOf(order)
    .map(({ sql }) => sql)
    .join(", ")})`;
}

export function readPosition(order: AccountOrder, row: readonly string[]): Position {
  return columnsOf(order).map(({ isInstant }, index) => {
    const value = row[index] ?? "infinity";
    if (!isInstant) return value;
    return value === "infinity" ? null : Date.parse(value);
  });
}
