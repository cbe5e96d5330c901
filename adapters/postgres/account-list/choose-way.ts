import type { DatabaseClient } from "../pool.ts";
import { conditionsOf, type Condition, type Wanted } from "./conditions.ts";
import { createBindings } from "./bindings.ts";

/** How much one statement reads at most. */
export interface Bounds {
  /** Accounts that are gathered and put in order. */
  readonly gather: number;
  /** Entries of an index that are walked through to find a page. */
  readonly walk: number;
  /** Accounts that are counted; what is more is more. */
  readonly count: number;
}

export const usualBounds: Bounds = { gather: 5_000, walk: 20_000, count: 1_000 };

/**
 * How a list is made without reading more than a bounded number of rows, whatever it is filtered and ordered by (ADR 0050). Of N
 * accounts n match the rarest condition:
 * - where n is small, they are gathered by that condition's index, and put in order;
 * - otherwise the index of the order is walked, which meets a page of p after about p · N / n entries.
 */
export type Way =
  | { readonly kind: "gather"; readonly by: Condition; readonly found: number }
  | { readonly kind: "walk" };

/** Looks how many accounts each condition alone would find, up to the bound. */
export async function chooseWay(client: DatabaseClient, wanted: Wanted, bounds: Bounds): Promise<Way> {
  const drivers = conditionsOf(wanted).flatMap(({ driver, ...one }) =>
    driver === undefined ? [] : [{ ...one, driver }],
  );
  if (drivers.length === 0) return { kind: "walk" };
  const bindings = createBindings();
  const environment = bindings.add(wanted.caller.environmentId);
  const counts = drivers.map(
    ({ driver }, index) =>
      `(SELECT count(*)::int FROM (SELECT FROM integrated_account a
         WHERE a.environment_id = ${environment} AND ${driver(bindings)} LIMIT ${bounds.gather + 1}) s) AS n${index}`,
  );
  const { rows } = await client.query<Record<string, number>>(`SELECT ${counts.join(", ")}`, [...bindings.values]);
  const rarest = drivers
    .map((by, index) => ({ kind: "gather", by, found: rows[0]?.[`n${index}`] ?? 0 }) as const)
    .reduce((least, one) => (one.found < least.found ? one : least));
  return rarest.found > bounds.gather ? { kind: "walk" } : rarest;
}
