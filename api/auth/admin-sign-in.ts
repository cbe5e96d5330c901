import { Auth, type AuthConfig } from "@auth/core";
import Credentials from "@auth/core/providers/credentials";
import type { AdminSession } from "#core/domain/access/admin-session";
import type { AdminUser } from "#core/domain/access/admin-user";
import { DomainError } from "#core/domain/problem/domain-error";
import { recordOf, type AdminPorts, type Browser } from "#core/usecases/admin-ports";
import { signInWithPassword } from "#core/usecases/sign-in-with-password";
import type { Log } from "#core/ports/log";
import { networkOf } from "./client-address.ts";
import type { SessionCookie } from "./session-cookie.ts";
import type { SignInLimits } from "./sign-in-limits.ts";

/** Who is signed in, and in which session. */
export interface LiveSession {
  readonly user: AdminUser;
  readonly session: AdminSession;
}

/** Sign-in of administrators with a password over @auth/core's routes, and who a request's cookie belongs to. */
export interface AdminSignIn {
  /** Answers everything under /api/auth but single sign-on. */
  handle(request: Request, from: { readonly address: string }): Promise<Response>;
  /**
   * @param cookie the header as it came; null: there was none
   * @returns null for no session, a forged, an ended, an idle or an expired one, or a disabled administrator's
   */
  sessionOf(cookie: string | null): Promise<LiveSession | null>;
  /** The same by the session's id, for whom a page is made. */
  sessionBy(id: string): Promise<LiveSession | null>;
  /** Whether it is neither ended, idle nor expired. To ask is no use of it. */
  isLive(id: string): Promise<boolean>;
}

export interface SignInPorts extends AdminPorts {
  readonly publicUrl: string;
  readonly cookie: SessionCookie;
  readonly limits: SignInLimits;
  readonly log: Log;
  /** For @auth/core's own cookies. */
  readonly authSecret: string;
}

export function createAdminSignIn(ports: SignInPorts): AdminSignIn {
  const { publicUrl, cookie, limits, log, admins } = ports;
  const findLive = async (id: string | null): Promise<LiveSession | null> =>
    id === null ? null : await admins.findSession(id, ports.sessionTimes.idleSeconds);

  const findUsed = async (id: string | null): Promise<LiveSession | null> => {
    const live = await findLive(id);
    if (live !== null) {
      admins
        .touchSession(live.session.id)
        .catch((error: unknown) => log.warn({ error }, "the last use of a session was not noted"));
    }
    return live;
  };

  /** What of it depends on the request is closed over: @auth/core hands its callbacks no more than the form. */
  const configFor = (browser: Browser, refuse: (error: DomainError) => void): AuthConfig => ({
    basePath: "/api/auth",
    trustHost: true,
    secret: ports.authSecret,
    session: { strategy: "jwt", maxAge: ports.sessionTimes.absoluteSeconds },
    cookies: { sessionToken: { name: cookie.name, options: cookie.options } },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [
      Credentials({
        credentials: { email: {}, password: {} },
        async authorize({ email, password }) {
          const given = readForm(email, password);
          if (given === null) return null;
          const network = networkOf(browser.address);
          try {
            limits.begin(given.email, network);
          } catch (error) {
            if (!(error instanceof DomainError)) throw error;
            // What is thrown here would be told as a failure of ours.
            refuse(error);
            return null;
          }
          const signedIn = await signInWithPassword(ports, given, browser);
          if (signedIn === null) return null;
          limits.succeeded(given.email, network);
          return { id: signedIn.user.id, sessionId: signedIn.session.id };
        },
      }),
    ],
    callbacks: {
      async jwt({ token, user }) {
        const sessionId = (user as { sessionId?: string } | undefined)?.sessionId;
        if (sessionId !== undefined && user?.id !== undefined) return { sub: user.id, sid: sessionId };
        // @auth/core would sign the token anew for as long again; without a live row it is taken away.
        const sid = idIn(token);
        return (await findLive(sid)) === null ? null : { ...(token.sub === undefined ? {} : { sub: token.sub }), sid };
      },
      // Only to our own pages: an open redirect after sign-in is a phishing tool.
      redirect: ({ url }) => ownAddress(url, publicUrl),
    },
    events: {
      async signOut(message) {
        const live = "token" in message ? await findLive(idIn(message.token)) : null;
        if (live === null) return;
        const { user, session } = live;
        await admins.endSessions(user.id, { id: session.id }, "signed_out", () =>
          recordOf(ports, "user.signed_out", user.id, user.id),
        );
      },
    },
    logger: {
      error: (error) => {
        // A wrong password is no error of ours; the audit log has it.
        if (error.name !== "CredentialsSignin") log.error({ error }, "sign-in failed");
      },
      warn: (code) => log.warn({ warning: code }, "sign-in"),
      debug: () => {},
    },
  });

  return {
    async handle(request, { address }) {
      const url = new URL(request.url);
      const browser = {
        address,
        userAgent: request.headers.get("user-agent") ?? "",
        sessionId: await cookie.read(request.headers.get("cookie")),
      };
      const answer = async (): Promise<Response> => {
        // Rebuilt on the public address, whatever Host the request came with (checklist A7).
        const rebuilt = new Request(new URL(url.pathname + url.search, publicUrl), request);
        let refusal: DomainError | null = null;
        const response = await Auth(
          rebuilt,
          configFor(browser, (error) => (refusal = error)),
        );
        if (refusal !== null) throw refusal as DomainError;
        const copy = new Response(response.body, response);
        copy.headers.set("cache-control", "no-store");
        return copy;
      };
      const isSignIn = request.method === "POST" && url.pathname.startsWith("/api/auth/callback/");
      return isSignIn ? await limits.admit(answer) : await answer();
    },

    sessionBy: findUsed,
    isLive: async (id) => (await findLive(id)) !== null,
    async sessionOf(header) {
      return await findUsed(await cookie.read(header));
    },
  };
}

function idIn(token: unknown): string | null {
  const sid = (token as { sid?: unknown } | null)?.sid;
  return typeof sid === "string" ? sid : null;
}

/** Null: nobody could have these. */
function readForm(email: unknown, password: unknown): { readonly email: string; readonly password: string } | null {
  if (typeof email !== "string" || typeof password !== "string" || password.length > 1000) return null;
  const address = email.trim().toLowerCase();
  return address === "" || address.length > 300 ? null : { email: address, password };
}

/** An address of ours, the start page for every other. */
export function ownAddress(url: string, publicUrl: string): string {
  const target = URL.parse(url, publicUrl);
  return target !== null && target.origin === publicUrl ? target.href : publicUrl;
}
