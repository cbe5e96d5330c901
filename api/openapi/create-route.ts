import { createRoute as createHonoRoute, type RouteConfig } from "@hono/zod-openapi";
import type { RouteId } from "../route-audits.ts";

/** A route of the API. What it writes to the audit log must be stated before it can be made (route-audits.ts). */
export function createRoute<
  P extends string,
  R extends Omit<RouteConfig, "path"> & { readonly path: P; readonly operationId: RouteId },
>(config: R): R & { getRoutingPath(): string } {
  return createHonoRoute<P, R>(config);
}
