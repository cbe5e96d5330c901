import { newestFirst, type AccountOrder } from "#core/domain/account/account-filter";
import { isPositionOf, type Position } from "#adapters/postgres/account-list/orders";
import { brokenCursor } from "./cursor.ts";

const idPattern = /^ia_[0-9a-z]{24}$/;

/** Opaque to callers. In the order that a list has by itself it is `[position]`, in another one `[order, position]`. */
export function encodeAccountCursor(order: AccountOrder, position: Position): string {
  const value = isNewestFirst(order) ? position : [sortOf(order), ...position];
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** @throws DomainError invalid_request, also for a cursor of another order */
export function decodeAccountCursor(order: AccountOrder, text: string | undefined): Position | null {
  if (text === undefined) return null;
  const value = parse(text);
  const position = isNewestFirst(order) ? value : value[0] === sortOf(order) ? value.slice(1) : [];
  const id = position.at(-1);
  if (isPositionOf(order, position) && typeof id === "string" && idPattern.test(id)) return position;
  throw brokenCursor();
}

function parse(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function isNewestFirst({ by, isDescending }: AccountOrder): boolean {
  return by === newestFirst.by && isDescending === newestFirst.isDescending;
}

/** As the parameter `sort` has it. */
function sortOf({ by, isDescending }: AccountOrder): string {
  return `${isDescending ? "-" : ""}${by}`;
}

/** @param sort one of the parameter's values */
export function orderOf(sort: string): AccountOrder {
  const isDescending = sort.startsWith("-");
  return { by: sort.slice(isDescending ? 1 : 0) as AccountOrder["by"], isDescending };
}
