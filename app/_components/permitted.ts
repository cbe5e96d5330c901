type OfferedPermission = "webhooks:read" | "webhooks:write" | "audit:read";

/** Who may what, by role: what is not permitted is not offered. The API decides in any case. */
const byRole: Record<string, readonly OfferedPermission[]> = {
  owner: ["webhooks:read", "webhooks:write", "audit:read"],
  operator: ["webhooks:read", "webhooks:write", "audit:read"],
  support: ["webhooks:read"],
  auditor: ["webhooks:read", "audit:read"],
};

export function isPermitted(role: string, permission: OfferedPermission): boolean {
  return Object.hasOwn(byRole, role) && (byRole[role]?.includes(permission) ?? false);
}
