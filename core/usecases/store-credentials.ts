import type { Account, ExternalAccount } from "../domain/account/account.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { explainReauthorized } from "../domain/refresh/explain-attempt.ts";
import type { RefreshPolicy } from "../domain/refresh/refresh-policy.ts";
import { scheduleRefresh } from "../domain/refresh/schedule-refresh.ts";
import type { DataKey } from "../domain/sealing/envelope.ts";
import { encodeTokenSet, type TokenSet } from "../domain/token/token-set.ts";
import type { AccountChange, RecordedAttempt } from "../ports/account-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { SecretDigests } from "../ports/secret-digests.ts";
import { happeningOf, tokenSetLocation } from "./attempt-changes.ts";
import { plainChange } from "./plain-change.ts";
import type { Vault } from "./vault.ts";

interface Ports {
  readonly vault: Vault;
  readonly digests: SecretDigests;
  readonly clock: Clock;
  readonly random: Randomness;
}

export interface NewCredentials {
  readonly tokenSet: TokenSet;
  /** Null: leave what is there. */
  readonly externalAccount: ExternalAccount | null;
  readonly scopesRequested: readonly string[];
  readonly policy: RefreshPolicy;
  /** Whose breaker the account stands behind. */
  readonly circuitKey: string;
  /** How much earlier than usual the first alarm may ring because the client's budget is small, seconds (R21). */
  readonly spreadSeconds: number;
  readonly dataKey: DataKey;
  readonly actor: string;
  readonly reason: "connected" | "reauthorized" | "imported" | "client_replaced";
  readonly completes: AccountChange["completes"];
  /** The token request that brought them; null: there was none. */
  readonly asked: { readonly at: Date; readonly httpStatus: number } | null;
}

/**
 * The change that gives an account a whole new token set: connect, re-authorize, import, a new client of its own. It raises the fence, so that a refresh
 * that is in flight with the old grant can't write over the new one (invariant 3).
 */
export function newCredentialsChange(ports: Ports, account: Account, credentials: NewCredentials): AccountChange {
  const { tokenSet, actor } = credentials;
  const now = ports.clock.now();
  const version = account.credentialVersion + 1;
  const plaintext = encodeTokenSet(tokenSet);
  const { kid, sealed } = ports.vault.seal(credentials.dataKey, tokenSetLocation(account, version), plaintext);
  plaintext.fill(0);
  const hasRefreshToken = tokenSet.refreshToken !== null;
  const refreshDueAt = scheduleRefresh(
    { expiresAt: tokenSet.expiresAt, issuedAt: tokenSet.issuedAt, hasRefreshToken },
    credentials.policy,
    now,
    ports.random.fraction(),
    credentials.spreadSeconds,
  );
  return {
    ...plainChange(account, {}),
    raiseFence: true,
    releaseLease: true,
    set: {
      hold: null,
      ...(credentials.externalAccount === null ? {} : { externalAccount: credentials.externalAccount }),
      scopesRequested: credentials.scopesRequested,
      scopesGranted: tokenSet.scopes,
      scopesRefused: [],
      expiresAt: tokenSet.expiresAt,
      issuedAt: tokenSet.issuedAt,
      hasRefreshToken,
      refreshDueAt,
      cooldownUntil: null,
      consecutiveFailures: 0,
      doubts: 0,
      doubtedAt: null,
      learnedLifetimeSeconds: null,
      refreshTokenRotatedAt: hasRefreshToken ? now : null,
      lastError: null,
      circuitKey: credentials.circuitKey,
      credentialVersion: version,
      refreshDelayedAt: null,
    },
    happening: happeningOf(ports.random, "credentials_obtained", now, actor),
    credential: {
      kind: "replace",
      version,
      kid,
      sealed,
      fingerprint:
        tokenSet.refreshToken === null ? null : ports.digests.digest("refresh_token", tokenSet.refreshToken.reveal()),
    },
    recorded: recordOf(ports, credentials, refreshDueAt),
    completes: credentials.completes,
    audit: [
      {
        environmentId: account.environmentId,
        actor,
        action: "credential.sealed",
        target: account.id,
        accountId: account.id,
        keyId: kid,
        detail: { field: "token_set", version, reason: credentials.reason },
      },
    ],
  };
}

/** A customer who comes back is an attempt like any other (R24); the first time, and an import, are no attempt to keep anything. */
function recordOf(
  ports: Pick<Ports, "clock" | "random">,
  { reason, asked, tokenSet }: NewCredentials,
  refreshDueAt: Date | null,
): RecordedAttempt | null {
  if (reason !== "reauthorized" || asked === null) return null;
  return {
    id: makeId("att", ports.random.bytes(idRandomBytes)),
    startedAt: asked.at,
    reason,
    outcome: "refreshed",
    httpStatus: asked.httpStatus,
    error: null,
    rule: null,
    nextAttemptAt: refreshDueAt,
    explanation: explainReauthorized({ expiresAt: tokenSet.expiresAt, nextAttemptAt: refreshDueAt }),
    waiters: 0,
  };
}
