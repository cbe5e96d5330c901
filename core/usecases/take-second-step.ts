import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import type { TokenSet } from "../domain/token/token-set.ts";
import type { ClientSecrets, RequestFailure, TokenResult } from "../ports/authorization-server.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import { scrubResult } from "./scrub-result.ts";

type Tokens = TokenResult & { readonly kind: "tokens" };

/** Less than this is no time to ask anybody, seconds. */
const leastSeconds = 1;

/**
 * The second step that an integration may declare: the token just obtained is exchanged for the one that is kept. What the second
 * answer lacks stays as the first one has it, but for what a lifetime or type would be wrong about.
 */
export async function takeSecondStep(
  ports: Pick<RefreshPorts, "server">,
  integration: ResolvedIntegration,
  secrets: ClientSecrets,
  first: Tokens,
  leftSeconds = integration.refreshPolicy.timeoutSeconds,
): Promise<TokenResult> {
  if (integration.secondStep === null) return first;
  if (leftSeconds < leastSeconds) return noTimeLeft;
  const second = await ports.server.exchangeToken(integration, secrets, first.response.accessToken, leftSeconds);
  if (second.kind === "failure") return scrubResult(second, [first.response.accessToken, first.response.refreshToken]);
  const { refreshToken } = second.response;
  return {
    ...second,
    externalAccount: first.externalAccount,
    // Fields and identity may be read from either.
    answer: { ...first.answer, ...second.answer },
    response: {
      ...second.response,
      refreshToken: refreshToken === null || refreshToken === "" ? first.response.refreshToken : refreshToken,
      scopes: second.response.scopes ?? first.response.scopes,
      ...(first.response.dpopKey === undefined ? {} : { dpopKey: first.response.dpopKey }),
    },
  };
}

/**
 * The same after a refresh, where the integration says that it follows each one. When it fails the refresh token of the first step
 * may be the only one that is still good: it is kept, with the access token from before.
 *
 * @param kept the tokens from before, and when their access token ends
 */
export async function renewWithSecondStep(
  ports: Pick<RefreshPorts, "server">,
  integration: ResolvedIntegration,
  secrets: ClientSecrets,
  first: Tokens,
  kept: { readonly previous: TokenSet; readonly endsAt: Date | null; readonly leftSeconds: number },
): Promise<TokenResult> {
  if (integration.secondStep?.when !== "always") return first;
  const result = await takeSecondStep(ports, integration, secrets, first, kept.leftSeconds);
  const isRefresh = integration.refreshPolicy.grant === "refresh_token";
  if (result.kind === "tokens" || !isRefresh) return result;
  const { accessToken, tokenType } = kept.previous;
  return {
    ...first,
    response: { ...first.response, accessToken: accessToken.reveal(), tokenType, expiresAt: kept.endsAt, scopes: null },
    unfinished: result,
  };
}

const noTimeLeft: RequestFailure = {
  kind: "failure",
  failure: { kind: "not_sent", detail: "the first step left no time for the second" },
  httpStatus: null,
};
