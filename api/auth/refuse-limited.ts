import type { Caller } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";

/**
 * A change that concerns every tenant (and, where it is said, every integration) of the environment is not for a key that is
 * limited to some: with another redirect, another client or another definition it would reach the accounts of all.
 *
 * @param what is changed, for people
 * @throws DomainError forbidden, naming the limit
 */
export function refuseLimited(caller: Caller, what: string, of: "tenants" | "tenants and integrations"): void {
  if (caller.tenantIds !== null) throw limited(what, "tenants");
  if (of === "tenants and integrations" && caller.integrationNames !== null) throw limited(what, "integrations");
}

function limited(what: string, limit: "tenants" | "integrations"): DomainError {
  return new DomainError("forbidden", {
    detail: `${what} for all ${limit} of the environment, and this key is limited to some ${limit}. Use a key without that limit, or the dashboard.`,
    extensions: { limited_to: limit },
  });
}
