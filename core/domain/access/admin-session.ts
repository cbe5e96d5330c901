/** How an administrator showed who they are. */
export type SignInMethod = "password" | "sso";

/** Durations, seconds. */
export interface SessionTimes {
  /** Without a request. */
  readonly idleSeconds: number;
  /** From signing in, whatever is done in it. */
  readonly absoluteSeconds: number;
  /** So long after an administrator has shown who they are, dangerous things are done without asking again. */
  readonly confirmedSeconds: number;
}

export const defaultSessionTimes: SessionTimes = {
  idleSeconds: 60 * 60,
  absoluteSeconds: 12 * 60 * 60,
  confirmedSeconds: 10 * 60,
};

/** A session of the dashboard, as its row is. */
export interface AdminSession {
  readonly id: string;
  readonly userId: string;
  readonly method: SignInMethod;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  /** See CallerSession. */
  readonly confirmedAt: Date | null;
  /** Where it began; empty: nobody could tell. */
  readonly address: string;
  /** What the browser says of itself, cut. */
  readonly userAgent: string;
}

/** Why a session is over: kept for whoever asks later. */
export type SessionEnd =
  | "signed_out"
  /** Another one took its place: signing in again, or confirming, changes the id. */
  | "replaced"
  /** Somebody ended it in the list. */
  | "ended"
  | "password_changed"
  | "role_changed"
  | "disabled";

/** Whether nothing has to be shown again before something dangerous. */
export function isConfirmed(confirmedAt: Date | null, now: Date, times: SessionTimes): boolean {
  return confirmedAt !== null && now.getTime() - confirmedAt.getTime() < times.confirmedSeconds * 1000;
}
