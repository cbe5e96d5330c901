type WebhookPermission = "webhooks:read" | "webhooks:write";

/** Who may what with webhooks, by role: what is not permitted is not offered. The API decides in any case. */
const byRole: Record<string, readonly WebhookPermission[]> = {
  owner: ["webhooks:read", "webhooks:write"],
  operator: ["webhooks:read", "webhooks:write"],
  support: ["webhooks:read"],
  auditor: ["webhooks:read"],
};

export function isPermitted(role: string, permission: WebhookPermission): boolean {
  return Object.hasOwn(byRole, role) && (byRole[role]?.includes(permission) ?? false);
}
