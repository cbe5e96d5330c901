import type { AccountStatus } from "../domain/account/account.ts";
import type { SealedCredential } from "./account-store.ts";

/** As much of an account as tells whether what it holds can be handed out as it is. */
export interface TokenGlance {
  readonly tenantId: string;
  readonly integrationName: string;
  readonly status: AccountStatus;
  readonly isHeld: boolean;
  readonly expiresAt: Date | null;
  readonly issuedAt: Date | null;
  readonly hasRefreshToken: boolean;
  /** It will be refreshed: an alarm is set, or a refresh is under way that sets one. */
  readonly hasAlarm: boolean;
  readonly hasOverrides: boolean;
  readonly scopesRequested: readonly string[];
  readonly scopesGranted: readonly string[];
  readonly credential: SealedCredential | null;
  /** Another text as soon as the definition, or what its environment lays over it, is another one. */
  readonly definitionStamp: string;
}

export interface TokenGlances {
  /** Many at a time cost little more than one. Null: there is no such account in this environment. */
  glance(environmentId: string, accountId: string): Promise<TokenGlance | null>;
}
