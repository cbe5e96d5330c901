import type { Permission, Role } from "#core/domain/access/permission";

const readsStates = ["accounts:read", "integrations:read", "webhooks:read", "approvals:read", "keys:read"] as const;
const operates = [
  ...readsStates,
  "accounts:write",
  "tokens:read",
  "proxy",
  "unified",
  "links:write",
  "integrations:write",
  "webhooks:write",
  "audit:read",
  "settings:write",
] as const;

/** Who may what, by role: what is not permitted is not offered. The API decides in any case. */
const byRole: Readonly<Record<Role, readonly Permission[]>> = {
  owner: [...operates, "keys:write", "export", "users:read", "users:write"],
  operator: [...operates, "users:read"],
  support: readsStates,
  auditor: [...readsStates, "audit:read", "users:read"],
};

export function isPermitted(role: string, permission: Permission): boolean {
  return Object.hasOwn(byRole, role) && byRole[role as Role].includes(permission);
}
