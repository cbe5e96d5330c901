import type { ExternalAccount } from "../domain/account/account.ts";
import type { ConnectFailure } from "../domain/connect/connect-failure.ts";
import type { FormFailure } from "../domain/connect/form-tries.ts";
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
  /** The product's backend must name tenant and user once more before anything connects (R93); both and returnUrl are set then. */
  readonly sessionBinding: boolean;
  /** A language tag (RFC 5646) for its pages; null: the browser's. */
  readonly locale: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** The account that the first click made. */
  readonly accountId: string | null;
  readonly usedAt: Date | null;
  readonly expiresAt: Date;
}

/** A grant that waits for the person's word (R93), as far as the page shows it. No secret. */
export interface AskedGrant {
  /** Null: the provider does not tell who it is. */
  readonly externalAccount: ExternalAccount | null;
  readonly scopesGranted: readonly string[];
  /** The id of the external account that was connected then; null: nobody's was known. */
  readonly known: string | null;
}

export interface ConnectSession {
  readonly id: string;
  readonly linkTokenId: string;
  readonly environmentId: string;
  readonly accountId: string;
  readonly integrationName: string;
  /** Null, like redirect URI and token endpoint, where credentials are typed: nobody leaves for an authorization server. */
  readonly callbackId: string | null;
  readonly browserDigest: Uint8Array;
  readonly nonce: string | null;
  readonly redirectUri: string | null;
  readonly issuer: string | null;
  readonly tokenEndpoint: string | null;
  readonly scopesRequested: readonly string[];
  /** The browser that connected came back to grant what it left out: its link is used up already. */
  readonly isReturn: boolean;
  /** As its link had it when the browser set out. */
  readonly needsConfirmation: boolean;
  /**
   * `unconfirmed`: what the browser brought is sealed, and waits for the word of the product's backend. `unapproved`: so does the
   * grant that came of it, for the person's own.
   */
  readonly status: "authorizing" | "unconfirmed" | "exchanging" | "unapproved" | "connected" | "failed";
  /** What the person is asked about; null unless `unapproved`. */
  readonly asked: AskedGrant | null;
  readonly failure: ConnectFailure | null;
  readonly expiresAt: Date;
}

/** A trip to an authorization server. */
export interface AuthorizationSession extends ConnectSession {
  readonly callbackId: string;
  readonly redirectUri: string;
  readonly tokenEndpoint: string;
}

export interface NewConnectSession extends Omit<ConnectSession, "status" | "failure" | "asked"> {
  /** Null where credentials are typed. */
  readonly stateDigest: Uint8Array | null;
  /** The sealed PKCE verifier; deleted when the code is about to be exchanged. */
  readonly verifier: { readonly kid: string; readonly sealed: Uint8Array } | null;
}

export interface HeldBytes {
  readonly sessionId: string;
  readonly environmentId: string;
  readonly kid: string;
  readonly sealed: Uint8Array;
  readonly expiresAt: Date;
}

/** A confirmed session that was taken, and what was sealed for it, as it stood in its table. */
export interface TakenAnswer {
  readonly session: ConnectSession;
  readonly sealed: readonly {
    readonly field: string;
    readonly version: number;
    readonly kid: string;
    readonly sealed: Uint8Array;
  }[];
}

/** The form of a link was sent by a browser. */
export interface ConnectTry {
  readonly id: string;
  readonly linkTokenId: string;
  readonly browserDigest: Uint8Array;
  readonly integrationName: string;
  /** What was typed and is no secret, by the name of the input or field. */
  readonly typed: Readonly<Record<string, string>>;
  /** Null while it is under way, and when it connected. */
  readonly failure: FormFailure | null;
  readonly madeAt: Date;
}

