import type { AdminSession } from "#core/domain/access/admin-session";
import type { AdminUser } from "#core/domain/access/admin-user";
import type { Invitation } from "#core/domain/access/invitation";

/** Never a hash, and nothing of who they are to the identity provider. */
export function toUserView(user: AdminUser, callerId: string) {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    role_source: user.roleSource,
    sign_in: [
      ...(user.passwordHash === null ? [] : (["password"] as const)),
      ...(user.identity === null ? [] : (["sso"] as const)),
    ],
    disabled_at: user.disabledAt?.toISOString() ?? null,
    disabled_by: user.disabledBy,
    last_sign_in_at: user.lastSignInAt?.toISOString() ?? null,
    created_at: user.createdAt.toISOString(),
    is_you: user.id === callerId,
  };
}

export function toSessionView(session: AdminSession, currentId: string | null) {
  return {
    id: session.id,
    current: session.id === currentId,
    method: session.method,
    address: session.address,
    user_agent: session.userAgent,
    created_at: session.createdAt.toISOString(),
    last_seen_at: session.lastSeenAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
  };
}

export function toInvitationView(invitation: Invitation) {
  return {
    id: invitation.id,
    email: invitation.email,
    role: invitation.role,
    invited_by: invitation.invitedBy,
    created_at: invitation.createdAt.toISOString(),
    expires_at: invitation.expiresAt.toISOString(),
  };
}
