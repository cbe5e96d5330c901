import { grantedScopes, missingScopes, type Account } from "#core/domain/account/account";
import type { AttemptView } from "#api/schemas/attempt";
import type { AccountDetailView, AccountView } from "#api/schemas/account";
import type { Caller } from "#core/domain/access/permission";
import type { SealedFacts } from "#adapters/postgres/account-history/read-sealed-facts";

const instant = (value: Date | null): string | null => value?.toISOString() ?? null;

/** The one place where an account becomes its wire form. */
export function toAccountView(account: Account, environment: string): AccountView {
  return {
    id: account.id,
    integration_name: account.integrationName,
    tenant_id: account.tenantId,
    user_reference: account.userReference,
    environment,
    status: account.status,
    hold: account.hold === null ? null : { reason: account.hold.reason, at: account.hold.at.toISOString() },
    external_account: account.externalAccount,
    scopes: {
      requested: [...account.scopesRequested],
      granted: grantedScopes(account),
      missing: missingScopes(account),
    },
    expires_at: instant(account.expiresAt),
    refresh_due_at: instant(account.refreshDueAt),
    refreshed_at: instant(account.refreshedAt),
    refresh_token_rotated_at: instant(account.refreshTokenRotatedAt),
    reauth_required_at: instant(account.reauthRequiredAt),
    last_error: account.lastError === null ? null : { ...account.lastError, at: account.lastError.at.toISOString() },
    credential_version: account.credentialVersion,
    fields: account.fields,
    metadata: account.metadata,
    created_at: account.createdAt.toISOString(),
    updated_at: account.updatedAt.toISOString(),
  };
}

/** Keys are what `keys:read` shows. */
export function toSealedFactsView(
  caller: Pick<Caller, "permissions">,
  facts: SealedFacts | null,
): AccountDetailView["credential"] {
  if (facts === null) return null;
  return {
    version: facts.version,
    key_id: caller.permissions.has("keys:read") ? facts.keyId : null,
    sealed_at: facts.sealedAt.toISOString(),
  };
}

interface AttemptRecord {
  readonly id: string;
  readonly reason: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly waiters: number;
  readonly outcome: string | null;
  readonly httpStatus: number | null;
  readonly error: string | null;
  readonly rule: string | null;
  readonly nextAttemptAt: Date | null;
  readonly explanation: string | null;
}

export function toAttemptView(attempt: AttemptRecord): AttemptView {
  return {
    id: attempt.id,
    reason: attempt.reason as AttemptView["reason"],
    started_at: attempt.startedAt.toISOString(),
    finished_at: instant(attempt.finishedAt),
    waiters: attempt.waiters,
    outcome: attempt.outcome as AttemptView["outcome"],
    http_status: attempt.httpStatus,
    error: attempt.error,
    rule: attempt.rule,
    next_attempt_at: instant(attempt.nextAttemptAt),
    explanation: attempt.explanation,
  };
}
