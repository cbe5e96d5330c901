import { cache } from "react";
import type { SessionView } from "#api/schemas/session";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

/** Who is signed in; leads to the sign-in page when nobody is. Asked once per request. */
export const readSession = cache(async (): Promise<Answer<SessionView>> => callApi<SessionView>("/api/v1/session"));

/** For pages where not being signed in is the normal case; null: nobody is, or it can't be told. */
export async function readWhoIsSignedIn(): Promise<SessionView | null> {
  const session = await callApi<SessionView>("/api/v1/session", { unauthorized: "problem" });
  return session.kind === "ok" ? session.value : null;
}

/** The role of who is signed in; none when the API cannot tell, and nothing is offered that needs one. */
export async function readRole(): Promise<string> {
  const session = await readSession();
  return session.kind === "ok" ? session.value.user.role : "";
}
