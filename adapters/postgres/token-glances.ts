import type { AccountStatus } from "#core/domain/account/account";
import type { TokenGlance, TokenGlances } from "#core/ports/token-glances";
import { createGrouped } from "./grouped.ts";
import { query, type DatabasePool } from "./pool.ts";

interface Wanted {
  readonly environmentId: string;
  readonly accountId: string;
}

interface GlanceRow {
  /** Place in the question, from 1. */
  readonly place: number;
  readonly tenant_id: string;
  readonly integration_name: string;
  readonly status: AccountStatus;
  readonly is_held: boolean;
  readonly expires_ms: number | null;
  readonly issued_ms: number | null;
  readonly has_refresh_token: boolean;
  readonly has_alarm: boolean;
  readonly has_overrides: boolean;
  readonly scopes: { readonly requested: string[]; readonly granted: string[]; readonly refused: string[] };
  readonly version: number | null;
  readonly sealed: Buffer | null;
  readonly stamp: string;
}

const mostPerStatement = 100;

export function createTokenGlances(pool: DatabasePool): TokenGlances {
  const look = createGrouped<Wanted, TokenGlance | null>(
    async (wanted) => {
      const { rows } = await query<GlanceRow>(
        pool,
        glanceSql,
        [wanted.map((one) => one.accountId), wanted.map((one) => one.environmentId)],
        "token-glance",
      );
      const found = new Map(rows.map((row) => [row.place, row]));
      return wanted.map((_, index) => {
        const row = found.get(index + 1);
        return row === undefined ? null : toGlance(row);
      });
    },
    { most: mostPerStatement },
  );
  return { glance: (environmentId, accountId) => look({ environmentId, accountId }) };
}

/**
 * SQL of a stamp: the ids of the transactions that wrote the definition and what lies over it. No two versions share one, where two
 * instants might.
 */
export function definitionStamp(integration: string, environmentIntegration: string): string {
  return `concat(${integration}.xmin, '/', ${environmentIntegration}.xmin)`;
}

/**
 * Instants come as numbers and scopes as one JSON, since reading them as texts costs this process more than the rest. LIMIT keeps
 * each account a look of its own: joined as a set, a small table would be read whole by every statement.
 */
const glanceSql = `
  SELECT w.place::int, found.*
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (id, environment_id, place)
   CROSS JOIN LATERAL (
     SELECT a.tenant_id, a.integration_name, a.status, a.hold IS NOT NULL AS is_held,
            (extract(epoch FROM a.expires_at) * 1000)::float8 AS expires_ms,
            (extract(epoch FROM a.issued_at) * 1000)::float8 AS issued_ms,
            a.has_refresh_token, (a.refresh_due_at IS NOT NULL OR a.lease_until IS NOT NULL) AS has_alarm,
            a.overrides <> '{}'::jsonb AS has_overrides,
            json_build_object('requested', a.scopes_requested, 'granted', a.scopes_granted, 'refused', a.scopes_refused) AS scopes,
            s.version, s.sealed, ${definitionStamp("i", "e")} AS stamp
       FROM integrated_account a
       LEFT JOIN sealed_credential s ON s.account_id = a.id
       LEFT JOIN integration i ON i.environment_id = a.environment_id AND i.name = a.integration_name
       LEFT JOIN environment_integration e ON e.environment_id = a.environment_id AND e.integration_name = a.integration_name
      WHERE a.id = w.id AND a.environment_id = w.environment_id
      LIMIT 1) found`;

function toGlance(row: GlanceRow): TokenGlance {
  return {
    tenantId: row.tenant_id,
    integrationName: row.integration_name,
    status: row.status,
    isHeld: row.is_held,
    expiresAt: row.expires_ms === null ? null : new Date(row.expires_ms),
    issuedAt: row.issued_ms === null ? null : new Date(row.issued_ms),
    hasRefreshToken: row.has_refresh_token,
    hasAlarm: row.has_alarm,
    hasOverrides: row.has_overrides,
    scopesRequested: row.scopes.requested,
    scopesGranted: row.scopes.granted,
    scopesRefused: row.scopes.refused,
    credential: row.version === null || row.sealed === null ? null : { version: row.version, sealed: row.sealed },
    definitionStamp: row.stamp,
  };
}
