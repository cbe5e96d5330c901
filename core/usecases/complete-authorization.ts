import type { Account } from "../domain/account/account.ts";
import { classifyAuthorizationError, type ConnectFailure } from "../domain/connect/connect-failure.ts";
import { needsApproval } from "../domain/connect/needs-approval.ts";
import { missingFields, validFields } from "../domain/integration/grant-fields.ts";
import { oauthConfigOf, type IntegrationDocument } from "../domain/integration/integration-document.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import {
  classifyTokenFailure,
  defaultFailureRules,
  describeFailure,
} from "../domain/refresh/classify-token-failure.ts";
import { neededSpreadSeconds } from "../domain/refresh/schedule-refresh.ts";
import type { RequestFailure } from "../ports/authorization-server.ts";
import type { AuthorizationSession, ConnectSession, ConnectStore } from "../ports/connect-store.ts";
import { captureFields } from "./capture-fields.ts";
import { codeCircuitOf, withOwnClient } from "./circuit-of.ts";
import { holdAnswer } from "./hold-answer.ts";
import { inspectGrant, missingFailure } from "./inspect-grant.ts";
import { holdGrant, type AskedSession } from "./hold-grant.ts";
import { forgetKeys, keepGrant, refuseGrant, type InspectedGrant } from "./keep-grant.ts";
import { concreteIntegration, loadIntegration, openSecretsOf } from "./load-integration.ts";
import { takeSecondStep } from "./take-second-step.ts";
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
  /** All of them, by their names, for integrations that have their own. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The secret in the visitor's cookie; null when it sent none. */
  readonly browserSecret: string | null;
}

export type CallbackOutcome =
  /** State unknown, used, expired, of another browser or of another redirect URI. No token request was made. */
  | { readonly kind: "rejected" }
  | { readonly kind: "connected"; readonly session: ConnectSession; readonly account: Account }
  /** The link has session binding (R93): the code waits, sealed, for the word of the product's backend. */
  | { readonly kind: "unconfirmed"; readonly session: ConnectSession }
  /** The grant is there, and waits, sealed, until the person has said that it is the right account (R93). */
  | { readonly kind: "unapproved"; readonly session: AskedSession }
  | { readonly kind: "failed"; readonly session: ConnectSession; readonly failure: ConnectFailure };

const actor = "connect";

/**
 * The way back from the provider: state is taken once, the code exchanged, the token set sealed. The account is active then where it
 * was told who it must be; otherwise the person is asked first (approveConnection). With session binding it ends before the code is
 * exchanged; confirmSession goes on from there.
 */
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
    const refusal = await refuseAnswer(ports, session, input);
    if (refusal !== null) return await fail(ports, session, refusal);
    if (session.needsConfirmation) {
      const { code, parameters = {} } = input;
      const { state: _, ...others } = parameters;
      const held = await holdAnswer(ports, session, { kind: "code", code, parameters: others });
      if (held === null) return await fail(ports, session, { code: "expired", detail: null });
      return { kind: "unconfirmed", session: held };
    }
    const result = await exchangeAnswer(ports, session, taken.verifier, input, { keep: keepOrAsk });
    if ("code" in result) return await fail(ports, session, result);
    if ("asked" in result) return { kind: "unapproved", session: result };
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

/** What brings no code to exchange, told before anything else is done with it. */
async function refuseAnswer(
  ports: CompletePorts,
  session: ConnectSession,
  input: CallbackInput,
): Promise<ConnectFailure | null> {
  const refusal = await refuseByIssuer(ports, session, input.iss);
  if (refusal !== null) return refusal;
  if (input.error !== null) return classifyAuthorizationError(input.error, input.errorDescription);
  if (!session.needsConfirmation) return null;
  // Whoever waits at the product would hear of it only once the product has confirmed.
  const found = await ports.integrations.find(session.environmentId, session.integrationName);
  return found === null || codeOf(found.document, input) !== null ? null : noCode;
}

type BroughtAnswer = Pick<CallbackInput, "code" | "parameters">;

const noCode: ConnectFailure = { code: "provider_error", detail: "The provider sent no authorization code." };

async function keepOrAsk(
  ports: CompletePorts,
  grant: InspectedGrant,
  account: Account,
): Promise<Account | AskedSession | ConnectFailure> {
  return needsApproval(account.externalAccount, grant.inspected)
    ? await holdGrant(ports, grant, account)
    : await keepGrant(ports, grant, account);
}

export interface ExchangeSteps<Kept> {
  /** keepGrant, or what asks before. */
  readonly keep: (ports: CompletePorts, grant: InspectedGrant, account: Account) => Promise<Kept>;
  /** Right before the code leaves, with all at hand that it needs. What it throws keeps the code here. */
  readonly beforeSend?: () => Promise<void>;
  /** The code did not leave after all: nobody took the connection. */
  readonly notSent?: () => Promise<void>;
}

