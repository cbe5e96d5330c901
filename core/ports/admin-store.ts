import type { AdminSession, SessionEnd, SignInMethod } from "../domain/access/admin-session.ts";
import type { AdminUser } from "../domain/access/admin-user.ts";
import type { UserChangeDecision } from "../domain/access/decide-user-change.ts";
import type { FederatedDecision, FederatedPerson } from "../domain/access/decide-federated-sign-in.ts";
import type { Invitation } from "../domain/access/invitation.ts";
import type { Role } from "../domain/access/permission.ts";
import type { AuditRecord } from "../domain/audit/audit-record.ts";

export type NewUser = Pick<AdminUser, "id" | "email" | "name" | "role" | "roleSource" | "passwordHash" | "identity">;

/** An administrator in the list of them. */
export interface ListedUser extends AdminUser {
  /** Sessions that are live. */
  readonly sessions: number;
  /** Their latest request from a session; null: none since sessions are kept. */
  readonly lastSeenAt: Date | null;
}

/** A session that begins. Its end is reckoned by the database's clock. */
export interface NewSession {
  readonly id: string;
  readonly method: SignInMethod;
  /** When they showed who they are; `now`: just now; null: nobody said. */
  readonly confirmedAt: Date | "now" | null;
  readonly lifetimeSeconds: number;
  readonly address: string;
  readonly userAgent: string;
  /** The session that this browser had: it ends, so that nobody who knows it gets what the new one may. */
  readonly replaces: string | null;
}

/** A record but for what it is about. */
export type RecordOf<T> = (subject: T) => AuditRecord;

/** Administrators, their sessions and invitations. Every write takes its audit records into its transaction. */
export interface AdminStore {
  /** One who is disabled too. */
  findUser(id: string): Promise<AdminUser | null>;
  /** One who is disabled too. @param email in lower case */
  findUserByEmail(email: string): Promise<AdminUser | null>;
  listUsers(idleSeconds: number): Promise<readonly ListedUser[]>;
  /**
   * @param options.isVouchedFor whether the server's command line makes them: they count as a second person at once (R48), and not
   *   only after a while
   * @returns false when the address is taken
   */
  createUser(user: NewUser, audit: AuditRecord, options: { readonly isVouchedFor: boolean }): Promise<boolean>;
  /**
   * Under the lock of all administrators, so that two who demote each other don't both succeed. Ends the sessions where the decision
   * says so.
   *
   * @param options.isVouchedFor as above; a change of role or a return counts anew
   * @returns null: there is no such administrator
   */
  changeUser(
    id: string,
    judge: (user: AdminUser, everybody: readonly AdminUser[]) => UserChangeDecision,
    record: RecordOf<Extract<UserChangeDecision, { kind: "change" }>>,
    options: { readonly isVouchedFor: boolean },
  ): Promise<{ readonly decision: UserChangeDecision; readonly user: AdminUser } | null>;
  /** The same password under other costs. Nothing when it was changed meanwhile. */
  rehash(id: string, from: string, to: string): Promise<void>;
  /** Ends all their sessions but one. @returns false: the password was changed meanwhile, or they are disabled */
  setPassword(
    id: string,
    change: { readonly from: string | null; readonly to: string },
    keep: string | null,
    audit: AuditRecord,
    options: { readonly isVouchedFor: boolean },
  ): Promise<boolean>;

  /** @returns null: they are disabled by now */
  beginSession(
    userId: string,
    session: NewSession,
    audit: AuditRecord,
    /** Only while this is still their password; null: their identity provider said who they are. */
    passwordHash: string | null,
  ): Promise<AdminSession | null>;
  /** With who it belongs to; null: ended, idle for too long, over, or theirs who are disabled. */
  findSession(
    id: string,
    idleSeconds: number,
  ): Promise<{ readonly session: AdminSession; readonly user: AdminUser } | null>;
  /** To the minute. */
  touchSession(id: string): Promise<void>;
  /** Live ones, the latest first. */
  listSessions(userId: string, idleSeconds: number): Promise<readonly AdminSession[]>;
  /**
   * Ends live sessions of one administrator.
   *
   * @param which one, or all but one (null: all)
   * @param record told how many ended; not called where none did
   * @returns how many ended
   */
  endSessions(
    userId: string,
    which: { readonly id: string } | { readonly but: string | null },
    reason: SessionEnd,
    record: RecordOf<number>,
  ): Promise<number>;

  /**
   * What single sign-on makes of a person, in one transaction: the decision, what it changes, the session, the records.
   *
   * @param invitation the digest of the link that they followed
   * @param judge told the invitation only while it is open
   */
  admitFederated(
    person: FederatedPerson,
    invitation: Uint8Array | null,
    judge: (
      known: AdminUser | null,
      emailOwner: AdminUser | null,
      invitation: Invitation | null,
    ) => FederatedDecision | FederatedStop,
    make: { readonly userId: string; readonly session: NewSession; readonly records: FederatedRecords },
  ): Promise<FederatedOutcome>;

  /** Ends the open invitation of the same address. @returns false: the address is an administrator's */
  invite(
    invitation: Omit<Invitation, "createdAt" | "expiresAt" | "acceptedAt" | "revokedAt"> & {
      readonly lifetimeSeconds: number;
    },
    digest: Uint8Array,
    audit: AuditRecord,
  ): Promise<Invitation | null>;
  /** Those that are open and have not expired, the latest first. */
  listInvitations(): Promise<readonly Invitation[]>;
  findInvitation(digest: Uint8Array): Promise<Invitation | null>;
  /** @returns false: there is none that is open */
  revokeInvitation(id: string, audit: AuditRecord): Promise<boolean>;
  /** Makes the administrator whom an open invitation is for. @returns null: it is not open, or the address is taken meanwhile */
  acceptInvitation(
    digest: Uint8Array,
    user: { readonly id: string; readonly name: string; readonly passwordHash: string },
    record: RecordOf<Invitation>,
  ): Promise<Invitation | null>;
}

export interface FederatedRecords {
  readonly signedIn: RecordOf<string>;
  readonly created: RecordOf<{ readonly userId: string; readonly role: Role; readonly invitationId: string | null }>;
  readonly roleChanged: RecordOf<{ readonly userId: string; readonly from: Role; readonly to: Role }>;
  readonly expelled: RecordOf<string>;
  readonly returned: RecordOf<string>;
}

export type FederatedOutcome =
  | { readonly kind: "signed_in"; readonly user: AdminUser; readonly session: AdminSession }
  | Extract<FederatedDecision, { kind: "refuse" | "expel" }>
  | FederatedStop;

/** What has nothing to do with who they are. */
export interface FederatedStop {
  readonly kind: "stop";
  readonly why: "invitation_over" | "another_person";
}
