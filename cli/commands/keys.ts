import type { Container } from "#adapters/container";
import { query } from "#adapters/postgres/pool";
import type { CommandResult } from "../main.ts";

/** The key-encryption keys and how many values each still seals. A key that seals some and is not in the keyring shows as disabled. */
export async function keysStatus(container: Container): Promise<CommandResult> {
  const described = await container.keys.describe();
  const { rows } = await query<{ kid: string; sealed: number }>(
    container.pool,
    `SELECT kid, sum(n)::int AS sealed FROM (
       SELECT kid, count(*) AS n FROM sealed_credential GROUP BY kid
       UNION ALL SELECT kid, count(*) FROM sealed_secret GROUP BY kid) counted GROUP BY kid ORDER BY kid`,
    [],
  );
  const counts = new Map(rows.map((row) => [row.kid, row.sealed]));
  const known = described.map((key) => ({ id: key.id, state: key.state, sealed: counts.get(key.id) ?? 0 }));
  const ids = new Set(known.map((key) => key.id));
  const lost = rows
    .filter((row) => !ids.has(row.kid))
    .map((row) => ({ id: row.kid, state: "disabled", sealed: row.sealed }));
  const keys = [...known, ...lost];
  return {
    json: { keys },
    text: keys.map((key) => `${key.id}  ${key.state}  seals ${key.sealed}`).join("\n"),
  };
}
