import type { AdminStore, NewUser } from "#core/ports/admin-store";
import { toUser, userColumns, isLive, type UserRow } from "./admin-rows.ts";
import { endLive } from "./admin-sessions.ts";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";

type Users = Pick<
  AdminStore,
  "findUser" | "findUserByEmail" | "listUsers" | "createUser" | "changeUser" | "rehash" | "setPassword"
>;

export function createAdminUsers(pool: DatabasePool): Users {
  return {
    async findUser(id) {
      const { rows } = await query<UserRow>(pool, `SELECT ${userColumns} FROM admin_user WHERE id = $1`, [id]);
      return rows[0] === undefined ? null : toUser(rows[0]);
    },

    async findUserByEmail(email) {
      const { rows } = await query<UserRow>(pool, `SELECT ${userColumns} FROM admin_user WHERE email = $1`, [email]);
      return rows[0] === undefined ? null : toUser(rows[0]);
    },

    async listUsers(idleSeconds) {
      const { rows } = await query<UserRow & { readonly sessions: number; readonly last_seen_at: Date | null }>(
        pool,
        `SELECT u.*, s.sessions, s.last_seen_at FROM (SELECT ${userColumns} FROM admin_user) u
           LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE ${isLive("one", 1)})::int AS sessions,
                                     max(one.last_seen_at) AS last_seen_at
                                FROM admin_session one WHERE one.user_id = u.id) s ON true
          ORDER BY u.disabled_at IS NOT NULL, u.created_at, u.id`,
        [idleSeconds],
      );
      return rows.map((row) => ({ ...toUser(row), sessions: row.sessions, lastSeenAt: row.last_seen_at }));
    },

    async createUser(user, audit, { isVouchedFor }) {
      return await inTransaction(pool, async (client) => {
        if (!(await insertUser(client, user, isVouchedFor))) return false;
        await insertAudit(client, [audit]);
        return true;
      });
    },

    async changeUser(id, judge, record, { isVouchedFor }) {
      const result = await inTransaction(pool, async (client) => {
        const everybody = await lockUsers(client);
        const user = everybody.find((one) => one.id === id);
        if (user === undefined) return rollback;
        const decision = judge(user, everybody);
        if (decision.kind !== "change") return { decision, user };
        const { role = user.role, name = user.name, isDisabled = user.disabledAt !== null } = decision.set;
        const { rows } = await client.query<UserRow>(
          `UPDATE admin_user
              SET role = $2, name = $3, disabled_at = CASE WHEN $4 THEN coalesce(disabled_at, now()) END,
                  disabled_by = CASE WHEN $4 THEN coalesce(disabled_by, 'person') END,
                  vouched_at = CASE WHEN $5 THEN clock_timestamp() ELSE vouched_at END
            WHERE id = $1 RETURNING ${userColumns}`,
          [id, role, name, isDisabled, isVouchedFor],
        );
        if (rows[0] === undefined) return rollback;
        if (decision.endsSessions) await endLive(client, id, { but: null }, isDisabled ? "disabled" : "role_changed");
        await insertAudit(client, [record(decision)]);
        return { decision, user: toUser(rows[0]) };
      });
      return result === rollback ? null : result;
    },

    async rehash(id, from, to) {
      await inTransaction(pool, async (client) => {
        await client.query("SELECT set_config('evergrant.rehashed_user', $1, true)", [id]);
        await client.query("UPDATE admin_user SET password_hash = $3 WHERE id = $1 AND password_hash = $2", [
          id,
          from,
          to,
        ]);
      });
    },

    async setPassword(id, { from, to }, keep, audit, { isVouchedFor }) {
      return await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `UPDATE admin_user SET password_hash = $3,
                  vouched_at = CASE WHEN $4 THEN clock_timestamp() ELSE vouched_at END
            WHERE id = $1 AND password_hash IS NOT DISTINCT FROM $2 AND disabled_at IS NULL`,
          [id, from, to, isVouchedFor],
        );
        if (rowCount !== 1) return false;
        await endLive(client, id, { but: keep }, "password_changed");
        await insertAudit(client, [audit]);
        return true;
      });
    },
  };
}

/** @returns false when the address, or the identity, is somebody's already */
export async function insertUser(client: DatabaseClient, user: NewUser, isVouchedFor: boolean): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO admin_user (id, email, name, password_hash, role, role_source, issuer, subject, vouched_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $9::boolean THEN now() END)
     ON CONFLICT DO NOTHING`,
    [
      user.id,
      user.email,
      user.name,
      user.passwordHash,
      user.role,
      user.roleSource,
      user.identity?.issuer ?? null,
      user.identity?.subject ?? null,
      isVouchedFor,
    ],
  );
  return rowCount === 1;
}

/** In one order, as approvals lock them, so that nobody waits for each other. */
export async function lockUsers(client: DatabaseClient) {
  const { rows } = await client.query<UserRow>(`SELECT ${userColumns} FROM admin_user ORDER BY id FOR UPDATE`);
  return rows.map(toUser);
}