/** A code becomes a grant; from its answer on, only what `keep` says may cost it. */
export async function exchangeAnswer<Kept>(
  ports: CompletePorts,
  session: AuthorizationSession,
  sealedVerifier: Uint8Array | null,
  input: BroughtAnswer,
  { keep, beforeSend, notSent }: ExchangeSteps<Kept>,
): Promise<Kept | ConnectFailure> {
  const account = await ports.accounts.find(session.environmentId, session.accountId);
  if (account === null || account.status === "disconnected") return { code: "expired", detail: null };
  const { configured, resolved: found } = await loadIntegration(ports.integrations, account);
  const { clientId } = account;
  const pinned = withOwnClient(found, clientId);
  // Checklist A10: a definition that changed its endpoints meanwhile must not receive this code.
  if (pinned.pinnedTokenEndpoint !== session.tokenEndpoint) return { code: "server_error", detail: null };
  const code = codeOf(configured.document, input);
  if (code === null) return noCode;
  // The callback may say where the code is to be exchanged, as far as the definition's pattern allows.
  const captured = await captureFields(ports, pinned, "callback", parametersOf(configured.document, input));
  const fields = validFields(configured.document, { ...account.fields, ...captured });
  const fromCallback = pinned.answers.fields.filter((field) => field.from === "callback").map((field) => field.name);
  const missing = missingFields(configured.document, fields).filter((name) => fromCallback.includes(name));
  const unusable = missingFailure(missing);
  if (unusable !== null) return unusable;
  const concrete = await concreteIntegration(ports.integrations, configured, { ...account, fields });
  const { activeAccounts } = concrete;
  const resolved = withOwnClient(concrete.resolved, clientId);
  const verifier = sealedVerifier === null ? null : await openVerifier(ports, session, sealedVerifier);
  const secrets = await openSecretsOf(ports, configured, account, actor);
  // Prepared before the code is spent, so that a KMS failure can't cost the grant: one to seal with, one to seal anew with.
  const prepare = () => ports.vault.prepare(session.environmentId, account.tenantId);
  const keys = [await prepare(), await prepare()];
  const circuit = codeCircuitOf(session.environmentId, resolved);
  const ownsClient = clientId !== null;
  const turn = await insistOnTurn(ports, { circuit, integration: resolved, accountId: account.id, ownsClient });
  try {
    await beforeSend?.();
    const sentAt = ports.clock.now();
    const exchange = { code, redirectUri: session.redirectUri, verifier, nonce: session.nonce };
    const asked = { ...resolved, scopes: session.scopesRequested };
    const first = await turn.ask(() => ports.server.exchangeCode(asked, secrets, exchange));
    if (first.kind === "failure") {
      forgetKeys(keys);
      if (first.failure.kind === "not_sent") await notSent?.();
      return exchangeFailure(first, resolved);
    }
    const spreadSeconds = neededSpreadSeconds(activeAccounts, resolved.refreshPolicy.budget.perMinute);
    const { document } = configured;
    const begun = { session, document, resolved, spreadSeconds, keys, sentAt, secrets };
    const result = await takeSecondStep(ports, asked, secrets, first);
    if (result.kind === "failure") {
      return await refuseGrant(ports, { ...begun, result: first }, exchangeFailure(result, resolved));
    }
    const grant = { ...begun, result };
    const inspected = await inspectGrant(ports, { document, resolved, inputs: account.inputs, had: fields, result });
    if ("code" in inspected) return await refuseGrant(ports, grant, inspected);
    return await keep(ports, { ...grant, inspected }, account);
  } finally {
    await turn.end();
  }
}

/** Some providers have a name of their own for it. */
function codeOf(document: IntegrationDocument, { code, parameters = {} }: BroughtAnswer): string | null {
  const name = oauthConfigOf(document)?.callback.code ?? "code";
  if (name === "code") return code;
  return Object.hasOwn(parameters, name) ? (parameters[name] ?? null) : null;
}

/** What the callback says besides; a code and a state are nobody's field. */
function parametersOf(document: IntegrationDocument, { parameters = {} }: BroughtAnswer): Record<string, string> {
  const secrets = ["state", "code", oauthConfigOf(document)?.callback.code];
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !secrets.includes(name)));
}

/** RFC 9207 §2.4: asked before anything of the response is believed, its error included. */
async function refuseByIssuer(
  ports: CompletePorts,
  session: ConnectSession,
  iss: string | null,
): Promise<ConnectFailure | null> {
  if (session.issuer === null || iss === session.issuer) return null;
  if (iss !== null) {
    return { code: "provider_error", detail: "The answer came from another authorization server than the one asked." };
  }
  const configured = await ports.integrations.find(session.environmentId, session.integrationName);
  const config = configured === null ? null : oauthConfigOf(configured.document);
  if (config?.auth.sendsIss !== true) return null;
  return { code: "provider_error", detail: "The answer does not say which authorization server it came from." };
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

/** What a request to the authorization server that failed means to the person who waits for it. */
export function exchangeFailure(result: RequestFailure, { refreshPolicy }: ResolvedIntegration): ConnectFailure {
  const rules = [...refreshPolicy.failureRules, ...defaultFailureRules];
  const { class: failureClass } = classifyTokenFailure(result.failure, rules);
  const detail = describeFailure(result.failure);
  if (result.failure.kind === "own_fault") return { code: "server_error", detail: null };
  if (failureClass === "client_misconfigured") return { code: "client_misconfigured", detail };
  const unreachable = result.failure.kind === "not_sent" || result.failure.kind === "answer_lost";
  return { code: unreachable ? "provider_unreachable" : "provider_error", detail };
}
