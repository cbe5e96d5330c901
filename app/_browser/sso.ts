import type { ApiProblem, Answer } from "../_queries/problem.ts";
import { askApi } from "./ask-api.ts";

type Wish = { next?: string; fresh?: boolean; invitation?: string };

/** The identity provider's address for a sign-in. */
export async function startSso(wish: Wish): Promise<Answer<{ url: string }>> {
  const answer = await askApi<{ url: string }>("POST", "/api/auth/sso", wish);
  if (answer.kind === "ok") return answer;
  return { kind: "problem", problem: { ...answer.problem, title: "Single sign-on is not possible right now" } };
}

/** Leaves for the identity provider. @returns only where that was not possible: why */
export async function leaveForSso(wish: Wish): Promise<ApiProblem> {
  const started = await startSso(wish);
  if (started.kind === "problem") return started.problem;
  location.assign(started.value.url);
  // The browser is on its way.
  return await new Promise<ApiProblem>(() => {});
}
