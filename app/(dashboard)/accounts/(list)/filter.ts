import type { AccountFilter } from "../../../_queries/accounts.ts";
import { statuses } from "../../../_components/status.ts";

type Query = Record<string, string | string[] | undefined>;

/** Orders that one may choose, with their words. What the list has by itself comes first. */
export const sortWords = {
  "-created_at": "Newest first",
  created_at: "Oldest first",
  "-updated_at": "Lately changed",
  refresh_due_at: "Next refresh",
  expires_at: "Expiring first",
  tenant_id: "Customer A to Z",
  "-tenant_id": "Customer Z to A",
} as const;

export const usualSort = "-created_at";

/** Within so little time none but those that have ended. */
export const endedSeconds = 1;

/** Within which time a token ends, seconds. */
export const expiryWords = {
  [endedSeconds]: "already",
  3600: "within 1 h",
  86400: "within 24 h",
  604800: "within 7 days",
} as const;

/** The filter a URL asks for. What it does not know is left out. */
export function readFilter(query: Query): AccountFilter {
  const text = (name: string): string | undefined => {
    const value = query[name];
    const first = (Array.isArray(value) ? value[0] : value)?.trim();
    return first === "" ? undefined : first;
  };
  const flag = (name: string): true | undefined => (text(name) === "true" ? true : undefined);
  const status = text("status");
  const sort = text("sort");
  return {
    search: text("search")?.slice(0, 100),
    status: isStatus(status) ? status : undefined,
    integrationName: text("integration_name"),
    tenantId: text("tenant_id"),
    isHeld: flag("hold"),
    isFailing: flag("refresh_failing"),
    lacksScopes: flag("scopes_missing"),
    expiresWithinSeconds: secondsOf(text("expires_within")),
    lastErrorCode: text("last_error_code")?.slice(0, 100),
    sort: isSort(sort) && sort !== usualSort ? sort : undefined,
    cursor: text("cursor"),
  };
}

/** The URL of a filter, with the names of the API. */
export function accountsHref(filter: AccountFilter): string {
  const query = new URLSearchParams();
  const set = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) query.set(name, String(value));
  };
  set("search", filter.search);
  set("status", filter.status);
  set("integration_name", filter.integrationName);
  set("hold", filter.isHeld === true ? "true" : undefined);
  set("refresh_failing", filter.isFailing === true ? "true" : undefined);
  set("tenant_id", filter.tenantId);
  set("scopes_missing", filter.lacksScopes === true ? "true" : undefined);
  set("expires_within", filter.expiresWithinSeconds);
  set("last_error_code", filter.lastErrorCode);
  set("sort", filter.sort);
  set("cursor", filter.cursor);
  return query.size === 0 ? "/accounts" : `/accounts?${query}`;
}

/** Which tab is chosen, and on which page: what stays when the filter changes beside it. */
export function tabOf({ status, isHeld, isFailing, sort }: AccountFilter): AccountFilter {
  return { status, isHeld, isFailing, sort };
}

/** Whether the list is narrowed at all, by a tab or beside them. */
export function isNarrowed(filter: AccountFilter): boolean {
  return Object.values({ ...filter, sort: undefined, cursor: undefined }).some((value) => value !== undefined);
}

function isStatus(value: string | undefined): value is keyof typeof statuses {
  return value !== undefined && Object.hasOwn(statuses, value);
}

function isSort(value: string | undefined): value is keyof typeof sortWords {
  return value !== undefined && Object.hasOwn(sortWords, value);
}

function secondsOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,8}$/.test(text) && Number(text) <= 31_536_000 ? Number(text) : undefined;
}
