import type { MiddlewareHandler } from "hono";
import { DomainError } from "#core/domain/problem/domain-error";
import type { ApiEnvironment } from "./api-environment.ts";

const withBody = new Set(["POST", "PUT", "PATCH"]);

/** The API reads JSON alone. A body that a route would not look at is refused: whoever sent it meant something by it. */
export function refuseOtherBodies(): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const isRead = withBody.has(context.req.method) && !context.req.path.startsWith("/api/v1/proxy/");
    if (!isRead) return await next();
    const type = context.req.header("content-type") ?? "";
    if ((await context.req.text()) === "") {
      // Many clients name the type of every request, also of one that has no body.
      context.req.raw.headers.delete("content-type");
    } else if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
      throw new DomainError("invalid_request", {
        status: 400,
        detail: "The body is not JSON.",
        errors: [{ pointer: "Content-Type", detail: "expected application/json" }],
      });
    }
    await next();
  };
}
