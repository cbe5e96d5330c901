import type { ConnectFailure } from "#core/domain/connect/connect-failure";
import type { AskedGrant, AuthorizationSession, ConnectSession, Link } from "#core/ports/connect-store";

export interface LinkRow {
  readonly id: string;
  readonly environment_id: string;
  readonly tenant_id: string;
  readonly user_reference: string | null;
  readonly integration_names: string[];
  readonly integrated_account_id: string | null;
  readonly return_url: string | null;
  readonly scopes: string[];
  readonly session_binding: boolean;
  readonly locale: string | null;
  readonly metadata: Record<string, string>;
  readonly account_id: string | null;
  readonly used_at: Date | null;
  readonly expires_at: Date;
}

export interface SessionRow {
  readonly id: string;
  readonly link_token_id: string;
  readonly environment_id: string;
  readonly account_id: string;
  readonly integration_name: string;
  readonly callback_id: string | null;
  readonly browser_digest: Buffer;
  readonly nonce: string | null;
  readonly redirect_uri: string | null;
  readonly issuer: string | null;
  readonly token_endpoint: string | null;
  readonly scopes_requested: string[];
  readonly is_return: boolean;
  readonly needs_confirmation: boolean;
  readonly status: Exclude<ConnectSession["status"], "unapproved">;
  readonly asked: AskedGrant | null;
  readonly failure: ConnectFailure | null;
  readonly expires_at: Date;
}

export const linkColumns =
  "id, environment_id, tenant_id, user_reference, integration_names, integrated_account_id, return_url, scopes, session_binding, locale, metadata, account_id, used_at, expires_at";
export const sessionColumns =
  "id, link_token_id, environment_id, account_id, integration_name, callback_id, browser_digest, nonce, redirect_uri, issuer, token_endpoint, scopes_requested, is_return, needs_confirmation, status, asked, failure, expires_at";

export function toLink(row: LinkRow): Link {
  return {
    id: row.id,
    environmentId: row.environment_id,
    tenantId: row.tenant_id,
    userReference: row.user_reference,
    integrationNames: row.integration_names,
    integratedAccountId: row.integrated_account_id,
    returnUrl: row.return_url,
    scopes: row.scopes,
    sessionBinding: row.session_binding,
    locale: row.locale,
    metadata: row.metadata,
    accountId: row.account_id,
    usedAt: row.used_at,
    expiresAt: row.expires_at,
  };
}

export function toSession(row: SessionRow): ConnectSession {
  // Written as an exchange that goes on: a process of a version that asks nobody shows that the page waits.
  const isUnapproved = row.status === "exchanging" && row.asked !== null;
  return {
    id: row.id,
    linkTokenId: row.link_token_id,
    environmentId: row.environment_id,
    accountId: row.account_id,
    integrationName: row.integration_name,
    callbackId: row.callback_id,
    browserDigest: row.browser_digest,
    nonce: row.nonce,
    redirectUri: row.redirect_uri,
    issuer: row.issuer,
    tokenEndpoint: row.token_endpoint,
    scopesRequested: row.scopes_requested,
    isReturn: row.is_return,
    needsConfirmation: row.needs_confirmation,
    status: isUnapproved ? "unapproved" : row.status,
    asked: isUnapproved ? row.asked : null,
    failure: row.failure,
    expiresAt: row.expires_at,
  };
}

/** A state is written together with what its code is exchanged with (constraint connect_session_trip). */
export function toAuthorizationSession(row: SessionRow): AuthorizationSession {
  const { callbackId, redirectUri, tokenEndpoint, ...session } = toSession(row);
  if (callbackId === null || redirectUri === null || tokenEndpoint === null) {
    throw new Error(`the session ${row.id} has a state and nowhere to exchange its code`);
  }
  return { ...session, callbackId, redirectUri, tokenEndpoint };
}
