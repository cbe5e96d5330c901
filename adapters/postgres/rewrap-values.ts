import { everythingRanges, sealedPlaces, staleRanges, type SealedPlace } from "#core/domain/sealing/sealed-place";
import type { RewrapBatch, RewrapScope, StoredValue } from "#core/ports/rewrap-store";
import { query, type DatabaseClient, type DatabasePool } from "./pool.ts";
import { placeTables, valueColumns } from "./rewrap-rows.ts";

interface ValueRow {
  readonly place: SealedPlace;
  readonly owner: string;
  readonly field: string;
  readonly version: number;
  readonly kid: string;
  readonly tenant_id: string | null;
  readonly sealed: Buffer;
}

function toValue(row: ValueRow): StoredValue {
  const { place, owner, field, version, kid, sealed } = row;
  return { place, owner, field, version, kid, tenantId: row.tenant_id, sealed };
}

/** Reads the indexes on (environment_id, kid, …) alone, as far as their pages are marked visible. */
export async function countStale(pool: DatabasePool, scope: RewrapScope): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const place of sealedPlaces) {
    const { table, where } = placeTables[place];
    if (scope.everything) {
      const { text, bounds } = within(scope, place, 2);
      const { rows } = await query<{ kid: string; n: number }>(
        pool,
        `SELECT s.kid, count(*)::int AS n FROM ${table} s WHERE s.environment_id = $1 AND ${text} AND ${where} GROUP BY s.kid`,
        [scope.environmentId, ...bounds],
      );
      for (const { kid, n } of rows) counts[kid] = (counts[kid] ?? 0) + n;
      continue;
    }
    for (const { from, before, onlyRetired } of staleRanges(place, scope.policy, scope.toKid)) {
      const { rows } = await query<{ kid: string; n: number }>(
        pool,
        `SELECT s.kid, count(*)::int AS n FROM ${onlyRetired ? underRetired(table) : `${table} s`}
          WHERE s.environment_id = $1 AND s.kid >= $2 AND s.kid < $3 AND ${where} GROUP BY s.kid`,
        [scope.environmentId, from, before],
      );
      for (const { kid, n } of rows) counts[kid] = (counts[kid] ?? 0) + n;
    }
  }
  return counts;
}

/** Versions of tenant keys that have a newer one are few: by them, and not by all that tenant keys seal. */
function underRetired(table: string): string {
  return `tenant_key r JOIN ${table} s ON s.environment_id = r.environment_id AND s.kid = r.id AND r.state = 'retired'`;
}

/** In the order of their index: range after range, key after key; where everything is wrapped anew, in the order of the rows' identity. */
export async function readStale(
  pool: DatabasePool,
  scope: RewrapScope,
  place: SealedPlace,
  cursor: readonly (string | number)[] | null,
  limit: number,
): Promise<readonly StoredValue[]> {
  const { table, identity, where } = placeTables[place];
  if (scope.everything) return await readEverything(pool, scope, place, cursor, limit);
  const key = ["kid", ...identity].map((column) => `s.${column}`).join(", ");
  const found: StoredValue[] = [];
  for (const { from, before, onlyRetired } of staleRanges(place, scope.policy, scope.toKid)) {
    if (found.length >= limit) break;
    const behind = cursor === null ? "" : `AND (${key}) > (${cursor.map((_, index) => `$${index + 5}`).join(", ")})`;
    const { rows } = await query<ValueRow>(
      pool,
      `SELECT '${place}' AS place, ${valueColumns[place]} FROM ${onlyRetired ? underRetired(table) : `${table} s`}
        WHERE s.environment_id = $1 AND s.kid >= $2 AND s.kid < $3 AND ${where} ${behind} ORDER BY ${key} LIMIT $4`,
      [scope.environmentId, from, before, limit - found.length, ...(cursor ?? [])],
    );
    found.push(...rows.map(toValue));
  }
  return found;
}

/** By identity, which no re-wrap changes: whatever becomes of its key, each row is passed once. */
async function readEverything(
  pool: DatabasePool,
  scope: RewrapScope,
  place: SealedPlace,
  cursor: readonly (string | number)[] | null,
  limit: number,
): Promise<readonly StoredValue[]> {
  const { table, identity, where } = placeTables[place];
  const key = identity.map((column) => `s.${column}`).join(", ");
  const { text, bounds } = within(scope, place, 3);
  const behind =
    cursor === null ? "" : `AND (${key}) > (${cursor.map((_, index) => `$${index + 3 + bounds.length}`).join(", ")})`;
  const { rows } = await query<ValueRow>(
    pool,
    `SELECT '${place}' AS place, ${valueColumns[place]} FROM ${table} s
      WHERE s.environment_id = $1 AND ${text} AND ${where} ${behind} ORDER BY ${key} LIMIT $2`,
    [scope.environmentId, limit, ...bounds, ...(cursor ?? [])],
  );
  return rows.map(toValue);
}

/** All key ids of a run that wraps everything anew. @param first number of the first of its parameters */
function within(scope: RewrapScope, place: SealedPlace, first: number): { text: string; bounds: readonly string[] } {
  const ranges = everythingRanges(place, scope.policy, scope.toKid);
  const isRetired =
    "EXISTS (SELECT FROM tenant_key r WHERE r.environment_id = s.environment_id AND r.id = s.kid AND r.state = 'retired')";
  const one = ({ onlyRetired }: { readonly onlyRetired: boolean }, index: number): string =>
    `s.kid >= $${first + 2 * index} AND s.kid < $${first + 2 * index + 1}${onlyRetired ? ` AND ${isRetired}` : ""}`;
  return {
    text: `(${ranges.map((range, index) => `(${one(range, index)})`).join(" OR ")})`,
    bounds: ranges.flatMap(({ from, before }) => [from, before]),
  };
}

