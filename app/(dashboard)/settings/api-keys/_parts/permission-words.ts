import type { KeyPermission } from "#core/domain/access/permission";

type Words = {
  /** As a choice: what it allows. */
  may: string;
  /** In a sentence after "may": `read tokens`. */
  short: string;
  /** What somebody should know before they give it; null: nothing. */
  beware: string | null;
};

/** What each permission is in words. One that is missing does not compile. */
export const permissionWords: Readonly<Record<KeyPermission, Words>> = {
  "links:write": { may: "Make connect links, and confirm who connected", short: "make links", beware: null },
  "accounts:read": { may: "See accounts, their attempts and figures", short: "see accounts", beware: null },
  "accounts:write": {
    may: "Import, change, refresh and disconnect accounts",
    short: "change accounts",
    beware: "Disconnecting can't be taken back.",
  },
  "tokens:read": {
    may: "Read the customers' tokens and keys",
    short: "read tokens",
    beware: "Whoever has this key acts as your customers at their providers.",
  },
  proxy: {
    may: "Call providers through Evergrant, and see no token",
    short: "call providers",
    beware: "Whoever has this key acts as your customers, as long as it works.",
  },
  unified: { may: "Use the unified API", short: "use the unified API", beware: null },
  "integrations:read": { may: "See integrations and settings", short: "see integrations", beware: null },
  "integrations:write": {
    may: "Define integrations, and set OAuth clients",
    short: "change integrations",
    beware: null,
  },
  "webhooks:read": { may: "See events and where they are sent", short: "see webhooks", beware: null },
  "webhooks:write": { may: "Change where events are sent", short: "change webhooks", beware: null },
  "audit:read": { may: "Read the audit log, alarms and this list", short: "read the audit log", beware: null },
  "approvals:read": { may: "See what waits for a second person", short: "see approvals", beware: null },
  "keys:read": { may: "See sealing keys and re-wraps", short: "see sealing keys", beware: null },
  "settings:write": {
    may: "Change settings and alarms, make and revoke API keys",
    short: "change settings",
    beware: "It can make other keys, with what it has itself.",
  },
  "keys:write": {
    may: "Administer sealing keys, delete customers",
    short: "administer sealing keys",
    beware: "For owners' tools alone.",
  },
  export: { may: "Export credentials", short: "export credentials", beware: "For owners' tools alone." },
};

export const permissionGroups: readonly { title: string; permissions: readonly KeyPermission[] }[] = [
  { title: "Accounts", permissions: ["links:write", "accounts:read", "accounts:write"] },
  { title: "Credentials", permissions: ["tokens:read", "proxy", "unified"] },
  {
    title: "Integrations and webhooks",
    permissions: ["integrations:read", "integrations:write", "webhooks:read", "webhooks:write"],
  },
  { title: "Oversight", permissions: ["audit:read", "approvals:read", "keys:read"] },
  { title: "Administration", permissions: ["settings:write", "keys:write", "export"] },
];

export const allPermissions = permissionGroups.flatMap(({ permissions }) => permissions);

/** What most keys are for, to begin from. */
export const beginnings: readonly { label: string; permissions: readonly KeyPermission[] }[] = [
  { label: "A backend that reads tokens", permissions: ["links:write", "accounts:read", "tokens:read"] },
  { label: "A backend that calls through the proxy", permissions: ["links:write", "accounts:read", "proxy"] },
  { label: "A monitor", permissions: ["accounts:read", "integrations:read", "webhooks:read", "keys:read"] },
];

/** `see accounts, read tokens and make links`; three at most, and how many more. */
export function wordPermissions(permissions: readonly KeyPermission[]): string {
  if (permissions.length === allPermissions.length) return "do everything";
  const known = allPermissions.filter((one) => permissions.includes(one));
  const shown = (known.length > 4 ? known.slice(0, 3) : known).map((one) => permissionWords[one].short);
  const more = known.length - shown.length;
  return inWords(more === 0 ? shown : [...shown, `${more} more`]);
}

export function inWords(parts: readonly string[]): string {
  if (parts.length < 2) return parts[0] ?? "";
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
