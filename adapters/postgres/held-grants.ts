import type { ConnectStore } from "#core/ports/connect-store";
import { insertAudit } from "./audit-log.ts";
import { sessionColumns, toSession, type SessionRow } from "./connect-rows.ts";
import { inTransaction, query, rollback, type DatabasePool } from "./pool.ts";

type HeldGrants = Pick<
  ConnectStore,
  "holdGrant" | "findHeldGrant" | "endUnapproved" | "isAskedElsewhere" | "listUnanswered"
>;

/** Grants that wait until their person has said that it is the right account (R93). */
export function heldGrants(pool: DatabasePool): HeldGrants {
  return {
    async holdGrant({ sessionId, environmentId, kid, sealed, expiresAt }, asked, audit) {
      const held = await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          "UPDATE connect_session SET asked = $2, expires_at = $3 WHERE id = $1 AND status = 'exchanging'",
          [sessionId, JSON.stringify(asked), expiresAt],
        );
        if (rowCount !== 1) return rollback;
        const kept = await client.query(
          `INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed)
           VALUES ($1, 'connect_grant', $2, 1, $3, $4) ON CONFLICT DO NOTHING`,
          [sessionId, environmentId, kid, Buffer.from(sealed)],
        );
        if (kept.rowCount === 1) await insertAudit(client, audit);
        return true;
      });
      return held !== rollback;
    },

    async findHeldGrant(sessionId) {
      const { rows } = await query<{ sealed: Buffer }>(
        pool,
        "SELECT sealed FROM sealed_secret WHERE owner = $1 AND field = 'connect_grant'",
        [sessionId],
      );
      return rows[0]?.sealed ?? null;
    },

    endUnapproved: (id, failure, audit) =>
      inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `UPDATE connect_session SET status = 'failed', failure = $2, asked = NULL
            WHERE id = $1 AND status = 'exchanging' AND asked IS NOT NULL`,
          [id, JSON.stringify(failure)],
        );
        if (rowCount !== 1) return false;
        await client.query("DELETE FROM sealed_secret WHERE owner = $1", [id]);
        await insertAudit(client, audit);
        return true;
      }),

    async isAskedElsewhere({ id, environmentId, integrationName, accountId }, externalAccountId) {
      const { rows } = await query<{ is_asked: boolean }>(
        pool,
        `SELECT EXISTS (SELECT FROM connect_session
           WHERE environment_id = $1 AND integration_name = $2 AND id <> $3 AND status = 'exchanging' AND asked IS NOT NULL
             AND (asked #>> '{externalAccount,id}' = $4::text
                  OR account_id = $5 AND ($4::text IS NULL OR asked #>> '{externalAccount,id}' IS NULL))) AS is_asked`,
        [environmentId, integrationName, id, externalAccountId, accountId],
      );
      return rows[0]?.is_asked === true;
    },

    async listUnanswered(now, limit) {
      const { rows } = await query<SessionRow>(
        pool,
        `SELECT ${sessionColumns} FROM connect_session
          WHERE status = 'exchanging' AND asked IS NOT NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2`,
        [now, limit],
      );
      return rows.map(toSession);
    },
  };
}
