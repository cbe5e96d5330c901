import type { Stack } from "./start-stack.ts";

/** A new administrator who signs in with a password. @returns the cookie of the session */
export async function signInAs(stack: Stack, email: string, role: string): Promise<string> {
  return (await openSession(stack, email, role)).split(";")[0] ?? "";
}

/** The same. @returns the Set-Cookie header of the session, with what it says of itself */
export async function openSession(stack: Stack, email: string, role: string): Promise<string> {
  const { stdout } = await stack.cli("users", "create", "--email", email, "--role", role, "--json");
  const { password } = JSON.parse(stdout) as { password: string };
  const origin = stack.apis[0]?.origin ?? "";
  const csrf = await fetch(`${origin}/api/auth/csrf`);
  const cookies = csrf.headers.getSetCookie().map((one) => one.split(";")[0]);
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const answer = await fetch(`${origin}/api/auth/callback/credentials`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: cookies.join("; "), "x-auth-return-redirect": "1" },
    body: new URLSearchParams({ csrfToken, email, password }),
  });
  const session = answer.headers.getSetCookie().find((one) => one.includes("session-token"));
  if (session === undefined) throw new Error(`${email} could not sign in`);
  return session;
}
