import type {
  Account,
  AccountStatus,
  ExternalAccount,
  Hold,
  LastError,
  OpenAttempt,
} from "#core/domain/account/account";

/** A row of integrated_account as pg reads it. */
export interface AccountRow {
  readonly id: string;
  readonly environment_id: string;
  readonly tenant_id: string;
  readonly integration_name: string;
  readonly user_reference: string | null;
  readonly status: AccountStatus;
  readonly hold: { readonly reason: Hold["reason"]; readonly at: string } | null;
  readonly external_account: ExternalAccount | null;
  readonly scopes_requested: string[];
  readonly scopes_granted: string[];
  readonly scopes_refused: string[];
  readonly metadata: Record<string, string>;
  readonly inputs: Record<string, string>;
  readonly fields: Record<string, string>;
  readonly expires_at: Date | null;
  readonly issued_at: Date | null;
  readonly has_refresh_token: boolean;
  readonly refresh_due_at: Date | null;
  readonly cooldown_until: Date | null;
  readonly consecutive_failures: number;
  readonly refreshed_at: Date | null;
  readonly refresh_token_rotated_at: Date | null;
  readonly reauth_required_at: Date | null;
  readonly activated_at: Date | null;
  readonly last_error: { readonly code: string; readonly message: string; readonly at: string } | null;
  readonly credential_version: number;
  readonly fence: string;
  readonly lease_until: Date | null;
  readonly attempt_id: string | null;
  readonly attempt_started_at: Date | null;
  readonly doubts: number;
  readonly doubted_at: Date | null;
  readonly credential_fence: string;
  readonly learned_lifetime_seconds: number | null;
  readonly refresh_delayed_at: Date | null;
  readonly client_id: string | null;
  readonly overrides: Record<string, unknown>;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const columnNames = [
  "id",
  "environment_id",
  "tenant_id",
  "integration_name",
  "user_reference",
  "status",
  "hold",
  "external_account",
  "scopes_requested",
  "scopes_granted",
  "scopes_refused",
  "metadata",
  "inputs",
  "fields",
  "expires_at",
  "issued_at",
  "has_refresh_token",
  "refresh_due_at",
  "cooldown_until",
  "consecutive_failures",
  "refreshed_at",
  "refresh_token_rotated_at",
  "reauth_required_at",
  "activated_at",
  "last_error",
  "credential_version",
  "fence",
  "lease_until",
  "attempt_id",
  "attempt_started_at",
  "doubts",
  "doubted_at",
  "credential_fence",
  "learned_lifetime_seconds",
  "refresh_delayed_at",
  "client_id",
  "overrides",
  "created_at",
  "updated_at",
] as const;

/** The columns of AccountRow, qualified: `a.id, a.environment_id, …`. */
export function accountColumns(alias: string): string {
  return columnNames.map((name) => `${alias}.${name}`).join(", ");
}

export function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    environmentId: row.environment_id,
    tenantId: row.tenant_id,
    integrationName: row.integration_name,
    userReference: row.user_reference,
    status: row.status,
    hold: row.hold === null ? null : toHold(row.hold),
    externalAccount: row.external_account,
    scopesRequested: row.scopes_requested,
    scopesGranted: row.scopes_granted,
    scopesRefused: row.scopes_refused,
    metadata: row.metadata,
    inputs: row.inputs,
    fields: row.fields,
    expiresAt: row.expires_at,
    issuedAt: row.issued_at,
    hasRefreshToken: row.has_refresh_token,
    refreshDueAt: row.refresh_due_at,
    cooldownUntil: row.cooldown_until,
    consecutiveFailures: row.consecutive_failures,
    refreshedAt: row.refreshed_at,
    refreshTokenRotatedAt: row.refresh_token_rotated_at,
    reauthRequiredAt: row.reauth_required_at,
    activatedAt: row.activated_at,
    lastError: row.last_error === null ? null : toLastError(row.last_error),
    credentialVersion: row.credential_version,
    fence: BigInt(row.fence),
    leaseUntil: row.lease_until,
    attempt: toOpenAttempt(row.attempt_id, row.attempt_started_at),
    doubts: row.doubts,
    doubtedAt: row.doubted_at,
    credentialFence: BigInt(row.credential_fence),
    learnedLifetimeSeconds: row.learned_lifetime_seconds,
    refreshDelayedAt: row.refresh_delayed_at,
    clientId: row.client_id,
    overrides: row.overrides,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toOpenAttempt(id: string | null, startedAt: Date | null): OpenAttempt | null {
  return id === null || startedAt === null ? null : { id, startedAt };
}

function toHold(value: { readonly reason: Hold["reason"]; readonly at: string }): Hold {
  return { reason: value.reason, at: new Date(value.at) };
}

function toLastError(value: { readonly code: string; readonly message: string; readonly at: string }): LastError {
  return { code: value.code, message: value.message, at: new Date(value.at) };
}
