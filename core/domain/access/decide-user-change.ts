import type { AdminUser } from "./admin-user.ts";
import type { Role } from "./permission.ts";

export interface UserChange {
  readonly role?: Role;
  readonly isDisabled?: boolean;
  readonly name?: string;
}

export type UserChangeRefusal =
  /** Nobody would be left who can let anybody in. */
  | "last_owner"
  /** The identity provider says which role it is: another one would be gone at the next sign-in. */
  | "role_from_identity_provider"
  /** Whoever disables themselves meant somebody else. */
  | "yourself";

export type UserChangeDecision =
  | { readonly kind: "refused"; readonly why: UserChangeRefusal }
  | { readonly kind: "unchanged" }
  | {
      readonly kind: "change";
      readonly set: UserChange;
      /** What they may has changed: their sessions end. */
      readonly endsSessions: boolean;
    };

/**
 * @param everybody all administrators, as they are under the lock
 * @param actor who changes; null: the server's command line
 */
export function decideUserChange(
  user: AdminUser,
  change: UserChange,
  everybody: readonly AdminUser[],
  actor: string | null,
): UserChangeDecision {
  const isDisabled = user.disabledAt !== null;
  const set: UserChange = {
    ...(change.role !== undefined && change.role !== user.role ? { role: change.role } : {}),
    ...(change.isDisabled !== undefined && change.isDisabled !== isDisabled ? { isDisabled: change.isDisabled } : {}),
    ...(change.name !== undefined && change.name !== user.name ? { name: change.name } : {}),
  };
  if (Object.keys(set).length === 0) return { kind: "unchanged" };
  if (set.role !== undefined && user.roleSource === "idp") return refused("role_from_identity_provider");
  if (set.isDisabled === true && user.id === actor) return refused("yourself");
  const isOwner = user.role === "owner" && !isDisabled;
  const staysOwner = (set.role ?? user.role) === "owner" && !(set.isDisabled ?? isDisabled);
  if (isOwner && !staysOwner && !everybody.some((one) => one.id !== user.id && mayLetIn(one))) {
    return refused("last_owner");
  }
  return { kind: "change", set, endsSessions: set.role !== undefined || set.isDisabled === true };
}

function mayLetIn(user: AdminUser): boolean {
  return user.role === "owner" && user.disabledAt === null;
}

function refused(why: UserChangeRefusal): UserChangeDecision {
  return { kind: "refused", why };
}
