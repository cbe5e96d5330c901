import type { Context, Hono } from "hono";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { DomainError } from "#core/domain/problem/domain-error";
import type { ApiEnvironment } from "./api-environment.ts";

/**
 * Routes that take parameters refuse those that they don't know by their schema; this is for those that take none. A filter that is
 * silently ignored answers another question than was asked. Comes before the routes themselves.
 */
export function refuseUnknownQueries(app: Hono<ApiEnvironment>, api: OpenAPIHono<ApiEnvironment>): void {
  const routes = api.openAPIRegistry.definitions.flatMap((one) => (one.type === "route" ? [one.route] : []));
  // Documents that need no key are fetched by tools that add what they like; `schema.json` is also a name as another route reads it,
  // and `counts` an id.
  const takers = routes.filter((one) => isOpen(one) || (one.method === "get" && one.request?.query !== undefined));
  const open = new Set(takers.map(({ path }) => `/api/v1${path}`));
  for (const route of routes) {
    const { method, path, request } = route;
    if (isOpen(route) || request?.query !== undefined || path.startsWith("/proxy/")) continue;
    app.on(method.toUpperCase(), `/api/v1${path.replaceAll(/\{(\w+)\}/g, ":$1")}`, async (context, next) => {
      const isAnothers = path.includes("{") && open.has(context.req.path);
      if (!isAnothers) refuseQuery(context);
      await next();
    });
  }
}

function isOpen({ security }: { readonly security?: readonly object[] | undefined }): boolean {
  return security === undefined || security.length === 0;
}

function refuseQuery(context: Context): void {
  const at = context.req.raw.url.indexOf("?");
  if (at < 0) return;
  const names = new Set(new URLSearchParams(context.req.raw.url.slice(at + 1)).keys());
  if (names.size === 0) return;
  throw new DomainError("invalid_request", {
    detail: "The address is not valid.",
    errors: [...names].slice(0, 20).map((name) => ({
      pointer: name.slice(0, 100).toWellFormed(),
      detail: "is not a known parameter; this address takes none",
    })),
  });
}
