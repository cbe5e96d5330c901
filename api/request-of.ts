import type { Context } from "hono";
import type { CredentialedRequest } from "./auth/authenticate.ts";

/** What of a request tells who makes it. */
export function requestOf({ req }: Context): CredentialedRequest {
  return { method: req.method, header: (name) => req.header(name) };
}
