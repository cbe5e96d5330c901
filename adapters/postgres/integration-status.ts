import type { CircuitCause } from "#core/domain/refresh/circuit";
import { query, type DatabasePool } from "./pool.ts";

export interface CircuitGlance {
  readonly key: string;
  readonly endpoint: string;
  readonly state: "closed" | "open";
  readonly cause: CircuitCause | null;
  readonly failures: number;
  readonly openedAt: Date | null;
  readonly probeAt: Date | null;
  readonly probes: number;
  /** Requests that are under way now, where the budget has a limit. */
  readonly inUse: number;
}

export interface IntegrationGlance {
  /** When this environment put its own definition last; null: it has none. */
  readonly definedAt: Date | null;
  /** Those in trouble first; at most `mostCircuits`. */
  readonly circuits: readonly CircuitGlance[];
  /** Links for it that nobody used yet, among the newest `mostLinks` of the environment. */
  readonly openLinks: number;
  readonly hasAllLinks: boolean;
}

/** A provider with a host for each customer has as many circuits; the ones in trouble are what somebody looks for. */
export const mostCircuits = 20;
const mostLinks = 20_000;

interface CircuitRow {
  readonly key: string;
  readonly endpoint: string;
  readonly state: "closed" | "open";
  readonly cause: CircuitCause | null;
  readonly failures: number;
  readonly opened_at: Date | null;
  readonly probe_at: Date | null;
  readonly probes: number;
  readonly in_use: number;
}

/**
 * What one integration's page shows of the moment.
 *
 * @param key of the circuit of the environment's own client, where every account has the same; null: there is no one such
 */
export async function glanceAtIntegration(
  pool: DatabasePool,
  environmentId: string,
  name: string,
  key: string | null,
): Promise<IntegrationGlance> {
  const [defined, circuits, links] = await Promise.all([
    query<{ updated_at: Date }>(pool, "SELECT updated_at FROM integration WHERE environment_id = $1 AND name = $2", [
      environmentId,
      name,
    ]),
    // A circuit bears the name of whoever came first: that of our client may bear another's.
    query<CircuitRow>(
      pool,
      `SELECT key, endpoint, state, cause, failures, opened_at, probe_at, probes,
              (SELECT count(*)::int FROM jsonb_each(places) p
                WHERE p.value::text::numeric > extract(epoch FROM clock_timestamp())) AS in_use
         FROM circuit
        WHERE environment_id = $1 AND (integration_name = $2 OR key = $3)
        ORDER BY state = 'open' DESC, failures DESC, updated_at DESC LIMIT $4`,
      [environmentId, name, key, mostCircuits],
    ),
    query<{ named: number; looked: number }>(
      pool,
      `SELECT count(*) FILTER (WHERE integration_names @> ARRAY[$2::text] AND used_at IS NULL)::int AS named,
              count(*)::int AS looked
         FROM (SELECT integration_names, used_at FROM link_token WHERE environment_id = $1 AND expires_at > now()
                ORDER BY expires_at DESC LIMIT $3) newest`,
      [environmentId, name, mostLinks],
    ),
  ]);
  const [link] = links.rows;
  return {
    definedAt: defined.rows[0]?.updated_at ?? null,
    circuits: circuits.rows.map((row) => ({
      key: row.key,
      endpoint: row.endpoint,
      state: row.state,
      cause: row.cause,
      failures: row.failures,
      openedAt: row.opened_at,
      probeAt: row.state === "open" ? row.probe_at : null,
      probes: row.probes,
      inUse: row.in_use,
    })),
    openLinks: link?.named ?? 0,
    hasAllLinks: (link?.looked ?? 0) < mostLinks,
  };
}
