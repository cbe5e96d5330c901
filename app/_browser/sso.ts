import { readProblem } from "../_queries/problem.ts";

type Wish = { next?: string; fresh?: boolean; invitation?: string };

/** The identity provider's address for a sign-in; null: why not stands in `detail`. */
export async function startSso(wish: Wish): Promise<{ url: string } | { url: null; detail: string }> {
  const unavailable = { url: null, detail: "The API does not answer. Try again in a moment." };
  try {
    const response = await fetch("/api/auth/sso", {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(wish),
    });
    if (!response.ok) {
      const problem = await readProblem(response);
      return { url: null, detail: problem.detail ?? problem.title };
    }
    const { url } = (await response.json()) as { url?: unknown };
    return typeof url === "string" ? { url } : unavailable;
  } catch {
    return unavailable;
  }
}

/** Leaves for the identity provider. @returns only where that was not possible: why */
export async function leaveForSso(wish: Wish): Promise<string> {
  const started = await startSso(wish);
  if (started.url === null) return started.detail;
  location.assign(started.url);
  // The browser is on its way.
  return await new Promise<string>(() => {});
}
