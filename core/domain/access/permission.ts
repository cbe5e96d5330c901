/** What a key may do (CONTRACT). `all` on the command line means every one of them. */
export const permissions = [
  "accounts:read",
  "accounts:write",
  "tokens:read",
  "proxy",
  "unified",
  "links:write",
  "integrations:read",
  "integrations:write",
  "webhooks:read",
  "webhooks:write",
  "audit:read",
  "approvals:read",
  "settings:write",
  "keys:read",
  "keys:write",
  "export",
] as const;

export type KeyPermission = (typeof permissions)[number];

/** What only a person may have: no API key carries one, not even one with `all`, or it could make itself an owner. */
export const personPermissions = ["users:read", "users:write"] as const;

export type Permission = KeyPermission | (typeof personPermissions)[number];

export function isPermission(value: string): value is KeyPermission {
  return (permissions as readonly string[]).includes(value);
}

/** From the most to the least. */
export const roles = ["owner", "operator", "support", "auditor"] as const;

export type Role = (typeof roles)[number];

export function isRole(value: string): value is Role {
  return (roles as readonly string[]).includes(value);
}

const readsStates = [
  "accounts:read",
  "integrations:read",
  "webhooks:read",
  "approvals:read",
  "keys:read",
] as const satisfies readonly Permission[];

/** Denied unless listed. The role of an administrator, in the permissions that a key would need. */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  owner: [...permissions, ...personPermissions],
  /** The keys that seal everything are the owners' alone, as are exports, and who else may what. */
  operator: [...permissions.filter((one) => one !== "export" && one !== "keys:write"), "users:read"],
  support: readsStates,
  auditor: [...readsStates, "audit:read", "users:read"],
};

/** Who is calling: an API key or a signed-in administrator, always inside one environment (invariant 10). */
export interface Caller {
  readonly kind: "api_key" | "admin" | "command_line" | "system";
  /** `key_…`, `usr_…`, or a fixed word for the command line and the system. */
  readonly id: string;
  readonly environmentId: string;
  readonly environment: string;
  readonly permissions: ReadonlySet<Permission>;
  /** Null: all tenants. */
  readonly tenantIds: readonly string[] | null;
  /** Null: all integrations. */
  readonly integrationNames: readonly string[] | null;
  /** Ranges in CIDR form that it may call from; absent: anywhere. */
  readonly addresses?: readonly string[];
  /** Of an administrator: the session that they call from. */
  readonly session?: CallerSession;
}

export interface CallerSession {
  readonly id: string;
  /** When they last showed in it that they are who they are; null: their identity provider did not say. */
  readonly confirmedAt: Date | null;
}

/** Whether an account exists for a caller: what its key is not for does not. */
export function isVisible(
  { tenantIds, integrationNames }: Pick<Caller, "tenantIds" | "integrationNames">,
  account: { readonly tenantId: string; readonly integrationName: string },
): boolean {
  return (
    (tenantIds === null || tenantIds.includes(account.tenantId)) &&
    (integrationNames === null || integrationNames.includes(account.integrationName))
  );
}
