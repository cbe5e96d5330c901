import { cookies, headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { readProblem, unreachable, type Answer } from "./problem.ts";

const timeoutMs = 5000;

type Call = {
  query?: Record<string, string | number | undefined>;
  /** What a 401 means: the visitor must sign in (default), or it is an answer like others. */
  unauthorized?: "sign_in" | "problem";
  /** What a 404 means: the page is not there (default), or it is an answer like others. */
  missing?: "not_found" | "problem";
};

/**
 * Reads from the API as the visitor: what api said of them goes back to it, nothing else does (ADR 0049). A 401 leads to the sign-in page and
 * back, a 404 to the page for things that are not there; everything else is the caller's to show.
 */
export async function callApi<T>(path: string, call: Call = {}): Promise<Answer<T>> {
  const [jar, incoming] = await Promise.all([cookies(), headers()]);
  const visitor = incoming.get("x-evergrant-visitor") ?? "";
  const response = await ask(urlOf(path, call.query), { cookie: jar.toString(), "x-evergrant-visitor": visitor });
  if (response === null) return { kind: "problem", problem: unreachable };
  if (response.ok) return { kind: "ok", value: (await response.json()) as T };
  if (response.status === 401 && call.unauthorized !== "problem") {
    const here = incoming.get("x-evergrant-path") ?? "/";
    redirect(here === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(here)}`);
  }
  if (response.status === 404 && call.missing !== "problem") notFound();
  return { kind: "problem", problem: await readProblem(response) };
}

async function ask(url: URL, of: Record<string, string>): Promise<Response | null> {
  try {
    return await fetch(url, {
      headers: {
        accept: "application/json",
        ...Object.fromEntries(Object.entries(of).filter(([, value]) => value !== "")),
      },
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch {
    return null;
  }
}

function urlOf(path: string, query: Call["query"] = {}): URL {
  const url = new URL(path, process.env.API_ORIGIN ?? "http://127.0.0.1:3000");
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") url.searchParams.set(name, String(value));
  }
  return url;
}
