import type { AdminSession } from "../domain/access/admin-session.ts";
import type { AdminUser } from "../domain/access/admin-user.ts";
import { decideUserChange, type UserChange, type UserChangeRefusal } from "../domain/access/decide-user-change.ts";
import { assertNever, DomainError } from "../domain/problem/domain-error.ts";
import type { AuditAction } from "../domain/audit/audit-record.ts";
import { commandLine } from "../domain/approval/decide-approval.ts";
import { recordOf, type AdminPorts } from "./admin-ports.ts";

type UserPorts = Pick<AdminPorts, "admins" | "auditEnvironmentId" | "sessionTimes">;

/** Who changes: an administrator by their id, or whoever has a shell on the server. */
export type UserChanger = { readonly kind: "person"; readonly id: string } | { readonly kind: "command_line" };

/** @throws DomainError not_found */
export async function findAdministrator(ports: Pick<AdminPorts, "admins">, id: string): Promise<AdminUser> {
  return (await ports.admins.findUser(id)) ?? gone();
}

/**
 * Another role, another name, disabled or enabled. Their sessions end where what they may has changed.
 *
 * @throws DomainError not_found; conflict with `reason`
 */
export async function changeAdministrator(
  ports: UserPorts,
  changer: UserChanger,
  id: string,
  change: UserChange,
): Promise<AdminUser> {
  const isCommandLine = changer.kind === "command_line";
  const actor = isCommandLine ? commandLine : changer.id;
  const changed = await ports.admins.changeUser(
    id,
    (user, everybody) => decideUserChange(user, change, everybody, isCommandLine ? null : changer.id),
    ({ set }) => recordOf(ports, actionOf(set), actor, id, { ...detailOf(set) }),
    { isVouchedFor: isCommandLine },
  );
  if (changed === null) return gone();
  if (changed.decision.kind === "refused") throw refusedChange(changed.decision.why);
  return changed.user;
}

/** The word that says most of it; the rest stands in the detail. */
function actionOf(set: UserChange): AuditAction {
  if (set.isDisabled !== undefined) return set.isDisabled ? "user.disabled" : "user.enabled";
  return set.role === undefined ? "user.changed" : "user.role_changed";
}

function detailOf({ role, name }: UserChange): Record<string, string> {
  return { ...(role === undefined ? {} : { to: role }), ...(name === undefined ? {} : { name }) };
}

function refusedChange(why: UserChangeRefusal): DomainError {
  const conflict = (detail: string): DomainError =>
    new DomainError("conflict", { detail, extensions: { reason: why } });
  switch (why) {
    case "last_owner":
      return conflict("This is the last owner who can sign in. Make another administrator an owner first.");
    case "role_from_identity_provider":
      return conflict("The identity provider gives this role by their groups. Change the groups there.");
    case "yourself":
      return conflict("You can't disable yourself. Another owner can.");
    default:
      return assertNever(why);
  }
}

/**
 * @param which one session, or all but one (null: all)
 * @returns how many ended
 */
export async function endSessionsOf(
  ports: UserPorts,
  changer: UserChanger,
  userId: string,
  which: { readonly id: string } | { readonly but: string | null },
): Promise<number> {
  const actor = changer.kind === "command_line" ? commandLine : changer.id;
  return await ports.admins.endSessions(userId, which, "ended", (ended) =>
    recordOf(ports, "user.sessions_ended", actor, userId, { ended, ...("id" in which ? { session: which.id } : {}) }),
  );
}

export async function sessionsOf(ports: UserPorts, userId: string): Promise<readonly AdminSession[]> {
  return await ports.admins.listSessions(userId, ports.sessionTimes.idleSeconds);
}

/**
 * A new password in place of one's own. All other sessions end.
 *
 * @throws DomainError invalid_request with the field; conflict: it was changed meanwhile, or there is none to change
 */
export async function changeOwnPassword(
  ports: UserPorts & Pick<AdminPorts, "passwords">,
  user: AdminUser,
  input: { readonly current: string; readonly next: string },
  sessionId: string,
): Promise<void> {
  const { passwordHash: from } = user;
  if (from === null) {
    throw new DomainError("conflict", {
      detail: "You sign in through your identity provider, and have no password here.",
      extensions: { reason: "no_password" },
    });
  }
  const invalid = (pointer: string, detail: string): DomainError =>
    new DomainError("invalid_request", { detail: "The password was not changed.", errors: [{ pointer, detail }] });
  const fault = ports.passwords.faultOf(input.next, [user.email, user.name]);
  if (fault !== null) throw invalid("/new_password", fault);
  if (!(await ports.passwords.verify(input.current, from)).isRight) throw invalid("/current_password", "is wrong");
  const isSet = await ports.admins.setPassword(
    user.id,
    { from, to: await ports.passwords.hash(input.next) },
    sessionId,
    recordOf(ports, "user.password_changed", user.id, user.id),
    { isVouchedFor: false },
  );
  if (!isSet) throw new DomainError("conflict", { detail: "It was changed meanwhile. Sign in again." });
}

function gone(): never {
  throw new DomainError("not_found", { detail: "There is no such administrator." });
}
