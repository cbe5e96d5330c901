import type { AdminStore } from "#core/ports/admin-store";
import { invitationColumns, toInvitation, type InvitationRow } from "./admin-rows.ts";
import { insertUser } from "./admin-users.ts";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";

type Invitations = Pick<
  AdminStore,
  "invite" | "listInvitations" | "findInvitation" | "revokeInvitation" | "acceptInvitation"
>;

export function createAdminInvitations(pool: DatabasePool): Invitations {
  return {
    async invite(invitation, digest, audit) {
      const result = await inTransaction(pool, async (client) => {
        const { id, email, role, invitedBy, lifetimeSeconds } = invitation;
        // Two who invite one person at a moment: the second waits here, and its link is the one that counts.
        await client.query("SELECT pg_advisory_xact_lock(hashtextextended('evergrant/invitation/' || $1, 0))", [email]);
        const taken = await client.query("SELECT FROM admin_user WHERE email = $1", [email]);
        if (taken.rowCount !== 0) return rollback;
        await client.query(
          "UPDATE admin_invitation SET revoked_at = now() WHERE email = $1 AND accepted_at IS NULL AND revoked_at IS NULL",
          [email],
        );
        const { rows } = await client.query<InvitationRow>(
          `INSERT INTO admin_invitation (id, email, role, digest, invited_by, expires_at)
           VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6)) RETURNING ${invitationColumns}`,
          [id, email, role, Buffer.from(digest), invitedBy, lifetimeSeconds],
        );
        await insertAudit(client, [audit]);
        return rows[0] === undefined ? rollback : toInvitation(rows[0]);
      });
      return result === rollback ? null : result;
    },

    async listInvitations() {
      const { rows } = await query<InvitationRow>(
        pool,
        `SELECT ${invitationColumns} FROM admin_invitation
          WHERE accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now() ORDER BY created_at DESC, id LIMIT 200`,
        [],
      );
      return rows.map(toInvitation);
    },

    async findInvitation(digest) {
      const { rows } = await query<InvitationRow>(
        pool,
        `SELECT ${invitationColumns} FROM admin_invitation WHERE digest = $1`,
        [Buffer.from(digest)],
      );
      return rows[0] === undefined ? null : toInvitation(rows[0]);
    },

    async revokeInvitation(id, audit) {
      return await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          "UPDATE admin_invitation SET revoked_at = now() WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL",
          [id],
        );
        if (rowCount !== 1) return false;
        await insertAudit(client, [audit]);
        return true;
      });
    },

    async acceptInvitation(digest, { id, name, passwordHash }, record) {
      const result = await inTransaction(pool, async (client) => {
        const invitation = await spendInvitation(client, digest, id);
        if (invitation === null) return rollback;
        const { email, role } = invitation;
        const user = { id, email, name, role, roleSource: "local", passwordHash, identity: null } as const;
        // Another administrator made them: they count as a second person after a while (R48).
        if (!(await insertUser(client, user, false))) return rollback;
        await insertAudit(client, [record(invitation)]);
        return invitation;
      });
      return result === rollback ? null : result;
    },
  };
}

/** @returns as it was while it was open; null: it is not */
export async function spendInvitation(client: DatabaseClient, digest: Uint8Array, userId: string) {
  const { rows } = await client.query<InvitationRow>(
    `UPDATE admin_invitation SET accepted_at = now(), accepted_by = $2
      WHERE digest = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now() RETURNING ${invitationColumns}`,
    [Buffer.from(digest), userId],
  );
  return rows[0] === undefined ? null : toInvitation(rows[0]);
}
