import type { Stack } from "./start-stack.ts";

/** A new administrator who signs in with a password. @returns the cookie of the session */
export async function signInAs(stack: Stack, email: string, role: string): Promise<string> {
  return (await openSession(stack, email, role)).split(";")[0] ?? "";
}

/** The same. @returns the Set-Cookie header of the session, with what it says of itself */
export async function openSession(stack: Stack, email: string, role: string): Promise<string> {
  const { password } = await makeAdministrator(stack, email, role);
  const { session, url } = await tryToSignIn(stack, email, password);
  if (session === null) throw new Error(`${email} could not sign in: ${url}`);
  return session;
}

export async function makeAdministrator(
  stack: Stack,
  email: string,
  role: string,
): Promise<{ id: string; password: string }> {
  const { stdout, stderr } = await stack.cli("users", "create", "--email", email, "--role", role, "--json");
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as { id: string; password: string };
}

export type SignInTry = {
  status: number;
  /** The Set-Cookie header of the session; null: nobody is signed in. */
  session: string | null;
  /** Where the answer leads; of a refusal `error` stands in it. */
  url: string;
  body: unknown;
};

/** As the sign-in page does it. @param options.cookie what the browser has already */
export async function tryToSignIn(
  stack: Stack,
  email: string,
  password: string,
  options: { cookie?: string; api?: number; callbackUrl?: string; headers?: Record<string, string> } = {},
): Promise<SignInTry> {
  const origin = stack.apis[options.api ?? 0]?.origin ?? "";
  const { csrfToken, cookies } = await openForm(origin);
  const { callbackUrl } = options;
  const answer = await fetch(`${origin}/api/auth/callback/credentials`, {
    method: "POST",
    redirect: "manual",
    headers: {
      cookie: [cookies, ...(options.cookie === undefined ? [] : [options.cookie])].join("; "),
      "x-auth-return-redirect": "1",
      ...options.headers,
    },
    body: new URLSearchParams({ csrfToken, email, password, ...(callbackUrl === undefined ? {} : { callbackUrl }) }),
  });
  const body = (await answer.json().catch(() => ({}))) as { url?: string };
  const session = answer.headers.getSetCookie().find((one) => /session-token=[^;]/.test(one)) ?? null;
  return { status: answer.status, session, url: body.url ?? "", body };
}

/** What a form of @auth/core is sent with. `cookies`: of a Cookie header; `setCookies`: as they came. */
export async function openForm(
  origin: string,
): Promise<{ csrfToken: string; cookies: string; setCookies: readonly string[] }> {
  const answer = await fetch(`${origin}/api/auth/csrf`);
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  const setCookies = answer.headers.getSetCookie();
  return { csrfToken, cookies: setCookies.map((one) => cookieOf(one)).join("; "), setCookies };
}

/** The name and value of a Set-Cookie header. */
export function cookieOf(header: string | null): string {
  return header?.split(";")[0] ?? "";
}
