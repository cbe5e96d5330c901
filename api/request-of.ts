import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { CredentialedRequest } from "./auth/authenticate.ts";

/** What of a request tells who makes it. */
export function requestOf({ req, env }: Context): CredentialedRequest {
  const { incoming } = env as HttpBindings;
  return { method: req.method, header: (name) => req.header(name), incoming };
}
