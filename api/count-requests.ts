import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Metrics } from "#core/ports/metrics";

/** The label of what no route matches. */
export const unmatched = "unmatched";
/** The label of what is passed on to web. */
export const page = "page";
const signInRoutes = "/api/auth/*";

/**
 * Counts requests by the template of their route, whatever answers them. What matches none shares one label: paths come from
 * outside, and hold ids.
 */
export function countRequests(metrics: Pick<Metrics, "requestsTo">): MiddlewareHandler {
  const counts = new Map<string, ReturnType<Metrics["requestsTo"]>>();
  return async (context, next) => {
    const startedMs = performance.now();
    await next();
    // What stands before the routes has patterns too (`/api/*`). A route that has only other methods is one all the same.
    const route = matchedRoutes(context).find(({ path }) => !path.includes("*") || path === signInRoutes)?.path;
    const { method } = context.req;
    const key = `${method} ${route}`;
    const count = counts.get(key) ?? metrics.requestsTo(route ?? unmatched, method);
    counts.set(key, count);
    count(context.res.status, (performance.now() - startedMs) / 1000);
  };
}
