import type { Account } from "../domain/account/account.ts";
import { classifyAuthorizationError, type ConnectFailure } from "../domain/connect/connect-failure.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import {
  classifyTokenFailure,
  defaultFailureRules,
  describeFailure,
} from "../domain/refresh/classify-token-failure.ts";
import type { DataKey } from "../domain/sealing/envelope.ts";
import { firstTokenSet } from "../domain/token/token-set.ts";
import type { ClientSecrets, TokenResult } from "../ports/authorization-server.ts";
import type { ConnectSession, ConnectStore } from "../ports/connect-store.ts";
import { commitAnswer } from "./commit-answer.ts";
import { loadIntegration, openClientSecrets } from "./load-integration.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import { circuitOf } from "./circuit-of.ts";
import { introspectExpiry } from "./introspect-expiry.ts";
import { newCredentialsChange } from "./store-credentials.ts";

export interface CompletePorts extends RefreshPorts {
  readonly connect: ConnectStore;
}

/** An authorization response (RFC 6749 §4.1.2, RFC 9207), as the browser brought it. */
export interface CallbackInput {
  readonly callbackId: string;
  readonly state: string | null;
  readonly code: string | null;
  readonly error: string | null;
  readonly errorDescription: string | null;
  readonly iss: string | null;
  /** The secret in the visitor's cookie; null when it sent none. */
  readonly browserSecret: string | null;
}

export type CallbackOutcome =
  /** State unknown, used, expired, of another browser or of another redirect URI. No token request was made. */
  | { readonly kind: "rejected" }
  | { readonly kind: "connected"; readonly session: ConnectSession; readonly account: Account }
  | { readonly kind: "failed"; readonly session: ConnectSession; readonly failure: ConnectFailure };

const actor = "connect";

/** The way back from the provider: state is taken once, the code exchanged, the token set sealed, the account active. */
export async function completeAuthorization(ports: CompletePorts, input: CallbackInput): Promise<CallbackOutcome> {
  if (input.state === null || input.browserSecret === null) return { kind: "rejected" };
  const taken = await ports.connect.takeSession({
    stateDigest: ports.digests.digest("state", input.state),
    browserDigest: ports.digests.digest("browser", input.browserSecret),
    callbackId: input.callbackId,
    now: ports.clock.now(),
  });
  if (taken === null) return { kind: "rejected" };
  const { session } = taken;
  try {
    const result = await connect(ports, session, taken.verifier, input);
    if ("code" in result) return await fail(ports, session, result);
    return { kind: "connected", session, account: result };
  } catch (error) {
    ports.log.error({ session: session.id, error }, "a connection could not be completed");
    return await fail(ports, session, { code: "server_error", detail: null });
  }
}

async function fail(ports: CompletePorts, session: ConnectSession, failure: ConnectFailure): Promise<CallbackOutcome> {
  ports.log.warn({ session: session.id, failure: failure.code }, "a connection failed");
  await ports.connect.failSession(session.id, failure);
  return { kind: "failed", session, failure };
}

async function connect(
  ports: CompletePorts,
  session: ConnectSession,
  sealedVerifier: Uint8Array | null,
  input: CallbackInput,
): Promise<Account | ConnectFailure> {
  // RFC 9207 §2.4: compared before anything of the response is believed, its error included.
  if (input.iss !== null && session.issuer !== null && input.iss !== session.issuer) {
    return { code: "provider_error", detail: "The answer came from another authorization server than the one asked." };
  }
  if (input.error !== null) return classifyAuthorizationError(input.error, input.errorDescription);
  if (input.code === null) return { code: "provider_error", detail: "The provider sent no authorization code." };

  const account = await ports.accounts.find(session.environmentId, session.accountId);
  if (account === null || account.status === "disconnected") return { code: "expired", detail: null };
  const { configured, resolved } = await loadIntegration(ports.integrations, account);
  // Checklist A10: a definition that changed its endpoints meanwhile must not receive this code.
  if (resolved.tokenEndpoint !== session.tokenEndpoint) return { code: "server_error", detail: null };
  const verifier = sealedVerifier === null ? null : await openVerifier(ports, session, sealedVerifier);
  const secrets = await openClientSecrets(ports, configured, actor);
  // Prepared before the code is spent, so that a KMS failure can't cost the grant.
  const dataKey = await ports.vault.prepare(session.environmentId);
  const sentAt = ports.clock.now();
  const result = await ports.server.exchangeCode(resolved, secrets, {
    code: input.code,
    redirectUri: session.redirectUri,
    verifier,
    nonce: session.nonce,
  });
  if (result.kind === "failure") return exchangeFailure(result, resolved);
  return await store(ports, { session, result, resolved, dataKey, sentAt, secrets });
}

