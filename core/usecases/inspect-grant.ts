import type { Account, ExternalAccount } from "../domain/account/account.ts";
import type { ConnectFailure } from "../domain/connect/connect-failure.ts";
import { missingFields, validFields, type GrantFields } from "../domain/integration/grant-fields.ts";
import type { IntegrationDocument } from "../domain/integration/integration-document.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import type { TokenResult } from "../ports/authorization-server.ts";
import { captureFields } from "./capture-fields.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

/** A new grant, as far as it says what it is a grant of. */
export interface Inspected {
  /** What it brought, and what the account had before. */
  readonly fields: GrantFields;
  readonly externalAccount: ExternalAccount | null;
}

/**
 * Finds out what a new grant is a grant of, while it exists in memory alone.
 *
 * @param captured from the callback
 * @returns why the grant is of no use, where a field that the integration can't do without is missing
 */
export async function inspectGrant(
  ports: Pick<RefreshPorts, "expressions" | "log">,
  grant: {
    readonly account: Account;
    readonly document: IntegrationDocument;
    readonly resolved: ResolvedIntegration;
    readonly result: TokenResult & { readonly kind: "tokens" };
    readonly captured: GrantFields;
  },
): Promise<Inspected | ConnectFailure> {
  const { document, resolved, result } = grant;
  const told = await captureFields(ports, resolved, "token", result.answer);
  const fields = validFields(document, { ...grant.account.fields, ...grant.captured, ...told });
  return missingFailure(missingFields(document, fields)) ?? { fields, externalAccount: result.externalAccount };
}

/** What the customer's operator is told. */
export function missingFailure(missing: readonly string[]): ConnectFailure | null {
  if (missing.length === 0) return null;
  const detail = `The provider did not send what this connection needs, or not in the form expected: ${missing.join(", ")}.`;
  return { code: "provider_error", detail };
}
