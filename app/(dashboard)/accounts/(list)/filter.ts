import type { AccountFilter } from "../../../_queries/accounts.ts";
import { statuses } from "../../../_components/status.ts";

type Query = Record<string, string | string[] | undefined>;

/** The filter a URL asks for. What it does not know is left out. */
export function readFilter(query: Query): AccountFilter {
  const text = (name: string): string | undefined => {
    const value = query[name];
    const first = (Array.isArray(value) ? value[0] : value)?.trim();
    return first === "" ? undefined : first;
  };
  const status = text("status");
  return {
    status: isStatus(status) ? status : undefined,
    integrationName: text("integration_name"),
    tenantId: text("tenant_id"),
    isHeld: text("hold") === "true" ? true : undefined,
    cursor: text("cursor"),
  };
}

/** The URL of a filter, with the names of the API. */
export function accountsHref(filter: AccountFilter): string {
  const query = new URLSearchParams();
  if (filter.status !== undefined) query.set("status", filter.status);
  if (filter.integrationName !== undefined) query.set("integration_name", filter.integrationName);
  if (filter.isHeld === true) query.set("hold", "true");
  if (filter.tenantId !== undefined) query.set("tenant_id", filter.tenantId);
  if (filter.cursor !== undefined) query.set("cursor", filter.cursor);
  return query.size === 0 ? "/accounts" : `/accounts?${query}`;
}

function isStatus(value: string | undefined): value is keyof typeof statuses {
  return value !== undefined && Object.hasOwn(statuses, value);
}
