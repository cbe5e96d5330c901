import { isRole, roles, type Role } from "./permission.ts";

/** Which values of a claim make which role. */
export interface RoleMapping {
  /** The claim of the ID token; a dotted path where no claim has the whole name. */
  readonly claim: string;
  /** Values by role; an absent role is nobody's through the identity provider. */
  readonly values: ReadonlyMap<string, Role>;
}

/**
 * `owner=platform-admins,operator=sre,operator=on-call`: role, equals sign, value. The first equals sign divides, so that a value
 * such as an LDAP name may hold others; it can't hold a comma, and `%2C` stands for one.
 *
 * @returns the fault in words, when it can't be read
 */
export function parseRoleMapping(text: string): ReadonlyMap<string, Role> | { readonly fault: string } {
  const values = new Map<string, Role>();
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  for (const part of parts) {
    const at = part.indexOf("=");
    const role = part.slice(0, Math.max(at, 0)).trim();
    const value = part
      .slice(at + 1)
      .trim()
      .replaceAll(/%2c/gi, ",");
    if (!isRole(role) || value === "") return { fault: `holds ${part}, which is no role=value such as owner=admins` };
    const known = values.get(value);
    if (known !== undefined && known !== role) return { fault: `gives ${value} two roles, ${known} and ${role}` };
    values.set(value, role);
  }
  return values;
}

/**
 * The most that the claim's values give; null: none, and nobody gets in by it. Only texts count: `true`, numbers and objects are no
 * group, whatever they look like when written out.
 */
export function mapRole(claims: Readonly<Record<string, unknown>>, mapping: RoleMapping): Role | null {
  const given = claimAt(claims, mapping.claim);
  const held = (Array.isArray(given) ? given : [given]).flatMap((value: unknown) =>
    typeof value === "string" ? (mapping.values.get(value) ?? []) : [],
  );
  return roles.find((role) => held.includes(role)) ?? null;
}

function claimAt(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  // Names with dots are common (`https://example.com/roles`), and come before a path through objects.
  if (Object.hasOwn(claims, name)) return claims[name];
  let at: unknown = claims;
  for (const part of name.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[part];
  }
  return at;
}
