import type { Account, ExternalAccount } from "../domain/account/account.ts";
import type { Caller } from "../domain/access/permission.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { checkInputs, resolveIntegration } from "../domain/integration/resolve-integration.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { tokenExpiry } from "../domain/token/token-expiry.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import { newCredentialsChange } from "./store-credentials.ts";

export interface ImportInput {
  readonly integrationName: string;
  readonly tenantId: string;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** A past instant is fine: the token is refreshed at once. */
  readonly expiresAt: Date | null;
  readonly expiresIn: number | null;
  /** Null: unknown; the integration's scopes are taken for granted. */
  readonly scopes: readonly string[] | null;
  readonly inputs: Readonly<Record<string, string>>;
  readonly externalAccount: ExternalAccount | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Takes over a token set that a product already holds, so that its customers need not reconnect (R7).
 * @throws DomainError invalid_request naming the field
 */
export async function importAccount(ports: RefreshPorts, caller: Caller, input: ImportInput): Promise<Account> {
  const configured = await ports.integrations.find(caller.environmentId, input.integrationName);
  if (configured === null) {
    throw new DomainError("invalid_request", {
      detail: "There is no such integration in this environment.",
      errors: [
        { pointer: "/integration_name", detail: `define ${input.integrationName} first (PUT /api/v1/integrations/…)` },
      ],
    });
  }
  const inputs = checkInputs(configured.document, input.inputs);
  const layer = configured.client?.layer ?? { clientId: null, scopes: null };
  const resolved = resolveIntegration(configured.document, layer, inputs);
  const now = ports.clock.now();
  const expiresAt =
    input.expiresAt ??
    tokenExpiry(
      { expiresIn: input.expiresIn, tokenExpiryDuration: resolved.tokenExpiryDuration, accessToken: input.accessToken },
      now,
    );
  const dataKey = await ports.vault.prepare(caller.environmentId);
  const id = makeId("ia", ports.random.bytes(idRandomBytes));
  const account = await ports.accounts.create(
    {
      id,
      environmentId: caller.environmentId,
      tenantId: input.tenantId,
      integrationName: input.integrationName,
      userReference: null,
      scopesRequested: resolved.scopes,
      metadata: input.metadata,
      inputs,
    },
    [
      {
        environmentId: caller.environmentId,
        actor: caller.id,
        action: "account.created",
        target: id,
        accountId: id,
        detail: { reason: "imported" },
      },
    ],
  );
  const stored = await ports.accounts.apply(
    newCredentialsChange(ports, account, {
      tokenSet: {
        accessToken: input.accessToken,
        refreshToken: input.refreshToken,
        tokenType: "Bearer",
        expiresAt,
        // A token that has already ended has no known life: the configured window counts until the first refresh.
        issuedAt: now,
        scopes: input.scopes ?? resolved.scopes,
      },
      externalAccount: input.externalAccount,
      scopesRequested: resolved.scopes,
      policy: resolved.refreshPolicy,
      dataKey,
      actor: caller.id,
      reason: "imported",
      completes: null,
      attempt: null,
    }),
  );
  if (stored === null) throw new DomainError("conflict", { detail: "The new account changed while it was imported." });
  return stored;
}
