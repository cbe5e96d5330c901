import type { AdminUser } from "#core/domain/access/admin-user";
import { isSameIdentity } from "#core/domain/access/admin-user";
import type { FederatedDecision, FederatedPerson } from "#core/domain/access/decide-federated-sign-in";
import type { AuditRecord } from "#core/domain/audit/audit-record";
import type { AdminStore, FederatedOutcome, FederatedRecords } from "#core/ports/admin-store";
import {
  invitationColumns,
  toInvitation,
  toUser,
  userColumns,
  type InvitationRow,
  type UserRow,
} from "./admin-rows.ts";
import { spendInvitation } from "./admin-invitations.ts";
import { endLive, insertSession } from "./admin-sessions.ts";
import { insertUser, lockUsers } from "./admin-users.ts";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";

/** Sign-ins through the identity provider. Administrators are few, and are locked as a whole: a role and its owner's session agree. */
export function createAdmitFederated(pool: DatabasePool): Pick<AdminStore, "admitFederated"> {
  return {
    async admitFederated(person, invitationDigest, judge, make) {
      const outcome = await inTransaction<FederatedOutcome | typeof rollback>(pool, async (client) => {
        const everybody = await lockUsers(client);
        const known = everybody.find(({ identity }) => isSameIdentity(identity, person.identity)) ?? null;
        const emailOwner = everybody.find(({ email }) => email === person.email) ?? null;
        const invitation = invitationDigest === null ? null : await lockInvitation(client, invitationDigest);
        const decision = judge(known, emailOwner, invitation);
        switch (decision.kind) {
          case "stop":
          case "refuse":
            return decision;
          case "expel":
            await expel(client, decision.user, make.records);
            return decision;
          case "create":
            await create(client, decision, person, make.userId, make.records, invitationDigest);
            break;
          case "admit":
            await update(client, decision, person, make.records);
            break;
        }
        const userId = decision.kind === "create" ? make.userId : decision.user.id;
        const session = await insertSession(client, userId, make.session);
        await insertAudit(client, [make.records.signedIn(userId)]);
        const { rows } = await client.query<UserRow>(
          `UPDATE admin_user SET last_sign_in_at = now() WHERE id = $1 RETURNING ${userColumns}`,
          [userId],
        );
        if (rows[0] === undefined) throw new Error(`administrator ${userId} vanished under the lock`);
        return { kind: "signed_in", user: toUser(rows[0]), session };
      });
      if (outcome === rollback) throw new Error("a sign-in was rolled back without a reason");
      return outcome;
    },
  };
}

async function lockInvitation(client: DatabaseClient, digest: Uint8Array) {
  const { rows } = await client.query<InvitationRow>(
    `SELECT ${invitationColumns} FROM admin_invitation WHERE digest = $1 FOR UPDATE`,
    [Buffer.from(digest)],
  );
  return rows[0] === undefined ? null : toInvitation(rows[0]);
}

async function create(
  client: DatabaseClient,
  { email, role, roleSource }: Extract<FederatedDecision, { kind: "create" }>,
  { name, identity }: FederatedPerson,
  id: string,
  records: FederatedRecords,
  digest: Uint8Array | null,
): Promise<void> {
  const invitation = digest === null ? null : await spendInvitation(client, digest, id);
  if (digest !== null && invitation === null) throw new Error("an invitation ended under its lock");
  // Nobody on the server's command line knows of them: they count as a second person after a while (R48).
  const isMade = await insertUser(client, { id, email, name, role, roleSource, identity, passwordHash: null }, false);
  if (!isMade) throw new Error(`the address or identity of ${id} was taken under the lock`);
  await insertAudit(client, [records.created({ userId: id, role, invitationId: invitation?.id ?? null })]);
}

async function update(
  client: DatabaseClient,
  { user, role, isBack, email }: Extract<FederatedDecision, { kind: "admit" }>,
  { name }: FederatedPerson,
  records: FederatedRecords,
): Promise<void> {
  // Columns that stay are written as they are: the trigger compares, and nobody's standing begins anew.
  await client.query(
    `UPDATE admin_user SET role = coalesce($2, role), email = coalesce($3, email), name = $4,
            disabled_at = CASE WHEN $5 THEN NULL ELSE disabled_at END, disabled_by = CASE WHEN $5 THEN NULL ELSE disabled_by END
      WHERE id = $1`,
    [user.id, role, email, name, isBack],
  );
  if (role !== null) await endLive(client, user.id, { but: null }, "role_changed");
  const told: AuditRecord[] = [
    ...(role === null ? [] : [records.roleChanged({ userId: user.id, from: user.role, to: role })]),
    ...(isBack ? [records.returned(user.id)] : []),
  ];
  await insertAudit(client, told);
}

async function expel(client: DatabaseClient, user: AdminUser, records: FederatedRecords): Promise<void> {
  if (user.disabledAt !== null) return;
  await client.query("UPDATE admin_user SET disabled_at = now(), disabled_by = 'idp' WHERE id = $1", [user.id]);
  await endLive(client, user.id, { but: null }, "disabled");
  await insertAudit(client, [records.expelled(user.id)]);
}
