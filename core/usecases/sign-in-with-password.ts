import type { AdminSession } from "../domain/access/admin-session.ts";
import type { AdminUser } from "../domain/access/admin-user.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { newSession, recordOf, type AdminPorts, type Browser } from "./admin-ports.ts";

export interface SignedIn {
  readonly user: AdminUser;
  readonly session: AdminSession;
}

/**
 * Whoever does not get in learns nothing of why: an address that nobody has, one that is disabled, one that signs in elsewhere and a
 * wrong password take as long and say the same.
 *
 * @param input.email in lower case
 * @returns null: not with these
 */
export async function signInWithPassword(
  ports: AdminPorts,
  input: { readonly email: string; readonly password: string },
  browser: Browser,
): Promise<SignedIn | null> {
  const user = await ports.admins.findUserByEmail(input.email);
  const hash = user === null || user.disabledAt !== null ? null : user.passwordHash;
  const { isRight, isOutdated } = await ports.passwords.verify(input.password, hash);
  const { address } = browser;
  if (user === null || hash === null || !isRight) {
    // Of an address that is nobody's, nothing is kept: people type passwords into that field.
    await ports.audit.append([
      recordOf(ports, "user.sign_in_failed", "anonymous", user?.id ?? "unknown", { method: "password", address }),
    ]);
    return null;
  }
  const session = await ports.admins.beginSession(
    user.id,
    newSession(ports, browser, { method: "password", confirmedAt: "now" }),
    recordOf(ports, "user.signed_in", user.id, user.id, { method: "password", address }),
    hash,
  );
  if (session === null) return null;
  if (isOutdated) await ports.admins.rehash(user.id, hash, await ports.passwords.hash(input.password));
  return { user, session };
}

/**
 * The password once more, before something dangerous. The session gets another id, since it may do more from now on.
 *
 * @throws DomainError invalid_request: wrong, or they have none; unauthorized: they were disabled this moment
 */
export async function confirmWithPassword(
  ports: AdminPorts,
  user: AdminUser,
  password: string,
  browser: Browser,
): Promise<SignedIn> {
  const { passwordHash: hash } = user;
  if (hash === null) {
    throw new DomainError("invalid_request", {
      detail: "You have no password here. Confirm through single sign-on.",
      errors: [{ pointer: "/password", detail: "can't be right: your account has none" }],
    });
  }
  const { isRight } = await ports.passwords.verify(password, hash);
  const { address } = browser;
  if (!isRight) {
    await ports.audit.append([
      recordOf(ports, "user.confirmation_failed", user.id, user.id, { method: "password", address }),
    ]);
    throw new DomainError("invalid_request", {
      detail: "The password is wrong.",
      errors: [{ pointer: "/password", detail: "is wrong" }],
    });
  }
  const session = await ports.admins.beginSession(
    user.id,
    newSession(ports, browser, { method: "password", confirmedAt: "now" }),
    recordOf(ports, "user.confirmed", user.id, user.id, { method: "password", address }),
    hash,
  );
  if (session === null)
    throw new DomainError("unauthorized", { detail: "Your account was changed this moment. Sign in again." });
  return { user, session };
}