async function openVerifier(ports: CompletePorts, session: ConnectSession, sealed: Uint8Array): Promise<string> {
  const bytes = await ports.vault.open(
    { environmentId: session.environmentId, owner: session.id, field: "pkce_verifier", version: 1 },
    sealed,
    { actor, accountId: session.accountId, purpose: "code_exchange" },
  );
  const verifier = bytes.toString("ascii");
  bytes.fill(0);
  return verifier;
}

function exchangeFailure(
  result: TokenResult & { readonly kind: "failure" },
  { refreshPolicy }: ResolvedIntegration,
): ConnectFailure {
  const rules = [...refreshPolicy.failureRules, ...defaultFailureRules];
  const { class: failureClass } = classifyTokenFailure(result.failure, rules);
  const detail = describeFailure(result.failure);
  if (failureClass === "client_misconfigured") return { code: "client_misconfigured", detail };
  const unreachable = result.failure.kind === "not_sent" || result.failure.kind === "answer_lost";
  return { code: unreachable ? "provider_unreachable" : "provider_error", detail };
}

interface StoreContext {
  readonly session: ConnectSession;
  readonly result: TokenResult & { readonly kind: "tokens" };
  readonly resolved: ResolvedIntegration;
  readonly dataKey: DataKey;
  readonly sentAt: Date;
  readonly secrets: ClientSecrets;
}

async function store(ports: CompletePorts, context: StoreContext): Promise<Account | ConnectFailure> {
  const { session, result, resolved } = context;
  const tokenSet = firstTokenSet(result.response, session.scopesRequested, context.sentAt);
  let { dataKey } = context;
  // The fence may move under a refresh that is being written: read again, a few times.
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const account = await ports.accounts.find(session.environmentId, session.accountId);
    if (account === null || account.status === "disconnected") break;
    // R32: another external account must not take the place of the one that was connected.
    const known = account.externalAccount?.id ?? null;
    if (known !== null && result.externalAccount !== null && known !== result.externalAccount.id) {
      await endGrant(ports, context, tokenSet.refreshToken);
      return {
        code: "external_account_mismatch",
        detail: result.externalAccount.label,
      };
    }
    if (known !== null && result.externalAccount === null) {
      // The definition may have lost its issuer or scope since: it stays visible that nobody was compared.
      ports.log.warn({ account: account.id, session: session.id }, "re-authorized without an identity to compare");
    }
    const change = newCredentialsChange(ports, account, {
      tokenSet,
      externalAccount: result.externalAccount,
      scopesRequested: session.scopesRequested,
      policy: resolved.refreshPolicy,
      circuitKey: circuitOf(session.environmentId, resolved).key,
      dataKey,
      actor,
      reason: account.status === "connecting" ? "connected" : "reauthorized",
      completes: { sessionId: session.id, linkId: session.isReturn ? null : session.linkTokenId },
      attempt: null,
    });
    const stored = await commitAnswer(ports, change);
    if (stored !== null) {
      const asked = {
        account: stored,
        integration: resolved,
        secrets: context.secrets,
        accessToken: tokenSet.accessToken,
        isTold: tokenSet.expiresAt !== null,
      };
      return await introspectExpiry(ports, asked);
    }
    const link = await ports.connect.findLink(session.linkTokenId);
    if (link === null || (link.usedAt !== null && !session.isReturn)) break;
    dataKey = await ports.vault.prepare(session.environmentId);
  }
  if (!(await hasJustConnected(ports, context))) await endGrant(ports, context, tokenSet.refreshToken);
  return { code: "expired", detail: null };
}

/** Two tabs of one person: where ending one grant ends all of user and app, it would end the one just made. */
async function hasJustConnected(ports: CompletePorts, { session, result }: StoreContext): Promise<boolean> {
  const link = await ports.connect.findLink(session.linkTokenId);
  if (link === null || link.accountId === null || result.externalAccount === null) return false;
  const account = await ports.accounts.find(session.environmentId, link.accountId);
  return account?.status === "active" && account.externalAccount?.id === result.externalAccount.id;
}

/** A grant that nobody will keep is ended at the provider, where it can be told. */
async function endGrant(ports: CompletePorts, context: StoreContext, refreshToken: string | null): Promise<void> {
  if (refreshToken === null || context.resolved.revocationEndpoint === null) return;
  await ports.server.revoke(context.resolved, context.secrets, refreshToken, "refresh_token");
}
