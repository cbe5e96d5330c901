import type { Account } from "../domain/account/account.ts";
import { classifyAuthorizationError, type ConnectFailure } from "../domain/connect/connect-failure.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import {
  classifyTokenFailure,
  defaultFailureRules,
  describeFailure,
} from "../domain/refresh/classify-token-failure.ts";
import { neededSpreadSeconds } from "../domain/refresh/schedule-refresh.ts";
import type { TokenResult } from "../ports/authorization-server.ts";
import type { ConnectSession, ConnectStore } from "../ports/connect-store.ts";
import { codeCircuitOf } from "./circuit-of.ts";
import { forgetKeys, keepGrant } from "./keep-grant.ts";
import { loadIntegration, openClientSecrets } from "./load-integration.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import { insistOnTurn } from "./take-turn.ts";

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
  const { configured, resolved, activeAccounts } = await loadIntegration(ports.integrations, account);
  // Checklist A10: a definition that changed its endpoints meanwhile must not receive this code.
  if (resolved.tokenEndpoint !== session.tokenEndpoint) return { code: "server_error", detail: null };
  const verifier = sealedVerifier === null ? null : await openVerifier(ports, session, sealedVerifier);
  const secrets = await openClientSecrets(ports, configured, actor);
  // Prepared before the code is spent, so that a KMS failure can't cost the grant: one to seal with, one to seal anew with.
  const keys = [await ports.vault.prepare(session.environmentId), await ports.vault.prepare(session.environmentId)];
  const { code } = input;
  const circuit = codeCircuitOf(session.environmentId, resolved);
  const turn = await insistOnTurn(ports, { circuit, integration: resolved, accountId: account.id, ownsClient: false });
  try {
    const sentAt = ports.clock.now();
    const exchange = { code, redirectUri: session.redirectUri, verifier, nonce: session.nonce };
    const result = await turn.ask(() => ports.server.exchangeCode(resolved, secrets, exchange));
    if (result.kind === "tokens") {
      const spreadSeconds = neededSpreadSeconds(activeAccounts, resolved.refreshPolicy.budget.perMinute);
      const grant = { session, result, resolved, spreadSeconds, keys, sentAt, secrets };
      return await keepGrant(ports, grant, account);
    }
    forgetKeys(keys);
    return exchangeFailure(result, resolved);
  } finally {
    await turn.end();
  }
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
