import type { Role } from "./permission.ts";

/** Who an administrator is to the identity provider: its issuer and its subject, and nothing that can be given to another. */
export interface FederatedIdentity {
  readonly issuer: string;
  readonly subject: string;
}

/** Who says which role it is. `idp`: the identity provider, at each sign-in. */
export type RoleSource = "local" | "idp";

/** Why somebody is disabled. `idp`: their groups gave no role at their last sign-in; they come back by themselves. */
export type DisabledBy = "person" | "idp";

export interface AdminUser {
  readonly id: string;
  /** In lower case. How people know each other; nobody is recognised by it at single sign-on. */
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly roleSource: RoleSource;
  /** A hash; null: no password signs them in. */
  readonly passwordHash: string | null;
  /** Null: they have never signed in through the identity provider. */
  readonly identity: FederatedIdentity | null;
  readonly disabledAt: Date | null;
  readonly disabledBy: DisabledBy | null;
  readonly lastSignInAt: Date | null;
  readonly createdAt: Date;
}

export function isSameIdentity(a: FederatedIdentity | null, b: FederatedIdentity): boolean {
  return a !== null && a.issuer === b.issuer && a.subject === b.subject;
}
