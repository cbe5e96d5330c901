type PagePermission = "webhooks:read" | "webhooks:write" | "approvals:read" | "keys:read" | "keys:write";

/** Who may what, by role: what is not permitted is not offered. The API decides in any case. */
const byRole: Record<string, readonly PagePermission[]> = {
  owner: ["webhooks:read", "webhooks:write", "approvals:read", "keys:read", "keys:write"],
  operator: ["webhooks:read", "webhooks:write", "approvals:read", "keys:read"],
  support: ["webhooks:read", "approvals:read", "keys:read"],
  auditor: ["webhooks:read", "approvals:read", "keys:read"],
};

export function isPermitted(role: string, permission: PagePermission): boolean {
  return Object.hasOwn(byRole, role) && (byRole[role]?.includes(permission) ?? false);
}