/**
 * Each value where its bytes are still those that were read. Rows that somebody holds are passed over: no refresh waits for a
 * re-wrap, and no order of locks can end in a deadlock. @returns how many were written
 */
export async function writeValues(client: DatabaseClient, { place, values }: RewrapBatch): Promise<number> {
  if (values.length === 0) return 0;
  const { table } = placeTables[place];
  const bytes = bytesOf(place);
  const same = sameRow(place);
  const columns = { owner: "text", field: "text", version: "int", was: "bytea", becomes: "bytea", kid: "text" };
  const given = Object.keys(columns).join(", ");
  const types = Object.values(columns)
    .map((type, index) => `$${index + 1}::${type}[]`)
    .join(", ");
  const result = await client.query({
    name: `rewrap-${place}`,
    text: `WITH g AS (SELECT * FROM unnest(${types}) AS g(${given})),
                locked AS MATERIALIZED (
                  SELECT g.* FROM g JOIN ${table} l ON ${same("l")} AND l.${bytes} = g.was FOR UPDATE OF l SKIP LOCKED)
           UPDATE ${table} s SET kid = g.kid, ${bytes} = g.becomes FROM locked g WHERE ${same("s")}`,
    values: [
      values.map(({ value }) => value.owner),
      values.map(({ value }) => value.field),
      values.map(({ value }) => value.version),
      values.map(({ value }) => Buffer.from(value.sealed)),
      values.map(({ sealed }) => Buffer.from(sealed)),
      values.map(({ kid }) => kid),
    ],
  });
  return result.rowCount ?? 0;
}

/**
 * Behind writeValues in its transaction. Whatever has still the bytes that were read was passed over there, since somebody held its row
 * or has let go of it only now. @returns the first such place among the values; null: there is none
 */
export async function firstHeld(client: DatabaseClient, { place, values }: RewrapBatch): Promise<number | null> {
  const { rows } = await client.query<{ n: number | null }>({
    name: `rewrap-held-${place}`,
    text: `SELECT min(g.n)::int - 1 AS n
             FROM unnest($1::text[], $2::text[], $3::int[], $4::bytea[]) WITH ORDINALITY AS g(owner, field, version, was, n)
             JOIN ${placeTables[place].table} s ON ${sameRow(place)("s")} AND s.${bytesOf(place)} = g.was`,
    values: [
      values.map(({ value }) => value.owner),
      values.map(({ value }) => value.field),
      values.map(({ value }) => value.version),
      values.map(({ value }) => Buffer.from(value.sealed)),
    ],
  });
  return rows[0]?.n ?? null;
}

function bytesOf(place: SealedPlace): string {
  return place === "tenant_key" ? "wrapped" : "sealed";
}

/** A row of the place, and `g` of what was given. */
function sameRow(place: SealedPlace): (row: string) => string {
  const { identity } = placeTables[place];
  return (row) =>
    identity
      .map(
        (column, index) =>
          `${row}.${column} = ${identity.length === 1 ? "g.owner" : `g.${["owner", "field", "version"][index]}`}`,
      )
      .join(" AND ");
}

/** Of everything that can be opened, wherever it stands; each with the bytes that it had in the same instant as its version. */
export async function sampleValues(
  pool: DatabasePool,
  environmentId: string,
  size: number,
): Promise<readonly StoredValue[]> {
  if (size === 0) return [];
  const places = sealedPlaces.filter((place) => place !== "tenant_key");
  const keys = places.map((place) => {
    const { table, identity, where } = placeTables[place];
    const [owner, field, version] = identity;
    return `SELECT '${place}' AS place, s.${owner} AS owner, ${field === undefined ? "''" : `s.${field}`} AS field,
                   ${version === undefined ? "0" : `s.${version}`} AS version
              FROM ${table} s WHERE s.environment_id = $1 AND ${where}`;
  });
  const drawn = await query<{ place: SealedPlace; owner: string; field: string; version: number }>(
    pool,
    `SELECT * FROM (${keys.join(" UNION ALL ")}) k ORDER BY random() LIMIT $2`,
    [environmentId, size],
  );
  const values: StoredValue[] = [];
  for (const place of places) {
    const wanted = drawn.rows.filter((row) => row.place === place);
    if (wanted.length === 0) continue;
    const { table, identity } = placeTables[place];
    const isSame =
      identity.length === 1
        ? `s.${identity[0]} = k.owner`
        : `s.owner = k.owner AND s.field = k.field AND s.version = k.version`;
    const { rows } = await query<ValueRow>(
      pool,
      `SELECT '${place}' AS place, ${valueColumns[place]}
         FROM unnest($1::text[], $2::text[], $3::int[]) AS k(owner, field, version) JOIN ${table} s ON ${isSame}
        WHERE s.sealed IS NOT NULL`,
      [wanted.map((row) => row.owner), wanted.map((row) => row.field), wanted.map((row) => row.version)],
    );
    values.push(...rows.map(toValue));
  }
  return values;
}
