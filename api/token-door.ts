import type { IncomingMessage, ServerResponse } from "node:http";
import { isVisible, type Caller } from "#core/domain/access/permission";
import { countProblem } from "#core/usecases/count-problem";
import { servePlainly } from "#core/usecases/serve-credentials";
import { answerProblem } from "./answer-problem.ts";
import type { ApiPorts } from "./api-environment.ts";
import type { Authenticator } from "./auth/authenticate.ts";
import type { ProblemWriter } from "./problem.ts";
import { makeRequestId } from "./request-id.ts";
import { securityHeaders } from "./security-headers.ts";
import { toTokenView } from "./views/token-view.ts";

const target = /^\/api\/v1\/integrated-accounts\/(ia_[0-9a-z]{24})\/token(?:\?min_ttl=(\d{1,7}))?$/;

export type TokenDoorPorts = Pick<ApiPorts, "glances" | "policies" | "clock" | "vault" | "metrics"> & {
  readonly authenticator: Pick<Authenticator, "callerByKey">;
};

interface Common {
  readonly caller: Caller;
  readonly accountId: string;
  readonly minTtlSeconds: number | null;
}

/** As the framework knows it: both ways count as one route. */
export const tokenRoute = "/api/v1/integrated-accounts/:id/token";

/**
 * The token endpoint's common case, before anything of the framework: an API key, an account whose token is plainly fresh. It is the
 * one route that every call of a product's backend may stand behind, and the framework costs more than the rest together.
 *
 * @returns false: nothing was answered, and the route itself answers, whatever it is (a refused key, a refresh, a session)
 */
export function createTokenDoor(
  ports: TokenDoorPorts,
  writeProblem: ProblemWriter,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const findCommon = async (request: IncomingMessage): Promise<Common | null> => {
    const [, accountId, ttl] = target.exec(request.url ?? "") ?? [];
    const { authorization } = request.headers;
    if (request.method !== "GET" || accountId === undefined || authorization === undefined) return null;
    // A key that is refused is refused by the route with the same words: it is looked at once for each request.
    const caller = await ports.authenticator.callerByKey(authorization, request).catch(() => null);
    if (caller === null || !caller.permissions.has("tokens:read")) return null;
    return { caller, accountId, minTtlSeconds: ttl === undefined ? null : Number(ttl) };
  };

  const serve = async ({ caller, accountId, minTtlSeconds }: Common): Promise<string | null> => {
    const { environmentId, id: actor } = caller;
    const glance = await ports.glances.glance(environmentId, accountId);
    if (glance === null || !isVisible(caller, glance)) return null;
    const read = await servePlainly(ports, { environmentId, accountId, minTtlSeconds, actor }, glance);
    return read === null ? null : JSON.stringify(toTokenView(read, ports.clock.now()));
  };

  const count = ports.metrics.requestsTo(tokenRoute, "GET");
  return async (request, response) => {
    const startedMs = performance.now();
    const common = await findCommon(request);
    if (common === null) return false;
    try {
      const body = await serve(common).catch(countProblem(ports.metrics));
      if (body === null) return false;
      response.writeHead(200, {
        ...securityHeaders,
        "cache-control": "no-store",
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "x-request-id": makeRequestId(),
      });
      response.end(body);
    } catch (error) {
      // Nothing of it would go better the whole way, which would open the value, and wait for the database, once more.
      const requestId = makeRequestId();
      const path = tokenRoute.replace(":id", common.accountId);
      answerProblem(response, writeProblem(error, { requestId, method: "GET", path }), requestId);
    }
    count(response.statusCode, (performance.now() - startedMs) / 1000);
    return true;
  };
}
