import { scrubFailure } from "../domain/refresh/scrub-failure.ts";
import { ownSecrets } from "../domain/token/own-secrets.ts";
import { revealOrNull } from "../domain/secret/secret.ts";
import type { TokenSet } from "../domain/token/token-set.ts";
import type { ClientSecrets, RequestFailure, TokenResult } from "../ports/authorization-server.ts";

/** What an account holds and its client may prove itself with: none of it belongs into a word about the account. */
export function secretsHeld(set: TokenSet, { newestFirst }: ClientSecrets): (string | null)[] {
  const { accessToken, refreshToken, dpopKey } = set;
  const secrets = [...ownSecrets(set), ...newestFirst].map((one) => one.secret.reveal());
  return [accessToken.reveal(), revealOrNull(refreshToken), dpopKey?.["d"] ?? null, ...secrets];
}

/** The adapter knows what it sent; a provider may repeat what it knows from before as well (invariant 7, checklist D12). */
export function scrubResult(result: TokenResult, secrets: readonly (string | null)[]): TokenResult {
  const scrub = (one: RequestFailure): RequestFailure => ({ ...one, failure: scrubFailure(one.failure, secrets) });
  if (result.kind === "failure") return scrub(result);
  return result.unfinished === undefined ? result : { ...result, unfinished: scrub(result.unfinished) };
}
