import type { AuditFilter } from "../../_queries/audit.ts";

type Query = Record<string, string | string[] | undefined>;

/** The filter a URL asks for. What it does not know is left out. */
export function readAuditFilter(query: Query): AuditFilter {
  const text = (name: string): string | undefined => {
    const value = query[name];
    const first = (Array.isArray(value) ? value[0] : value)?.trim();
    return first === "" ? undefined : first;
  };
  const matching = (name: string, form: RegExp): string | undefined => {
    const value = text(name);
    return value !== undefined && form.test(value) ? value : undefined;
  };
  return {
    account: matching("account", /^ia_[0-9a-z]{24}$/),
    actor: matching("actor", /^.{1,200}$/u),
    action: matching("action", /^[a-z_]{1,60}\.[a-z_]{1,60}$/),
    from: instantOf(text("from")),
    to: instantOf(text("to")),
    cursor: text("cursor"),
  };
}

/** The URL of a filter, with the names of the API. */
export function auditHref(filter: AuditFilter): string {
  const query = new URLSearchParams();
  for (const name of ["account", "actor", "action", "from", "to", "cursor"] as const) {
    const value = filter[name];
    if (value !== undefined) query.set(name, name === "from" || name === "to" ? fieldOf(value) : value);
  }
  return query.size === 0 ? "/audit" : `/audit?${query}`;
}

/** As a field for an instant has it, which knows no zone: ours are in UTC. */
export function fieldOf(instant: string): string {
  return instant.slice(0, 16);
}

/** What a field for an instant gives, or an instant as it is. */
function instantOf(text: string | undefined): string | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z?$/.test(text)) return undefined;
  const ms = Date.parse(text.endsWith("Z") ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
