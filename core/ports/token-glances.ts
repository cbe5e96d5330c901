import type { PlainState } from "../domain/refresh/is-plainly-fresh.ts";
import type { SealedCredential } from "./account-store.ts";

/** As much of an account as tells whether what it holds can be handed out as it is. */
export interface TokenGlance extends PlainState {
  readonly tenantId: string;
  readonly integrationName: string;
  readonly hasOverrides: boolean;
  readonly scopesRequested: readonly string[];
  readonly scopesGranted: readonly string[];
  readonly scopesRefused: readonly string[];
  readonly credential: SealedCredential | null;
  /** Another text as soon as the definition, or what its environment lays over it, is another one. */
  readonly definitionStamp: string;
}

export interface TokenGlances {
  /** Many at a time cost little more than one. Null: there is no such account in this environment. */
  glance(environmentId: string, accountId: string): Promise<TokenGlance | null>;
}
