import { postAuthForm } from "./auth-forms.ts";

export type SignInOutcome = "signed_in" | "wrong" | "too_many" | "expired" | "unavailable";

/** Sends email and password to the API, never to the process that renders pages. */
export async function signIn(email: string, password: string, next: string): Promise<SignInOutcome> {
  try {
    const callbackUrl = `${location.origin}${next}`;
    const response = await postAuthForm("callback/credentials", { email, password, callbackUrl });
    if (response.status === 429) return "too_many";
    const body = (await response.json().catch(() => null)) as { url?: unknown } | null;
    const url = typeof body?.url === "string" ? URL.parse(body.url, location.origin) : null;
    const error = url?.searchParams.get("error") ?? null;
    if (error === "CredentialsSignin") return "wrong";
    if (error === "MissingCSRF") return "expired";
    return response.ok && url !== null && error === null ? "signed_in" : "unavailable";
  } catch {
    return "unavailable";
  }
}
