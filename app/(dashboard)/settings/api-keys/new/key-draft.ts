import type { ApiKeyView } from "#api/schemas/api-key";
import type { KeyPermission } from "#core/domain/access/permission";
import { countOf } from "../../../../_components/figures.ts";
import { inWords, wordPermissions } from "../_parts/permission-words.ts";

/** What stands in the form. Null: no such limit. */
export type KeyDraft = {
  name: string;
  permissions: readonly KeyPermission[];
  tenants: string | null;
  integrations: readonly string[] | null;
  addresses: string | null;
  life: Life;
};

export const lives = {
  month: { label: "30 days", seconds: 2_592_000 },
  quarter: { label: "90 days", seconds: 7_776_000 },
  year: { label: "1 year", seconds: 31_536_000 },
  endless: { label: "No end", seconds: null },
} as const;
export type Life = keyof typeof lives;

const blank: KeyDraft = {
  name: "",
  permissions: ["links:write", "accounts:read", "tokens:read"],
  tenants: null,
  integrations: null,
  addresses: null,
  life: "year",
};

/** A key like this one; null: like none. */
export function draftLike(key: ApiKeyView | null): KeyDraft {
  if (key === null) return blank;
  return {
    name: key.name,
    permissions: key.permissions,
    tenants: key.tenant_ids?.join("\n") ?? null,
    integrations: key.integration_names,
    addresses: key.addresses?.join("\n") ?? null,
    life: lifeOf(key),
  };
}

/** The choice that comes nearest to what the other one had, and is no longer. */
function lifeOf({ created_at: from, expires_at: to }: Pick<ApiKeyView, "created_at" | "expires_at">): Life {
  if (to === null) return "endless";
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000 + 60;
  return (["year", "quarter"] as const).find((life) => lives[life].seconds <= seconds) ?? "month";
}

/** One entry a line, or parted by commas. */
export function entriesOf(text: string): string[] {
  return [...new Set(text.split(/[\n,]/).map((one) => one.trim()))].filter((one) => one !== "");
}

/** What is sent. */
export function requestOf(draft: KeyDraft): Record<string, unknown> {
  const { seconds } = lives[draft.life];
  return {
    name: draft.name.trim(),
    permissions: draft.permissions,
    ...(draft.tenants === null ? {} : { tenant_ids: entriesOf(draft.tenants) }),
    ...(draft.integrations === null ? {} : { integration_names: draft.integrations }),
    ...(draft.addresses === null ? {} : { addresses: entriesOf(draft.addresses) }),
    ...(seconds === null ? {} : { expires_in: seconds }),
  };
}

/** The whole key in one sentence: what somebody should read before they make it. */
export function wordDraft(draft: KeyDraft): string {
  if (draft.permissions.length === 0) return "A key needs at least one permission.";
  const whose =
    draft.tenants === null ? "all customers" : wordEntries(entriesOf(draft.tenants), "customer", "no customer yet");
  const which =
    draft.integrations === null ? "" : ` at ${wordEntries(draft.integrations, "integration", "no integration yet")}`;
  const from =
    draft.addresses === null
      ? "from anywhere"
      : `from ${wordEntries(entriesOf(draft.addresses), "network", "no network yet")}`;
  const until = draft.life === "endless" ? "without an end" : `for ${lives[draft.life].label}`;
  return `Whoever has this key may ${wordPermissions(draft.permissions)}, of ${whose}${which}, ${from}, ${until}.`;
}

function wordEntries(entries: readonly string[], one: string, none: string): string {
  if (entries.length === 0) return none;
  return entries.length <= 3 ? inWords(entries) : countOf(entries.length, one);
}
