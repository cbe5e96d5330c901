import { postAuthForm } from "./auth-forms.ts";

/** Ends the session of this browser and goes to the sign-in page, by a full load, so that nothing of it stays in memory. */
export async function signOut(): Promise<void> {
  const isDone = await postAuthForm("signout", { callbackUrl: `${location.origin}/sign-in` }).then(
    (response) => response.ok,
    () => false,
  );
  location.assign(isDone ? "/sign-in" : "/");
}
