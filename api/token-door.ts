import type { IncomingMessage, ServerResponse } from "node:http";
import { isVisible, type Caller } from "#core/domain/access/permission";
import { countProblem } from "#core/usecases/count-read";
import { renewalKey } from "#core/usecases/read-token";
import { servePlainly } from "#core/usecases/serve-credentials";
import { answerProblem } from "./answer-problem.ts";
import type { TokenGlance } from "#core/ports/token-glances";
import type { ApiPorts } from "./api-environment.ts";
import type { Authenticator } from "./auth/authenticate.ts";
import type { ProblemWriter } from "./problem.ts";
import { makeRequestId } from "./request-id.ts";
import { securityHeaders } from "./security-headers.ts";
import { toTokenView } from "./views/token-view.ts";

const target = /^\/api\/v1\/integrated-accounts\/(ia_[0-9a-z]{24})\/token(?:\?min_ttl=(\d{1,7}))?$/;

export type TokenDoorPorts = Pick<
  ApiPorts,
  "glances" | "policies" | "clock" | "vault" | "metrics" | "tally" | "renewals"
> & {
  readonly authenticator: Pick<Authenticator, "callerByKey" | "knownByKey">;
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
): (request: IncomingMessage, response: ServerResponse) => false | Promise<boolean> {
  // A key that is refused is refused by the route with the same words.
  const callerOf = (authorization: string, request: IncomingMessage): Caller | null | Promise<Caller | null> => {
    const { authenticator } = ports;
    try {
      const known = authenticator.knownByKey(authorization, request);
      return known ?? authenticator.callerByKey(authorization, request).catch(() => null);
    } catch {
      return null;
    }
  };

  const lookAt = async ({ caller, accountId }: Common): Promise<TokenGlance | null> => {
    const glance = await ports.glances.glance(caller.environmentId, accountId);
    return glance !== null && isVisible(caller, glance) ? glance : null;
  };

  const serve = async (
    { caller: { environmentId, id: actor }, accountId, minTtlSeconds }: Common,
    glance: TokenGlance,
    waitedMs: number | null = null,
  ): Promise<string | null> => {
    const read = await servePlainly(ports, { environmentId, accountId, minTtlSeconds, actor }, glance, waitedMs);
    return read === null ? null : JSON.stringify(toTokenView(read, ports.clock.now()));
  };

  /**
   * Whoever wants what another request is getting waits for that one's answer, and looks again: the whole way costs ten times as
   * much, and a thousand callers of one expired token would go it at the same moment.
   */
  const serveBehindTheFirst = async (
    common: Common,
    version: number,
    response: ServerResponse,
  ): Promise<string | null> => {
    // Its "close" has come and gone: whoever followed would wait for ever.
    if (response.destroyed) return null;
    const key = renewalKey({ ...common, environmentId: common.caller.environmentId, seenVersion: version });
    const closed = (): Promise<void> => new Promise((resolve) => response.once("close", () => resolve()));
    const follower = ports.renewals.follow(key, closed);
    if (follower === null) return null;
    void closed().then(follower.leave);
    const startedMs = performance.now();
    await follower.over;
    const now = response.destroyed ? null : await lookAt(common);
    if (now === null || now.credential?.version === version) return null;
    const waitedMs = performance.now() - startedMs;
    const body = await serve(common, now, waitedMs);
    if (body !== null) ports.metrics.refreshAwaited(waitedMs / 1000);
    return body;
  };

  const answerOf = async (common: Common, response: ServerResponse): Promise<string | null> => {
    const glance = await lookAt(common);
    if (glance === null) return null;
    const body = await serve(common, glance);
    const version = glance.credential?.version ?? null;
    if (body !== null || version === null || !mayBeRefreshed(glance)) return body;
    return await serveBehindTheFirst(common, version, response);
  };

  const count = ports.metrics.requestsTo(tokenRoute, "GET");
  const fixedHeaders = Object.entries({
    ...securityHeaders,
    "cache-control": "no-store",
    "content-type": "application/json",
  }).flat();
  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    wish: { readonly authorization: string; readonly accountId: string; readonly minTtlSeconds: number | null },
  ): Promise<boolean> => {
    const startedMs = performance.now();
    const caller = await callerOf(wish.authorization, request);
    if (caller === null || !caller.permissions.has("tokens:read")) return false;
    const common = { caller, accountId: wish.accountId, minTtlSeconds: wish.minTtlSeconds };
    try {
      const body = await answerOf(common, response).catch(countProblem(ports, common.caller.environmentId));
      // Nothing is opened for a caller that has left meanwhile.
      if (body === null) return response.destroyed;
      const own = ["content-length", Buffer.byteLength(body), "x-request-id", makeRequestId()];
      response.writeHead(200, [...fixedHeaders, ...own]);
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

  // Not async: every request for something else passes here, too.
  return (request, response) => {
    const [, accountId, ttl] = target.exec(request.url ?? "") ?? [];
    const { authorization } = request.headers;
    if (request.method !== "GET" || accountId === undefined || authorization === undefined) return false;
    return answer(request, response, {
      authorization,
      accountId,
      minTtlSeconds: ttl === undefined ? null : Number(ttl),
    });
  };
}

function mayBeRefreshed({ status, isHeld, hasOverrides }: TokenGlance): boolean {
  return status === "active" && !isHeld && !hasOverrides;
}
