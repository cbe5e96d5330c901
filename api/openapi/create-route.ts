import { createRoute as createHonoRoute, type RouteConfig } from "@hono/zod-openapi";
import type { RouteId } from "../route-audits.ts";

type Config = Omit<RouteConfig, "path"> & { readonly path: string; readonly operationId: RouteId };

/** A route of the API. What it writes to the audit log must be stated before it can be made (route-audits.ts). */
export function createRoute<const R extends Config>(config: R): R & { getRoutingPath(): string } {
  return createHonoRoute(config);
}
