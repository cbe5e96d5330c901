import type { Container } from "#adapters/container";
import { query } from "#adapters/postgres/pool";
import type { CommandResult } from "../main.ts";

/** The key-encryption keys and how many values each still seals. A key that seals some and is not in the keyring shows as disabled. */
export async function keysStatus(container: Container): Promise<CommandResult> {
  const described = await container.keys.describe();
  const { rows } = await query<{ environment: string; kid: string; sealed: number }>(
    container.pool,
    `SELECT e.name AS environment, s.kid, count(*)::int AS sealed
       FROM (SELECT environment_id, kid FROM sealed_credential UNION ALL SELECT environment_id, kid FROM sealed_secret
             UNION ALL SELECT environment_id, kid FROM idempotency_record WHERE kid IS NOT NULL) s
       JOIN environment e ON e.id = s.environment_id GROUP BY 1, 2 ORDER BY 1, 2`,
    [],
  );
  // An environment with a keyring of its own is served by that alone; every other one by the shared keyring.
  const own = new Set(described.flatMap((key) => key.environment ?? []));
  const keyringOf = (environment: string): string | null => (own.has(environment) ? environment : null);
  const known = described.map(({ id, state, environment }) => ({
    id,
    state,
    sealed: rows
      .filter((row) => row.kid === id && keyringOf(row.environment) === environment)
      .reduce((sum, row) => sum + row.sealed, 0),
    ...(environment === null ? {} : { environment }),
  }));
  const isKnown = (row: { environment: string; kid: string }): boolean =>
    described.some((key) => key.id === row.kid && key.environment === keyringOf(row.environment));
  const lost = rows
    .filter((row) => !isKnown(row))
    .map((row) => ({ id: row.kid, state: "disabled", sealed: row.sealed, environment: row.environment }));
  const keys = [...known, ...lost];
  return {
    json: { keys },
    text: keys.map((key) => `${key.id}  ${key.state}  seals ${key.sealed}`).join("\n"),
  };
}
