import type { AuthorizationServer, ClientSecret } from "#core/ports/authorization-server";
import type { Clock } from "#core/ports/clock";
import type { Metrics, ServerRequest } from "#core/ports/metrics";

type Server = AuthorizationServer<ClientSecret>;

/** Measures every request to an authorization server. What throws was never sent, and is no request. */
export function measureAuthorizationServer(
  server: Server,
  metrics: Pick<Metrics, "serverAsked">,
  clock: Pick<Clock, "monotonicMs">,
): Server {
  const measured =
    <Asked extends readonly unknown[], Answer extends { readonly kind: string }>(
      request: ServerRequest,
      ask: (...asked: Asked) => Promise<Answer>,
    ) =>
    async (...asked: Asked): Promise<Answer> => {
      const startedMs = clock.monotonicMs();
      const answer = await ask(...asked);
      metrics.serverAsked(request, answer.kind !== "failure", (clock.monotonicMs() - startedMs) / 1000);
      return answer;
    };
  return {
    pushAuthorization: measured("pushed_authorization", server.pushAuthorization),
    exchangeCode: measured("authorization_code", server.exchangeCode),
    refresh: measured("refresh_token", server.refresh),
    clientCredentials: measured("client_credentials", server.clientCredentials),
    exchangeToken: measured("token_exchange", server.exchangeToken),
    introspect: measured("introspection", server.introspect),
    revoke: measured("revocation", server.revoke),
  };
}
