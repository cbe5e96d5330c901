import { unreachable, type Answer } from "../_queries/problem.ts";
import { askApi, type Method } from "./ask-api.ts";
import { askWhoItIs } from "./ask-who-it-is.ts";

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
  const environment = environmentOfPage();
  const headers = {
    ...(method === "POST" && !isQuestion ? { "idempotency-key": idempotencyKey() } : {}),
    ...(environment === null ? {} : { "evergrant-environment": environment }),
  };
  const answer = await askApi<T>(method, `/api/v1${path}`, body, headers);
  if (answer.kind === "ok") return answer;
  const { problem } = answer;
  if (problem.status === 401) {
    const here = `${location.pathname}${location.search}`;
    location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
  }
  if (problem.code !== unreachable.code || isQuestion) return answer;
  const detail = "It is not known whether this was carried out. Look at how it stands, then try again.";
  return { kind: "problem", problem: { ...problem, detail } };
}

/** What this page shows: another window may have switched since, and the API refuses to do here what is meant for there. */
function environmentOfPage(): string | null {
  return document.querySelector("[data-environment]")?.getAttribute("data-environment") ?? null;
}

/** `crypto.randomUUID` is missing on plain http off this machine; random bytes are not. */
function idempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
