import type { AdminSession, SignInMethod } from "#core/domain/access/admin-session";
import type { AdminUser, DisabledBy, RoleSource } from "#core/domain/access/admin-user";
import type { Invitation } from "#core/domain/access/invitation";
import type { Role } from "#core/domain/access/permission";

export const userColumns =
  "id, email, name, role, role_source, password_hash, issuer, subject, disabled_at, disabled_by, last_sign_in_at, created_at";

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly role_source: RoleSource;
  readonly password_hash: string | null;
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly disabled_at: Date | null;
  readonly disabled_by: DisabledBy | null;
  readonly last_sign_in_at: Date | null;
  readonly created_at: Date;
}

export function toUser(row: UserRow): AdminUser {
  const { issuer, subject } = row;
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    roleSource: row.role_source,
    passwordHash: row.password_hash,
    identity: issuer === null || subject === null ? null : { issuer, subject },
    disabledAt: row.disabled_at,
    disabledBy: row.disabled_by,
    lastSignInAt: row.last_sign_in_at,
    createdAt: row.created_at,
  };
}

export const sessionColumns =
  "id, user_id, method, created_at, last_seen_at, expires_at, confirmed_at, address, user_agent";

export interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly method: SignInMethod;
  readonly created_at: Date;
  readonly last_seen_at: Date;
  readonly expires_at: Date;
  readonly confirmed_at: Date | null;
  readonly address: string;
  readonly user_agent: string;
}

export function toSession(row: SessionRow): AdminSession {
  return {
    id: row.id,
    userId: row.user_id,
    method: row.method,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    confirmedAt: row.confirmed_at,
    address: row.address,
    userAgent: row.user_agent,
  };
}

/** A session that may be used, by the database's clock. @param idle the number of the parameter with the idle time in seconds */
export function isLive(alias: string, idle: number): string {
  return `${alias}.ended_at IS NULL AND ${alias}.expires_at > now() AND ${alias}.last_seen_at > now() - make_interval(secs => $${idle})`;
}

export interface InvitationRow {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly invited_by: string;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly accepted_at: Date | null;
  readonly revoked_at: Date | null;
}

export const invitationColumns = "id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at";

export function toInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    invitedBy: row.invited_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    acceptedAt: row.accepted_at,
    revokedAt: row.revoked_at,
  };
}
