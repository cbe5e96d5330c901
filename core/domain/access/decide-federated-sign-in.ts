import type { AdminUser, FederatedIdentity } from "./admin-user.ts";
import type { Role } from "./permission.ts";

/** What an ID token said of a person, checked. */
export interface FederatedPerson {
  readonly identity: FederatedIdentity;
  /** In lower case; null: none was released. */
  readonly email: string | null;
  /** False only where the provider says that it is not. */
  readonly isEmailVerified: boolean;
  readonly name: string;
  /** What their groups give them; null: nothing. */
  readonly mappedRole: Role | null;
}

/** Why somebody whom the identity provider knows does not get in. */
export type FederatedRefusal =
  /** No group of theirs has a role, and nobody invited them. */
  | "no_role"
  /** An owner disabled them here. */
  | "disabled"
  | "no_email"
  | "email_not_verified"
  /** Another administrator has this address: whoever can name any address at the identity provider must not become them. */
  | "email_taken"
  /** The invitation is for another address. */
  | "invitation_for_another"
  /** Whoever followed the invitation is an administrator already. */
  | "already_administrator";

export type FederatedDecision =
  | { readonly kind: "refuse"; readonly why: FederatedRefusal; readonly user: AdminUser | null }
  /** The identity provider has taken their role away: they are disabled until it gives one again. */
  | { readonly kind: "expel"; readonly user: AdminUser }
  | { readonly kind: "create"; readonly email: string; readonly role: Role; readonly roleSource: "local" | "idp" }
  | {
      readonly kind: "admit";
      readonly user: AdminUser;
      /** Another role than before; null: the same. */
      readonly role: Role | null;
      /** They were disabled because they had no role, and have one again. */
      readonly isBack: boolean;
      /** Another address than before; null: the same, or one that is not to be taken over. */
      readonly email: string | null;
    };

/**
 * Who comes in, and as what. The identity (issuer and subject) decides who it is; an address only makes somebody new.
 *
 * @param known who has this identity here
 * @param emailOwner who has this address here
 * @param invitation of the link that they followed, still open
 */
export function decideFederatedSignIn(
  person: FederatedPerson,
  known: AdminUser | null,
  emailOwner: AdminUser | null,
  invitation: { readonly email: string; readonly role: Role } | null,
): FederatedDecision {
  const refuse = (why: FederatedRefusal): FederatedDecision => ({ kind: "refuse", why, user: known });
  if (known !== null) {
    if (invitation !== null) return refuse("already_administrator");
    if (known.disabledAt !== null && known.disabledBy !== "idp") return refuse("disabled");
    return known.roleSource === "local" ? admit(known, known.role) : admit(known, person.mappedRole);
  }
  if (invitation === null && person.mappedRole === null) return refuse("no_role");
  if (person.email === null) return refuse("no_email");
  if (!person.isEmailVerified) return refuse("email_not_verified");
  if (invitation !== null && invitation.email !== person.email) return refuse("invitation_for_another");
  if (emailOwner !== null) return refuse("email_taken");
  if (invitation !== null) return { kind: "create", email: person.email, role: invitation.role, roleSource: "local" };
  return { kind: "create", email: person.email, role: person.mappedRole as Role, roleSource: "idp" };

  function admit(user: AdminUser, role: Role | null): FederatedDecision {
    if (role === null) return { kind: "expel", user };
    const { email, isEmailVerified } = person;
    const isOther = email !== null && isEmailVerified && email !== user.email && emailOwner === null;
    return {
      kind: "admit",
      user,
      role: role === user.role ? null : role,
      isBack: user.disabledAt !== null,
      email: isOther ? email : null,
    };
  }
}
