import { postAuthForm } from "./auth-forms.ts";

/** Ends the session of this browser. @returns whether that is done */
export async function endSession(): Promise<boolean> {
  return await postAuthForm("signout", { callbackUrl: `${location.origin}/sign-in` }).then(
    (response) => response.ok,
    () => false,
  );
}

/** Ends the session and goes to the sign-in page, by a full load, so that nothing of it stays in memory. */
export async function signOut(): Promise<void> {
  location.assign((await endSession()) ? "/sign-in" : "/");
}
