import type { MiddlewareHandler } from "hono";
import { readIdempotencyKey } from "#core/domain/idempotency/idempotency-key";
import { DomainError } from "#core/domain/problem/domain-error";
import { runOnce, type RunOncePorts } from "#core/usecases/run-once";
import type { ApiEnvironment } from "./api-environment.ts";

/** What goes to a provider carries its key there; whether it is done once is the provider's to say. */
const passedOn = "/api/v1/proxy/";

/** Every POST of the API with `Idempotency-Key` is done once (draft-ietf-httpapi-idempotency-key-header). */
export function idempotentPosts(ports: RunOncePorts): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const header = context.req.header("idempotency-key");
    const isMeant = header !== undefined && context.req.method === "POST" && !context.req.path.startsWith(passedOn);
    if (!isMeant || context.get("caller") === undefined) return await next();
    const key = readIdempotencyKey(header);
    if (key === null) {
      throw new DomainError("invalid_request", {
        status: 400,
        detail: "The Idempotency-Key can't be used.",
        errors: [
          {
            pointer: "Idempotency-Key",
            detail: 'expected 1 to 255 printable ASCII characters, best as "a quoted text"',
          },
        ],
      });
    }
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

/** The header on each POST of the document. */
export function documentIdempotency<T extends { readonly paths?: object | undefined }>(document: T): T {
  for (const [path, item] of Object.entries(document.paths ?? {}) as [string, PathItem][]) {
    if (item.post === undefined || path.startsWith("/proxy/")) continue;
    (item.post.parameters ??= []).push(parameter);
  }
  return document;
}

interface PathItem {
  readonly post?: { parameters?: unknown[] };
}

const parameter = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description:
    "Makes the request safe to send again: within 24 hours the same key with the same request gets the stored answer of the first, with `idempotency-replayed: true`; with another request 422; while the first still runs 409 with Retry-After. A quoted text (RFC 8941) or the same without quotes.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
  example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
};
