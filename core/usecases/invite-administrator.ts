import { invitationSeconds, invitationState, type Invitation } from "../domain/access/invitation.ts";
import type { Role } from "../domain/access/permission.ts";
import { commandLine } from "../domain/approval/decide-approval.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { SecretDigests } from "../ports/secret-digests.ts";
import { recordOf, type AdminPorts } from "./admin-ports.ts";
import type { UserChanger } from "./administer-users.ts";

type InvitePorts = Pick<AdminPorts, "admins" | "auditEnvironmentId" | "random" | "clock"> & {
  readonly digests: SecretDigests;
  readonly publicUrl: string;
};

/** What stands in a link, behind `#`: no server sees it when the page is opened, and no `Referer` carries it. */
const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

/**
 * A link for one person, once. A second invitation of the same address ends the first.
 *
 * @param input.email in lower case
 * @throws DomainError conflict: the address is an administrator's
 */
export async function inviteAdministrator(
  ports: InvitePorts,
  inviter: UserChanger,
  input: { readonly email: string; readonly role: Role },
): Promise<{ readonly invitation: Invitation; readonly url: string }> {
  const token = Buffer.from(ports.random.bytes(32)).toString("base64url");
  const id = makeId("inv", ports.random.bytes(idRandomBytes));
  const actor = inviter.kind === "command_line" ? commandLine : inviter.id;
  const invitation = await ports.admins.invite(
    { id, ...input, invitedBy: actor, lifetimeSeconds: invitationSeconds },
    ports.digests.digest("invitation", token),
    recordOf(ports, "invitation.created", actor, id, { email: input.email, role: input.role }),
  );
  if (invitation === null) {
    throw new DomainError("conflict", {
      detail: `${input.email} is an administrator already.`,
      extensions: { reason: "already_administrator" },
    });
  }
  return { invitation, url: `${ports.publicUrl}/invitation#${token}` };
}

/** @throws DomainError not_found */
export async function revokeInvitation(ports: InvitePorts, revoker: UserChanger, id: string): Promise<void> {
  const actor = revoker.kind === "command_line" ? commandLine : revoker.id;
  const isRevoked = await ports.admins.revokeInvitation(id, recordOf(ports, "invitation.revoked", actor, id));
  if (!isRevoked) throw new DomainError("not_found", { detail: "There is no such invitation that is open." });
}

/**
 * The invitation that a link is for.
 *
 * @throws DomainError not_found: it is none, was used, revoked, or is over; which, nobody is told who may have found the link
 */
export async function findOpenInvitation(ports: InvitePorts, token: string): Promise<Invitation> {
  const invitation = tokenPattern.test(token) ? await ports.admins.findInvitation(digestOf(ports, token)) : null;
  if (invitation === null || invitationState(invitation, ports.clock.now()) !== "open") return over();
  return invitation;
}

export function digestOf(ports: Pick<InvitePorts, "digests">, token: string): Uint8Array {
  return ports.digests.digest("invitation", token);
}

/**
 * Makes the administrator, with a password of their own.
 *
 * @throws DomainError not_found as above; invalid_request: the password does not do
 */
export async function acceptInvitation(
  ports: InvitePorts & Pick<AdminPorts, "passwords">,
  input: { readonly token: string; readonly name: string; readonly password: string },
): Promise<Invitation> {
  const { email } = await findOpenInvitation(ports, input.token);
  const fault = ports.passwords.faultOf(input.password, [email, input.name]);
  if (fault !== null) {
    throw new DomainError("invalid_request", {
      detail: "The password does not do.",
      errors: [{ pointer: "/password", detail: fault }],
    });
  }
  const id = makeId("usr", ports.random.bytes(idRandomBytes));
  const accepted = await ports.admins.acceptInvitation(
    digestOf(ports, input.token),
    { id, name: input.name, passwordHash: await ports.passwords.hash(input.password) },
    (one) => recordOf(ports, "invitation.accepted", id, one.id, { role: one.role, user: id, method: "password" }),
  );
  return accepted ?? over();
}

function over(): never {
  throw new DomainError("not_found", {
    detail: "This invitation was used, withdrawn, or its time is over. Ask whoever invited you for another.",
  });
}