export interface ConnectStore {
  /** @returns when it ends; where its id is there already, made by an earlier run of the same request, when that one does */
  createLink(link: Link & { readonly digest: Uint8Array }, audit: AuditRecord): Promise<Date>;
  findLinkByDigest(digest: Uint8Array): Promise<Link | null>;
  findLink(id: string): Promise<Link | null>;
  /** Remembers the account that a click on the link made. */
  bindAccount(linkId: string, accountId: string): Promise<void>;
  createSession(session: NewConnectSession, audit: readonly AuditRecord[]): Promise<void>;
  /**
   * Takes the session of a state, once: `authorizing` becomes `exchanging` and the sealed verifier leaves its table. That of a
   * session which needs a confirmation stays until takeConfirmed.
   * Null when there is no such session, it was taken before, or it belongs to another browser or redirect URI.
   */
  takeSession(request: {
    readonly stateDigest: Uint8Array;
    readonly browserDigest: Uint8Array;
    readonly callbackId: string;
    readonly now: Date;
  }): Promise<{ readonly session: AuthorizationSession; readonly verifier: Uint8Array | null } | null>;
  /** The latest session of this browser. */
  findSessionOfBrowser(browserDigest: Uint8Array): Promise<ConnectSession | null>;
  findSession(id: string): Promise<ConnectSession | null>;
  /** Nothing that was sealed for the session stays. */
  failSession(id: string, failure: ConnectFailure): Promise<void>;
  /**
   * Keeps what a browser brought, sealed: the session becomes `unconfirmed`, until `expiresAt`.
   * @returns false when the session has ended meanwhile; nothing is kept then
   */
  holdAnswer(held: HeldBytes, audit: readonly AuditRecord[]): Promise<boolean>;
  /** What holdAnswer kept, and the PKCE verifier beside it; null once it is taken or thrown away. */
  findHeldAnswer(
    sessionId: string,
  ): Promise<{ readonly answer: Uint8Array; readonly verifier: Uint8Array | null } | null>;
  /**
   * Takes a session that was confirmed, once: `unconfirmed` becomes `exchanging`, and all that is sealed for it leaves its table.
   * Null when there is nothing to take: it was taken before, has ended, or its time is over.
   */
  takeConfirmed(id: string, now: Date, audit: AuditRecord): Promise<TakenAnswer | null>;
  /**
   * Nothing of it was sent: the session is `unconfirmed` again, with all that was sealed for it.
   * @returns false: it has ended meanwhile
   */
  giveBackConfirmed(taken: TakenAnswer): Promise<boolean>;
  /** Ends a session that can't be confirmed any more, and throws away what is sealed for it. @returns false: it is `unconfirmed` no more */
  endUnconfirmed(id: string, failure: ConnectFailure): Promise<boolean>;
  /**
   * Somebody named another tenant or user than the link's (R93). A session that nothing came of yet ends, what is sealed for it is
   * thrown away, and an event tells of it; one that has ended, or is being completed, stays as it is.
   */
  refuseConfirmation(
    session: Pick<ConnectSession, "id" | "environmentId" | "integrationName">,
    tenantId: string,
    audit: AuditRecord,
  ): Promise<void>;
  /**
   * Keeps a grant, sealed, and what is asked about it: the session becomes `unapproved`, until `expiresAt`. Said twice, because the
   * word of the first COMMIT was lost, it changes nothing the second time.
   * @returns false when the session has ended meanwhile; nothing is kept then
   */
  holdGrant(held: HeldBytes, asked: AskedGrant, audit: readonly AuditRecord[]): Promise<boolean>;
  /** What holdGrant kept; null once it is an account's, or thrown away. */
  findHeldGrant(sessionId: string): Promise<Uint8Array | null>;
  /** Ends a session that nobody will approve, and throws its grant away. @returns false: it is `unapproved` no more */
  endUnapproved(id: string, failure: ConnectFailure, audit: readonly AuditRecord[]): Promise<boolean>;
  /**
   * Whether somebody is asked about another grant that may be the same external account's: it has that id, or belongs to the same
   * account where the provider did not tell of one of the two.
   */
  isAskedElsewhere(session: ConnectSession, externalAccountId: string | null): Promise<boolean>;
  /** Sessions that nobody approved in time, those that wait longest first. */
  listUnanswered(now: Date, limit: number): Promise<readonly ConnectSession[]>;
  /**
   * Begins a try, unless the link's form was sent too often lately (nextTryAt). Those of one link are counted one after the other.
   * @returns null when it was begun, otherwise when the next may be made
   */
  beginTry(attempt: Omit<ConnectTry, "failure">): Promise<Date | null>;
  failTry(id: string, failure: FormFailure): Promise<void>;
  /** The latest try of this browser at this link since then. */
  findTry(linkId: string, browserDigest: Uint8Array, since: Date): Promise<ConnectTry | null>;
  /** When the form of a link was sent since then, by whichever browser. */
  listTries(linkId: string, since: Date): Promise<readonly Date[]>;
}
