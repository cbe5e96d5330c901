import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import { isVisible } from "#core/domain/access/permission";
import { servePlainly } from "#core/usecases/serve-credentials";
import type { ApiPorts } from "./api-environment.ts";
import type { Authenticator } from "./auth/authenticate.ts";
import { securityHeaders } from "./security-headers.ts";
import { toTokenView } from "./views/token-view.ts";

const target = /^\/api\/v1\/integrated-accounts\/(ia_[0-9a-z]{24})\/token(?:\?min_ttl=(\d{1,7}))?$/;

export type TokenDoorPorts = Pick<ApiPorts, "glances" | "policies" | "clock" | "vault" | "metrics"> & {
  readonly authenticator: Pick<Authenticator, "callerByKey">;
};

/** As the framework knows it: both ways count as one route. */
export const tokenRoute = "/api/v1/integrated-accounts/:id/token";

/**
 * The token endpoint's common case, before anything of the framework: an API key, an account whose token is plainly fresh. It is the
 * one route that every call of a product's backend may stand behind, and the framework costs more than the rest together.
 *
 * @returns false: nothing was answered, and the route itself answers, whatever it is (a problem, a refresh, a session)
 */
export function createTokenDoor(
  ports: TokenDoorPorts,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const attempt = async (request: IncomingMessage): Promise<string | null> => {
    const [, accountId, ttl] = target.exec(request.url ?? "") ?? [];
    const { authorization } = request.headers;
    if (accountId === undefined || authorization === undefined) return null;
    const caller = await ports.authenticator.callerByKey(authorization, request);
    if (!caller.permissions.has("tokens:read")) return null;
    const { environmentId, id: actor } = caller;
    const glance = await ports.glances.glance(environmentId, accountId);
    if (glance === null || !isVisible(caller, glance)) return null;
    const minTtlSeconds = ttl === undefined ? null : Number(ttl);
    const read = await servePlainly(ports, { environmentId, accountId, minTtlSeconds, actor }, glance);
    return read === null ? null : JSON.stringify(toTokenView(read, ports.clock.now()));
  };

  const count = ports.metrics.requestsTo(tokenRoute, "GET");
  return async (request, response) => {
    if (request.method !== "GET") return false;
    const startedMs = performance.now();
    // Whatever fails here fails in the route as well, which says so.
    const body = await attempt(request).catch(() => null);
    if (body === null) return false;
    response.writeHead(200, {
      ...securityHeaders,
      "cache-control": "no-store",
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "x-request-id": makeId("req", randomBytes(idRandomBytes)),
    });
    response.end(body);
    count(200, (performance.now() - startedMs) / 1000);
    return true;
  };
}
