import type { SessionEnd } from "#core/domain/access/admin-session";
import type { AdminStore, NewSession } from "#core/ports/admin-store";
import { isLive, sessionColumns, toSession, toUser, type SessionRow, type UserRow } from "./admin-rows.ts";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";

type Sessions = Pick<AdminStore, "beginSession" | "findSession" | "touchSession" | "listSessions" | "endSessions">;

export function createAdminSessions(pool: DatabasePool): Sessions {
  return {
    async beginSession(userId, session, audit, passwordHash) {
      const result = await inTransaction(pool, async (client) => {
        // What was checked before the lock may have been changed meanwhile: a password that was taken away signs nobody in.
        const { rowCount } = await client.query(
          `UPDATE admin_user SET last_sign_in_at = now()
            WHERE id = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR password_hash = $2)`,
          [userId, passwordHash],
        );
        if (rowCount !== 1) return rollback;
        const begun = await insertSession(client, userId, session);
        await insertAudit(client, [audit]);
        return begun;
      });
      return result === rollback ? null : result;
    },

    async findSession(id, idleSeconds) {
      const { rows } = await query<SessionRow & UserRow & { readonly user_created_at: Date }>(
        pool,
        `SELECT s.id, s.user_id, s.method, s.created_at, s.last_seen_at, s.expires_at, s.confirmed_at, s.address, s.user_agent,
                u.email, u.name, u.role, u.role_source, u.password_hash, u.issuer, u.subject, u.disabled_at, u.disabled_by,
                u.last_sign_in_at, u.created_at AS user_created_at
           FROM admin_session s JOIN admin_user u ON u.id = s.user_id
          WHERE s.id = $1 AND ${isLive("s", 2)} AND u.disabled_at IS NULL`,
        [id, idleSeconds],
        "admin-session-find",
      );
      const [row] = rows;
      if (row === undefined) return null;
      return { session: toSession(row), user: toUser({ ...row, id: row.user_id, created_at: row.user_created_at }) };
    },

    async touchSession(id) {
      await query(
        pool,
        "UPDATE admin_session SET last_seen_at = now() WHERE id = $1 AND ended_at IS NULL AND last_seen_at < now() - interval '1 minute'",
        [id],
      );
    },

    async listSessions(userId, idleSeconds) {
      const { rows } = await query<SessionRow>(
        pool,
        `SELECT ${sessionColumns} FROM admin_session s WHERE s.user_id = $1 AND ${isLive("s", 2)}
          ORDER BY s.last_seen_at DESC, s.id LIMIT 200`,
        [userId, idleSeconds],
      );
      return rows.map(toSession);
    },

    async endSessions(userId, which, reason, record) {
      return await inTransaction(pool, async (client) => {
        const ended = await endLive(client, userId, which, reason);
        if (ended > 0) await insertAudit(client, [record(ended)]);
        return ended;
      });
    },
  };
}

export async function insertSession(client: DatabaseClient, userId: string, session: NewSession) {
  if (session.replaces !== null) {
    await client.query(
      "UPDATE admin_session SET ended_at = now(), end_reason = 'replaced' WHERE id = $1 AND ended_at IS NULL",
      [session.replaces],
    );
  }
  const { rows } = await client.query<SessionRow>(
    `INSERT INTO admin_session (id, user_id, method, expires_at, confirmed_at, address, user_agent)
     VALUES ($1, $2, $3, now() + make_interval(secs => $4), CASE WHEN $5 THEN now() ELSE $6::timestamptz END, $7, $8)
     RETURNING ${sessionColumns}`,
    [
      session.id,
      userId,
      session.method,
      session.lifetimeSeconds,
      session.confirmedAt === "now",
      session.confirmedAt === "now" ? null : session.confirmedAt,
      session.address,
      session.userAgent,
    ],
  );
  if (rows[0] === undefined) throw new Error("a session was not written");
  return toSession(rows[0]);
}

export async function endLive(
  client: DatabaseClient,
  userId: string,
  which: { readonly id: string } | { readonly but: string | null },
  reason: SessionEnd,
): Promise<number> {
  const { rowCount } = await client.query(
    `UPDATE admin_session SET ended_at = now(), end_reason = $2
      WHERE user_id = $1 AND ended_at IS NULL AND expires_at > now()
        AND ($3::text IS NULL OR id = $3) AND ($4::text IS NULL OR id <> $4)`,
    [userId, reason, "id" in which ? which.id : null, "but" in which ? which.but : null],
  );
  return rowCount ?? 0;
}
