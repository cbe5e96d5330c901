import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { readIdempotencyKey } from "#core/domain/idempotency/idempotency-key";
import { DomainError } from "#core/domain/problem/domain-error";
import { runOnce, type RunOncePorts } from "#core/usecases/run-once";
import type { ApiEnvironment } from "./api-environment.ts";

/**
 * What goes to a provider carries its key there; whether it is done once is the provider's to say. The unified API sees to its own:
 * of what it answers nothing may be stored but an id (R76).
 */
const passedOn = /^\/api\/v1\/(?:proxy|unified)\//;

/** Every POST of the API with `Idempotency-Key` is done once (draft-ietf-httpapi-idempotency-key-header). */
export function idempotentPosts(ports: RunOncePorts): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const header = context.req.header("idempotency-key");
    const isMeant = header !== undefined && context.req.method === "POST" && !passedOn.test(context.req.path);
    if (!isMeant || context.get("caller") === undefined) return await next();
    const key = demandKey(header);
    const { pathname, search } = new URL(context.req.url);
    const request = { key, method: "POST", target: pathname + search, body: await context.req.text() };
    const { answer, isRepeated } = await runOnce(ports, context.get("caller"), request, async (once) => {
      context.set("once", once);
      await next();
      return {
        status: context.res.status,
        contentType: context.res.headers.get("content-type") ?? "",
        body: await context.res.clone().text(),
      };
    });
    if (!isRepeated) return;
    return new Response(answer.body === "" ? null : answer.body, {
      status: answer.status,
      headers: { "content-type": answer.contentType, "cache-control": "no-store", "idempotency-replayed": "true" },
    });
  };
}

/** @throws DomainError invalid_request */
export function demandKey(header: string): string {
  const key = readIdempotencyKey(header);
  if (key !== null) return key;
  throw new DomainError("invalid_request", {
    status: 400,
    detail: "The Idempotency-Key can't be used.",
    errors: [
      { pointer: "Idempotency-Key", detail: 'expected 1 to 255 printable ASCII characters, best as "a quoted text"' },
    ],
  });
}

/** The header on each POST of the document. Comes after the routes, which don't look at it. */
export function documentIdempotency(api: OpenAPIHono<ApiEnvironment>): void {
  for (const definition of api.openAPIRegistry.definitions) {
    if (definition.type !== "route" || definition.route.method !== "post") continue;
    if (definition.route.path.startsWith("/proxy/")) continue;
    definition.route.request = { ...definition.route.request, headers: idempotencyHeaders };
  }
}

const idempotencyHeaders = z.object({
  "Idempotency-Key": z.string().min(1).max(257).optional().openapi({
    description:
      "Makes the request safe to send again: within 24 hours the same key with the same request gets the stored answer of the first, with `idempotency-replayed: true`; with another request 422; while the first still runs 409 with Retry-After. A quoted text (RFC 8941) of 1 to 255 printable ASCII characters, or the same without quotes.",
    example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
  }),
});
