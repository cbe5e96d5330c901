import { decodeClientKeys, encodeClientKeys, isInUse, type ClientKey } from "../domain/integration/client-keys.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import type { AuthorizationServer, ClientSecret, RequestFailure } from "../ports/authorization-server.ts";
import type { Clock } from "../ports/clock.ts";

/** With less than this left until the deadline no further key is tried, seconds. */
const leastTrySeconds = 2;
/** A key that the provider did not know goes second for this long, seconds. */
const refusedSeconds = 60;
/** As many clients as are likely to rotate at a time. */
const mostRefused = 1_000;

/**
 * After a rotation the provider may know the new key, the old one, or both, and only its operator can tell. The newest goes
 * first, and the one before it follows when the client itself was refused: then nothing is spent. Both within one deadline.
 */
export function createKeysInTurn(ports: {
  readonly server: AuthorizationServer;
  readonly clock: Clock;
}): AuthorizationServer {
  const { server, clock } = ports;
  /** Until when (monotonic milliseconds) a key, by its id, goes second. */
  const refused = new Map<string, number>();

  const inTurn = async <Answer>(
    integration: ResolvedIntegration,
    secret: ClientSecret,
    isRefused: (answer: Answer) => boolean,
    ask: (integration: ResolvedIntegration, secret: ClientSecret) => Promise<Answer>,
  ): Promise<Answer> => {
    if (integration.clientAuthentication !== "private_key_jwt" || secret === null)
      return await ask(integration, secret);
    const [first, second] = order(decodeClientKeys(secret).filter((one) => isInUse(one, clock.now())));
    if (first === undefined || second === undefined) return await ask(integration, secret);
    const startedMs = clock.monotonicMs();
    const answer = await ask(integration, encodeClientKeys([first]));
    if (!isRefused(answer)) return answer;
    if (refused.size >= mostRefused) refused.clear();
    refused.set(idOf(first), clock.monotonicMs() + refusedSeconds * 1000);
    const leftSeconds = integration.refreshPolicy.timeoutSeconds - (clock.monotonicMs() - startedMs) / 1000;
    if (leftSeconds < leastTrySeconds) return answer;
    const refreshPolicy = { ...integration.refreshPolicy, timeoutSeconds: leftSeconds };
    return await ask({ ...integration, refreshPolicy }, encodeClientKeys([second]));
  };

  const order = (newestFirst: readonly ClientKey[]): readonly ClientKey[] => {
    const [newest, previous] = newestFirst;
    if (newest === undefined || previous === undefined) return newestFirst;
    const isSecond = (refused.get(idOf(newest)) ?? 0) > clock.monotonicMs();
    return isSecond ? [previous, newest] : [newest, previous];
  };

  return {
    pushAuthorization: (integration, secret, request) =>
      inTurn(integration, secret, isClientRefused, (asked, key) => server.pushAuthorization(asked, key, request)),
    exchangeCode: (integration, secret, exchange) =>
      inTurn(integration, secret, isClientRefused, (asked, key) => server.exchangeCode(asked, key, exchange)),
    refresh: (integration, secret, refreshToken) =>
      inTurn(integration, secret, isClientRefused, (asked, key) => server.refresh(asked, key, refreshToken)),
    clientCredentials: (integration, secret) =>
      inTurn(integration, secret, isClientRefused, (asked, key) => server.clientCredentials(asked, key)),
    // Why these two failed is not told; asking again costs nothing.
    introspect: (integration, secret, accessToken) =>
      inTurn(
        integration,
        secret,
        (answer) => answer === null,
        (asked, key) => server.introspect(asked, key, accessToken),
      ),
    revoke: (integration, secret, token, hint) =>
      inTurn(
        integration,
        secret,
        (answer) => answer === "failed",
        (asked, key) => server.revoke(asked, key, token, hint),
      ),
  };
}

function idOf({ jwk }: ClientKey): string {
  return jwk["kid"] ?? "";
}

/** RFC 7521 §4.2.1: an assertion that is not accepted is `invalid_client`. */
function isClientRefused(answer: { readonly kind: string } | RequestFailure): boolean {
  if (!("failure" in answer)) return false;
  const { failure } = answer;
  return failure.kind === "oauth_error" && ["invalid_client", "unauthorized_client"].includes(failure.error);
}
