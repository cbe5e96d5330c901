import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { firstTokenSet, type TokenSet } from "../domain/token/token-set.ts";
import type { ClientSecrets, TokenResult } from "../ports/authorization-server.ts";
import { circuitOf, withOwnClient } from "./circuit-of.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import { takeSecondStep } from "./take-second-step.ts";
import { refusedTurnProblem, takeTurn } from "./take-turn.ts";
import { tokenRequestProblem } from "./token-request-problem.ts";

/** Who asks for itself, and for whom. */
export interface AskingClient {
  readonly environmentId: string;
  /** Null: for an account that is only about to be. */
  readonly accountId: string | null;
  /** The account's own client; null: its environment's. */
  readonly clientId: string | null;
  readonly secrets: ClientSecrets;
}

export interface ClientTokens {
  readonly tokenSet: TokenSet;
  /** What the provider answered. */
  readonly result: TokenResult & { readonly kind: "tokens" };
}

/**
 * The first token of a client that asks for itself (RFC 6749 §4.4): it shows that the client works before anything is stored. It
 * waits for its turn in the client's budget like a caller who needs a token.
 *
 * @param pointer to the client in what the caller sent
 * @throws DomainError what the request came to
 */
export async function askForClientTokens(
  ports: Pick<RefreshPorts, "server" | "clock" | "circuits" | "random" | "log">,
  resolved: ResolvedIntegration,
  { environmentId, accountId, clientId, secrets }: AskingClient,
  pointer?: string,
): Promise<ClientTokens> {
  if (clientId !== null) refuseOwnClient(resolved, pointer ?? "/credentials/oauth2_client_credentials/client_id");
  const integration = withOwnClient(resolved, clientId);
  const circuit = circuitOf(environmentId, integration);
  const turn = await takeTurn(ports, { circuit, integration, accountId, ownsClient: clientId !== null });
  const sentAt = ports.clock.now();
  if (turn.kind === "refused") throw refusedTurnProblem(turn, resolved.refreshPolicy.budget, sentAt);
  try {
    const first = await turn.ask(() => ports.server.clientCredentials(integration, secrets));
    const result = first.kind === "failure" ? first : await takeSecondStep(ports, integration, secrets, first);
    if (result.kind === "failure") throw tokenRequestProblem(result.failure, resolved, clientId !== null, pointer);
    // RFC 6749 §4.4.3: a refresh token has no place here.
    const tokenSet = firstTokenSet({ ...result.response, refreshToken: null }, resolved.scopes, sentAt);
    return { tokenSet, result };
  } finally {
    await turn.end();
  }
}

/** A key pair or certificate belongs to an environment integration; an account's own client has none. */
function refuseOwnClient({ name, clientAuthentication: method }: ResolvedIntegration, pointer: string): void {
  if (method !== "private_key_jwt" && method !== "mtls") return;
  throw new DomainError("invalid_request", {
    detail: "These credentials can't be used with this integration.",
    errors: [
      {
        pointer,
        detail: `${name} asks with its environment's client, which has a key or certificate of its own; leave the client out`,
      },
    ],
  });
}
