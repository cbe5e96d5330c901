import { askWhoItIs } from "./ask-who-it-is.ts";
import { readProblem, unreachable, type Answer } from "../_queries/problem.ts";

const timeoutMs = 60_000;

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * Sends a change to the API, or asks it what no page waits for, as the signed-in operator. Never throws: what went wrong comes back
 * as a problem. Where the API wants to know first who it is, they are asked, and then it goes on.
 */
export async function sendToApi<T>(
  method: Method,
  path: string,
  body?: object | JsonText,
  options: SendOptions = {},
): Promise<Answer<T>> {
  const answer = await sendOnce<T>(method, path, body, options);
  const isAsked = answer.kind === "problem" && answer.problem.code === "step_up_required";
  return isAsked && (await askWhoItIs()) ? await sendOnce<T>(method, path, body, options) : answer;
}

/** JSON as somebody typed it: it goes as it stands, a member that stands there twice among it. */
export type JsonText = string;

type SendOptions = {
  /** It changes nothing, whatever its method: to be done twice is no harm, and to be kept from it costs a row each time. */
  isQuestion?: boolean;
};

async function sendOnce<T>(
  method: Method,
  path: string,
  body: object | JsonText | undefined,
  { isQuestion = method === "GET" }: SendOptions,
): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      credentials: "same-origin",
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(method === "POST" && !isQuestion ? { "idempotency-key": idempotencyKey() } : {}),
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch {
    const changed = "It is not known whether this was carried out. Look at how it stands, then try again.";
    const detail = isQuestion ? "Nothing came back within a minute. Try again." : changed;
    return { kind: "problem", problem: { ...unreachable, detail } };
  }
  if (response.status === 401) {
    const here = `${location.pathname}${location.search}`;
    location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
  }
  if (!response.ok) return { kind: "problem", problem: await readProblem(response) };
  // 204 has no body; who asks for something that has none takes nothing from it.
  return { kind: "ok", value: (response.status === 204 ? undefined : await response.json()) as T };
}

/** `crypto.randomUUID` is missing on plain http off this machine; random bytes are not. */
function idempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
