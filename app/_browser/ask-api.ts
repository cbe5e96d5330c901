import { readProblem, unreachable, type Answer } from "../_queries/problem.ts";

const timeoutMs = 60_000;

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Asks the API with the visitor's cookie, or sends it something, as JSON; a text is JSON already. Never throws: what went wrong comes back as a problem. */
export async function askApi<T>(
  method: Method,
  path: string,
  body?: object | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) return { kind: "problem", problem: await readProblem(response) };
    // 204 has no body; who asks for something that has none takes nothing from it.
    return { kind: "ok", value: (response.status === 204 ? undefined : await response.json()) as T };
  } catch {
    return { kind: "problem", problem: { ...unreachable, detail: "Nothing came back. Try again in a moment." } };
  }
}
