import { Auth, type AuthConfig } from "@auth/core";
import Credentials from "@auth/core/providers/credentials";
import { getToken } from "@auth/core/jwt";
import { DomainError } from "#core/domain/problem/domain-error";
import { verifyPassword } from "#adapters/system/password";
import type { AccessStore, AdminUser } from "#adapters/postgres/access-store";
import type { AuditLog } from "#core/ports/audit-log";
import type { Log } from "#core/ports/log";

/** Sign-in of administrators with @auth/core: its routes, and who a request's cookie belongs to. */
export interface AdminSignIn {
  /** Answers everything under /api/auth. */
  handle(request: Request): Promise<Response>;
  /**
   * The administrator of a session cookie; null for none, a forged or an expired one, or a disabled account.
   * @param cookie the header as it came; null: there was none
   */
  userOf(cookie: string | null): Promise<AdminUser | null>;
}

const sessionSeconds = 12 * 60 * 60;

/** Passwords are derived one after the other, in some tenths of a second each: who comes later than this waits too long. */
const mostSigningIn = 20;

export function createAdminSignIn(options: {
  readonly publicUrl: string;
  /** 32 bytes of their own, derived from EVERGRANT_SECRET. */
  readonly sessionKey: Uint8Array;
  readonly access: AccessStore;
  readonly audit: AuditLog;
  readonly log: Log;
  /** Sign-ins are recorded in every environment's log that they could act in; this one stands for the installation. */
  readonly auditEnvironmentId: string;
}): AdminSignIn {
  const { access, publicUrl } = options;
  const secret = Buffer.from(options.sessionKey).toString("base64url");
  const secureCookie = publicUrl.startsWith("https:");
  const throttle = createThrottle();
  const crowd = createCrowd(mostSigningIn);

  const signIn = async (email: string, password: string): Promise<AdminUser | null> => {
    const user = await access.findUserByEmail(email);
    const isRight = await verifyPassword(password, user?.passwordHash ?? null);
    const record = { environmentId: options.auditEnvironmentId, target: user?.id ?? "unknown" };
    if (user === null || !isRight) {
      await options.audit.append([{ ...record, actor: "anonymous", action: "user.sign_in_failed" }]);
      return null;
    }
    throttle.succeeded(email);
    await options.audit.append([{ ...record, actor: user.id, action: "user.signed_in" }]);
    await access.recordSignIn(user.id);
    return user;
  };

  const config: AuthConfig = {
    basePath: "/api/auth",
    trustHost: true,
    secret,
    session: { strategy: "jwt", maxAge: sessionSeconds },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [
      Credentials({
        credentials: { email: {}, password: {} },
        async authorize({ email, password }) {
          if (typeof email !== "string" || typeof password !== "string" || password.length > 1000) return null;
          const address = email.trim().toLowerCase();
          // Counted before the password is looked at: a crowd of parallel tries is a crowd of tries.
          if (address.length > 300 || !throttle.begins(address)) return null;
          const user = await signIn(address, password);
          return user === null ? null : { id: user.id, email: user.email, name: user.name };
        },
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) => (user?.id === undefined ? token : { ...token, sub: user.id }),
      // Only to our own pages: an open redirect after sign-in is a phishing tool.
      redirect: ({ url }) =>
        url.startsWith("/") && !url.startsWith("//")
          ? `${publicUrl}${url}`
          : url.startsWith(`${publicUrl}/`)
            ? url
            : publicUrl,
    },
    logger: {
      error: (error) => {
        // A wrong password is no error of ours; the audit log has it.
        if (error.name !== "CredentialsSignin") options.log.error({ error }, "sign-in failed");
      },
      warn: (code) => options.log.warn({ warning: code }, "sign-in"),
      debug: () => {},
    },
  };

  return {
    async handle(request) {
      const url = new URL(request.url);
      const answer = async (): Promise<Response> => {
        // Rebuilt on the public address, whatever Host the request came with (checklist A7).
        const response = await Auth(new Request(new URL(url.pathname + url.search, publicUrl), request), config);
        const copy = new Response(response.body, response);
        copy.headers.set("cache-control", "no-store");
        return copy;
      };
      const isSignIn = request.method === "POST" && url.pathname.startsWith("/api/auth/callback/");
      return isSignIn ? await crowd.admit(answer) : await answer();
    },

    async userOf(cookie) {
      if (cookie === null || !cookie.includes("authjs.session-token")) return null;
      const token = await getToken({ req: { headers: { cookie } }, secret, secureCookie }).catch(() => null);
      return token?.sub === undefined ? null : await access.findUser(token.sub);
    },
  };
}

/** Admits so many at a time and refuses the rest at the door, before any work is done for them. */
function createCrowd(most: number): { admit<T>(work: () => Promise<T>): Promise<T> } {
  let inHand = 0;
  return {
    async admit(work) {
      if (inHand >= most) {
        throw new DomainError("rate_limited", {
          detail: "Too many people are signing in at the moment. Try again in a few seconds.",
          retryAfterSeconds: 5,
          extensions: { source: "evergrant" },
        });
      }
      inHand += 1;
      try {
        return await work();
      } finally {
        inHand -= 1;
      }
    },
  };
}

/** Five tries for one address in a minute; guessing 12 characters takes longer. What worked is not counted. */
const triesPerMinute = 5;
const mostRemembered = 10_000;

function createThrottle(): { begins(email: string): boolean; succeeded(email: string): void } {
  const tries = new Map<string, { count: number; until: number }>();
  return {
    begins: (email) => {
      const now = Date.now();
      const entry = tries.get(email);
      const current = entry === undefined || entry.until < now ? { count: 0, until: now + 60_000 } : entry;
      if (current.count >= triesPerMinute) return false;
      // The oldest goes, not all: filling the memory must not set everybody's count back.
      if (entry === undefined && tries.size >= mostRemembered) tries.delete(tries.keys().next().value ?? "");
      tries.set(email, { ...current, count: current.count + 1 });
      return true;
    },
    succeeded: (email) => void tries.delete(email),
  };
}
