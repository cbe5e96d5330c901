import { readProblem } from "../_queries/problem.ts";
import { postAuthForm } from "./auth-forms.ts";

/** Why nobody is signed in. */
export type Refusal = "wrong" | "too_many" | "expired" | "failed" | "unavailable";

/** `detail`: what the API says of it; null: nothing. */
export type SignInOutcome = { kind: "signed_in" } | { kind: "refused"; why: Refusal; detail: string | null };

/** Sends email and password to the API, never to the process that renders pages. */
export async function signIn(email: string, password: string, next: string): Promise<SignInOutcome> {
  const refused = (why: Refusal, detail: string | null = null): SignInOutcome => ({ kind: "refused", why, detail });
  try {
    const callbackUrl = `${location.origin}${next}`;
    const response = await postAuthForm("callback/credentials", { email, password, callbackUrl });
    if (!response.ok) {
      const { status, detail } = await readProblem(response);
      return refused(status === 429 ? "too_many" : "failed", detail);
    }
    const { url } = (await response.json()) as { url?: unknown };
    const target = typeof url === "string" ? URL.parse(url, location.origin) : null;
    if (target === null) return refused("failed");
    const error = target.searchParams.get("error");
    if (error === null) return { kind: "signed_in" };
    if (error === "CredentialsSignin") return refused("wrong");
    return refused(error === "MissingCSRF" ? "expired" : "failed");
  } catch {
    return refused("unavailable");
  }
}
