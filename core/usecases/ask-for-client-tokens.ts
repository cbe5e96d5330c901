import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import { firstTokenSet, type TokenSet } from "../domain/token/token-set.ts";
import type { AuthorizationServer, ClientSecrets } from "../ports/authorization-server.ts";
import type { Clock } from "../ports/clock.ts";
import { withOwnClient } from "./circuit-of.ts";
import { tokenRequestProblem } from "./token-request-problem.ts";

/**
 * The first token of a client that asks for itself (RFC 6749 §4.4): it shows that the client works before anything is stored.
 *
 * @param clientId the account's own client; null: its environment's
 * @param pointer to the client in what the caller sent
 * @throws DomainError what the request came to
 */
export async function askForClientTokens(
  ports: { readonly server: AuthorizationServer; readonly clock: Pick<Clock, "now"> },
  resolved: ResolvedIntegration,
  clientId: string | null,
  secrets: ClientSecrets,
  pointer?: string,
): Promise<TokenSet> {
  const sentAt = ports.clock.now();
  const result = await ports.server.clientCredentials(withOwnClient(resolved, clientId), secrets);
  if (result.kind === "failure") throw tokenRequestProblem(result.failure, resolved, clientId !== null, pointer);
  // RFC 6749 §4.4.3: a refresh token has no place here.
  return firstTokenSet({ ...result.response, refreshToken: null }, resolved.scopes, sentAt);
}
