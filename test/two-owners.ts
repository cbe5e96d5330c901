import { signInAs } from "./sign-in-as.ts";
import type { Answer, Stack } from "./start-stack.ts";

/** A call from the dashboard's session. */
export async function callAs(
  stack: Stack,
  session: string,
  method: string,
  path: string,
  body?: unknown,
  api = 0,
): Promise<Answer> {
  const response = await fetch(`${stack.apis[api]?.origin}/api/v1${path}`, {
    method,
    headers: {
      cookie: session,
      origin: stack.env["EVERGRANT_URL"] ?? "",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

/** Two administrators of whom one asks for what needs two people, and the other approves it. */
export interface TwoOwners {
  /** What the asker is answered. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** @returns the request as it is once it was approved, and carried out */
  agree(method: string, path: string, body?: unknown, api?: number): Promise<any>;
}

export async function createTwoOwners(stack: Stack): Promise<TwoOwners> {
  const asker = await signInAs(stack, "asker@example.com", "owner");
  const approver = await signInAs(stack, "approver@example.com", "owner");
  return {
    ask: (method, path, body = {}) => callAs(stack, asker, method, path, body),
    async agree(method, path, body = {}, api = 0) {
      const asked = await callAs(stack, asker, method, path, body, api);
      if (asked.status !== 202) throw new Error(`${asked.status} instead of 202: ${JSON.stringify(asked.body)}`);
      const approved = await callAs(stack, approver, "POST", `/approvals/${asked.body.id}/approve`, undefined, api);
      if (approved.body.status !== "executed") throw new Error(`${approved.status}: ${JSON.stringify(approved.body)}`);
      return approved.body;
    },
  };
}
