import type { NewAccount } from "#core/ports/account-store";

/** An account as its first click makes it, with nothing of its own. */
export function newAccount(
  given: Pick<NewAccount, "id" | "environmentId" | "integrationName" | "pin"> & Partial<NewAccount>,
): NewAccount {
  return {
    tenantId: "tenant",
    userReference: null,
    scopesRequested: [],
    metadata: {},
    inputs: {},
    clientId: null,
    overrides: {},
    ...given,
  };
}
