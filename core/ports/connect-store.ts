import type { ConnectFailure } from "../domain/connect/connect-failure.ts";
import type { AuditRecord } from "../domain/audit/audit-record.ts";

/** An invitation as it stands in its table; the token itself is known only by its digest. */
export interface Link {
  readonly id: string;
  readonly environmentId: string;
  readonly tenantId: string;
  readonly userReference: string | null;
  readonly integrationNames: readonly string[];
  /** Set: the link re-authorizes this account. */
  readonly integratedAccountId: string | null;
  readonly returnUrl: string | null;
  readonly scopes: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** The account that the first click made. */
  readonly accountId: string | null;
  readonly usedAt: Date | null;
  readonly expiresAt: Date;
}

export interface ConnectSession {
  readonly id: string;
  readonly linkTokenId: string;
  readonly environmentId: string;
  readonly accountId: string;
  readonly integrationName: string;
  readonly callbackId: string;
  readonly browserDigest: Uint8Array;
  readonly nonce: string | null;
  readonly redirectUri: string;
  readonly issuer: string | null;
  readonly tokenEndpoint: string;
  readonly scopesRequested: readonly string[];
  /** The browser that connected came back to grant what it left out: its link is used up already. */
  readonly isReturn: boolean;
  readonly status: "authorizing" | "exchanging" | "connected" | "failed";
  readonly failure: ConnectFailure | null;
  readonly expiresAt: Date;
}

export interface NewConnectSession extends Omit<ConnectSession, "status" | "failure"> {
  readonly stateDigest: Uint8Array;
  /** The sealed PKCE verifier; deleted when the session is taken. */
  readonly verifier: { readonly kid: string; readonly sealed: Uint8Array } | null;
}

export interface ConnectStore {
  createLink(
    link: Link & { readonly digest: Uint8Array; readonly locale: string | null },
    audit: AuditRecord,
  ): Promise<void>;
  findLinkByDigest(digest: Uint8Array): Promise<Link | null>;
  findLink(id: string): Promise<Link | null>;
  /** Remembers the account that a click on the link made. */
  bindAccount(linkId: string, accountId: string): Promise<void>;
  createSession(session: NewConnectSession, audit: readonly AuditRecord[]): Promise<void>;
  /**
   * Takes the session of a state, once: `authorizing` becomes `exchanging` and the sealed verifier leaves its table.
   * Null when there is no such session, it was taken before, or it belongs to another browser or redirect URI.
   */
  takeSession(request: {
    readonly stateDigest: Uint8Array;
    readonly browserDigest: Uint8Array;
    readonly callbackId: string;
    readonly now: Date;
  }): Promise<{ readonly session: ConnectSession; readonly verifier: Uint8Array | null } | null>;
  /** The latest session of this browser. */
  findSessionOfBrowser(browserDigest: Uint8Array): Promise<ConnectSession | null>;
  failSession(id: string, failure: ConnectFailure): Promise<void>;
}
