import type { Caller } from "#core/domain/access/permission";
import type { AccountFilter } from "#core/domain/account/account-filter";
import type { Bindings } from "./bindings.ts";

/** Whose accounts are listed, and which of them. */
export interface Wanted {
  readonly caller: Pick<Caller, "environmentId" | "tenantIds" | "integrationNames">;
  readonly filter: AccountFilter;
}

/** A condition on rows `a` of integrated_account, in the words of one statement. */
type Words = (bindings: Bindings) => string;

/** One part of what is wanted. */
export interface Condition {
  readonly sql: Words;
  /** Finds the accounts by an index that has nothing else in it; absent: nobody looks by this condition alone. */
  readonly driver?: Words;
  /** The driver's index is in the order of `created_at`. */
  readonly isOrdered?: true;
}

/** In the text of the statement: which partial index serves it is decided when the statement is planned. */
const statusWords = {
  connecting: "'connecting'",
  active: "'active'",
  needs_reauth: "'needs_reauth'",
  disconnected: "'disconnected'",
} as const;

const failing = "a.status = 'active' AND a.hold IS NULL AND a.last_error IS NOT NULL";
// As missingScopes has it (core/domain/account/account.ts): asked for and not granted, or refused by the API.
const lacking = "(NOT (a.scopes_requested <@ a.scopes_granted) OR cardinality(a.scopes_refused) > 0)";

/** Everything that must hold besides the environment, a caller's limits among it. */
export function conditionsOf({ caller, filter }: Wanted): Condition[] {
  const conditions: Condition[] = [];
  const need = (sql: Words): void => void conditions.push({ sql });
  const byIndex = (sql: Words, how: Pick<Condition, "isOrdered"> = {}): void =>
    void conditions.push({ sql, driver: sql, ...how });
  const either = (wish: boolean | null, yes: string, no: string): void => {
    if (wish === true) byIndex(() => yes);
    if (wish === false) need(() => no);
  };

  const { search, tenantId, integrationName, status, lastErrorCode, expiresWithinSeconds } = filter;
  if (search !== null) conditions.push(searchCondition(caller.environmentId, search));
  if (tenantId !== null) byIndex(({ add }) => `a.tenant_id = ${add(tenantId)}`, { isOrdered: true });
  const { tenantIds, integrationNames } = caller;
  if (tenantIds !== null) byIndex(({ add }) => `a.tenant_id = ANY (${add(tenantIds)}::text[])`);
  either(filter.isFailing, failing, "(a.status <> 'active' OR a.hold IS NOT NULL OR a.last_error IS NULL)");
  either(filter.isHeld, "a.hold IS NOT NULL", "a.hold IS NULL");
  either(filter.lacksScopes, lacking, `NOT ${lacking}`);
  if (lastErrorCode !== null) {
    byIndex(({ add }) => `a.last_error IS NOT NULL AND a.last_error ->> 'code' = ${add(lastErrorCode)}`);
  }
  if (expiresWithinSeconds !== null) {
    byIndex(({ add }) => {
      const until = `now() + make_interval(secs => ${add(expiresWithinSeconds)})`;
      return `a.status = 'active' AND coalesce(a.expires_at, 'infinity') < ${until}`;
    });
  }
  const ofStatus = status === null ? null : `a.status = ${statusWords[status]}`;
  if (ofStatus !== null && status === "active") need(() => ofStatus);
  else if (ofStatus !== null) byIndex(() => ofStatus, { isOrdered: true });
  if (integrationName !== null) {
    const sql: Words = ({ add }) => `a.integration_name = ${add(integrationName)}`;
    const driver: Words = ofStatus === null ? sql : (bindings) => `${sql(bindings)} AND ${ofStatus}`;
    conditions.push({ sql, driver });
  }
  if (integrationNames !== null) byIndex(({ add }) => `a.integration_name = ANY (${add(integrationNames)}::text[])`);
  return conditions;
}

/** What begins as the ids of accounts do is one of them; everything else is the beginning of a word. */
function searchCondition(environmentId: string, search: string): Condition {
  if (/^ia_[0-9a-z]{0,24}$/.test(search)) {
    const sql: Words = ({ add }) => {
      const [from, to] = [add(search), add(search.padEnd("ia_".length + 24, "z"))];
      return `a.id >= ${from} AND a.id <= ${to} AND starts_with(a.id, ${from})`;
    };
    return { sql, driver: sql };
  }
  const isBeginning: Words = ({ add }) => {
    const [from, to] = [add(search), add(`${search}\u{10FFFF}`)];
    return `term >= lower(${from}::text) COLLATE "C" AND term < lower(${to}::text) COLLATE "C"`;
  };
  return {
    // Where the text is nowhere it begins no word either: that is cheaper to see.
    sql: (bindings) =>
      `strpos(lower(concat_ws(' ', a.tenant_id, a.user_reference, a.external_account ->> 'label', a.external_account ->> 'id')), lower(${bindings.add(search)})) > 0
       AND EXISTS (SELECT FROM unnest(evergrant_search_terms(a.tenant_id, a.user_reference, a.external_account)) AS term
                    WHERE ${isBeginning(bindings)})`,
    driver: (bindings) =>
      `a.id IN (SELECT account_id FROM account_term
                 WHERE environment_id = ${bindings.add(environmentId)} AND ${isBeginning(bindings)})`,
  };
}

/** All of them at once. */
export function allOf(conditions: readonly Condition[], bindings: Bindings): string {
  return conditions.length === 0 ? "true" : conditions.map(({ sql }) => `(${sql(bindings)})`).join(" AND ");
}
