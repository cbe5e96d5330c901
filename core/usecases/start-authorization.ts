import type { Account } from "../domain/account/account.ts";
import type { AuditRecord } from "../domain/audit/audit-record.ts";
import { authorizationSeconds, type ConnectFailure } from "../domain/connect/connect-failure.ts";
import {
  authorizationUrl,
  pushedAuthorizationUrl,
  type AuthorizationRequest,
} from "../domain/connect/authorization-url.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import type { HostPin } from "../domain/integration/host-pin.ts";
import { noOverrides } from "../domain/integration/overrides.ts";
import {
  checkInputs,
  resolveIntegration,
  type ResolvedIntegration,
} from "../domain/integration/resolve-integration.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { AuthorizationServer } from "../ports/authorization-server.ts";
import type { ConfiguredIntegration } from "../ports/integration-store.ts";
import type { Link, NewConnectSession } from "../ports/connect-store.ts";
import type { Log } from "../ports/log.ts";
import { exchangeFailure } from "./complete-authorization.ts";
import type { LinkPorts } from "./create-link.ts";
import { withOwnClient } from "./circuit-of.ts";
import { openSecretsOf } from "./load-integration.ts";
import { ofAccount } from "./of-account.ts";
import { settlePin } from "./pin-definition.ts";
import type { Vault } from "./vault.ts";

export interface StartPorts extends LinkPorts {
  readonly vault: Vault;
  readonly server: AuthorizationServer;
  readonly log: Log;
  /** The redirect URI of an environment integration, from EVERGRANT_URL alone: never from a header (checklist A7). */
  readonly redirectUri: (callbackId: string) => string;
}

export interface StartInput {
  readonly link: Link;
  readonly integrationName: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** The secret in the visitor's cookie that state is bound to. */
  readonly browserSecret: string;
  /**
   * The account that this very browser connected through this link: it may come back to grant what it left out, although the
   * link is used up. Null otherwise.
   */
  readonly connectedAccountId: string | null;
}

export type StartOutcome =
  | { readonly kind: "authorize"; readonly url: string }
  /** The authorization server did not take the request (RFC 9126 §2.3); the browser's session says why. */
  | { readonly kind: "failed"; readonly failure: ConnectFailure }
  | { readonly kind: "unusable_link"; readonly state: "used" | "expired" }
  /** The operator has not set up the OAuth client, or the account is gone. */
  | { readonly kind: "unavailable" };

export function linkState(link: Link, now: Date): "open" | "used" | "expired" {
  if (link.usedAt !== null) return "used";
  return link.expiresAt <= now ? "expired" : "open";
}

/**
 * The click that leaves for the provider: fixes scopes, state, nonce and PKCE verifier for this one trip and this one browser.
 * @throws DomainError invalid_request naming a wrong input
 */
export async function startAuthorization(ports: StartPorts, input: StartInput): Promise<StartOutcome> {
  const { link } = input;
  const state = linkState(link, ports.clock.now());
  const isBack = state === "used" && link.expiresAt > ports.clock.now() && input.connectedAccountId !== null;
  if (state !== "open" && !isBack) return { kind: "unusable_link", state };
  if (!link.integrationNames.includes(input.integrationName)) return { kind: "unavailable" };
  const found = await ports.integrations.find(link.environmentId, input.integrationName);
  if (found === null || found.document.credentials.format !== "oauth2") return { kind: "unavailable" };
  const { client } = found;
  // Without a client of the environment's, only an account that brought its own may come back.
  const existing = link.integratedAccountId ?? input.connectedAccountId;
  if (client === null || (client.layer.clientId === null && existing === null)) return { kind: "unavailable" };
  const begun = await accountFor(ports, input, found);
  if (begun === null) return { kind: "unavailable" };
  const { account, configured } = begun;
  const clientId = account.clientId ?? client.layer.clientId;
  if (clientId === null) return { kind: "unavailable" };

  const alone = resolveIntegration(configured.document, client.layer, account.inputs, account.fields);
  const resolved = withOwnClient(alone, account.clientId);
  const scopes = [...new Set([...resolved.scopes, ...link.scopes])];
  const random = (): string => Buffer.from(ports.random.bytes(32)).toString("base64url");
  const oauthState = random();
  const verifier = resolved.usesPkce ? random() : null;
  const nonce = scopes.includes("openid") ? random() : null;
  const id = makeId("cs", ports.random.bytes(idRandomBytes));
  const redirectUri = ports.redirectUri(client.callbackId);
  const sealedVerifier = verifier === null ? null : await sealVerifier(ports, link.environmentId, id, verifier);
  const session: NewConnectSession = {
    id,
    linkTokenId: link.id,
    environmentId: link.environmentId,
    accountId: account.id,
    integrationName: configured.name,
    callbackId: client.callbackId,
    stateDigest: ports.digests.digest("state", oauthState),
    browserDigest: ports.digests.digest("browser", input.browserSecret),
    nonce,
    redirectUri,
    issuer: resolved.issuer,
    tokenEndpoint: resolved.pinnedTokenEndpoint,
    scopesRequested: scopes,
    isReturn: isBack,
    needsConfirmation: link.sessionBinding,
    verifier: sealedVerifier,
    expiresAt: new Date(ports.clock.now().getTime() + authorizationSeconds * 1000),
  };
  await ports.connect.createSession(session, sealedVerifier === null ? [] : [sealRecord(session, sealedVerifier.kid)]);
  const request = {
    clientId,
    redirectUri,
    state: oauthState,
    scopes,
    verifier,
    nonce,
  };
  if (resolved.pushedAuthorizationEndpoint === null)
    return { kind: "authorize", url: authorizationUrl(resolved, request) };
  const pushed = await push(ports, begun, resolved, request);
  if (pushed.kind === "authorize") return pushed;
  ports.log.warn({ session: id, failure: pushed.failure.code }, "an authorization request was not taken");
  await ports.connect.failSession(id, pushed.failure);
  return pushed;
}

/** RFC 9126: each click pushes its own request, so no reference is used a second time. */
async function push(
  ports: StartPorts,
  { account, configured }: BegunAccount,
  resolved: ResolvedIntegration,
  request: AuthorizationRequest,
): Promise<StartOutcome & { readonly kind: "authorize" | "failed" }> {
  const secrets = await openSecretsOf(ports, configured, account, "connect");
  const answer = await ports.server.pushAuthorization(resolved, secrets, request);
  if (answer.kind === "failure") return { kind: "failed", failure: exchangeFailure(answer, resolved) };
  if (answer.expiresAt <= ports.clock.now()) {
    return {
      kind: "failed",
      failure: { code: "provider_error", detail: "The provider's request_uri has ended already." },
    };
  }
  return { kind: "authorize", url: pushedAuthorizationUrl(resolved, request.clientId, answer.requestUri) };
}

export interface BegunAccount {
  readonly account: Account;
  /** With the account's own overrides. */
  readonly configured: ConfiguredIntegration;
}

/**
 * The account that this trip is for: the one to re-authorize, the one an earlier click made, or a new one in `connecting`. Null
 * when it is gone, or its definition is not to be used.
 */
export async function accountFor(
  ports: StartPorts,
  input: Pick<StartInput, "link" | "inputs" | "connectedAccountId">,
  found: ConfiguredIntegration,
): Promise<BegunAccount | null> {
  const { link } = input;
  const existingId = link.integratedAccountId ?? input.connectedAccountId;
  const existing = existingId === null ? null : await findExisting(ports, link.environmentId, existingId, found);
  if (existingId !== null && existing === null) return null;
  const inputs = existing?.inputs ?? checkInputs(found.document, input.inputs);
  const pin = await settlePin(ports.integrations, found, inputs);
  const account =
    pin instanceof DomainError ? existing : (existing ?? (await findOrCreate(ports, link, found, inputs, pin)));
  const configured = account === null ? found : ofAccount(found, account.overrides);
  if (pin instanceof DomainError || configured.fault !== null) {
    const why = pin instanceof DomainError ? pin.detail : configured.fault;
    ports.log.error({ integration: found.name, account: account?.id ?? null, why }, "nobody can connect");
    return null;
  }
  return account === null ? null : { account, configured };
}

async function findExisting(
  ports: StartPorts,
  environmentId: string,
  id: string,
  { name }: ConfiguredIntegration,
): Promise<Account | null> {
  const account = await ports.accounts.find(environmentId, id);
  return account !== null && account.status !== "disconnected" && account.integrationName === name ? account : null;
}

async function findOrCreate(
  ports: StartPorts,
  link: Link,
  configured: ConfiguredIntegration,
  inputs: Readonly<Record<string, string>>,
  pin: HostPin,
): Promise<Account> {
  const earlier = link.accountId === null ? null : await ports.accounts.find(link.environmentId, link.accountId);
  if (
    earlier !== null &&
    earlier.status === "connecting" &&
    earlier.integrationName === configured.name &&
    areSame(earlier.inputs, inputs)
  ) {
    return earlier;
  }
  const id = makeId("ia", ports.random.bytes(idRandomBytes));
  const account = await ports.accounts.create(
    {
      id,
      environmentId: link.environmentId,
      tenantId: link.tenantId,
      integrationName: configured.name,
      userReference: link.userReference,
      scopesRequested: [],
      clientId: null,
      metadata: link.metadata,
      inputs,
      overrides: noOverrides,
      pin,
    },
    [
      {
        environmentId: link.environmentId,
        actor: "connect",
        action: "account.created",
        target: id,
        accountId: id,
        detail: { link: link.id },
      },
    ],
  );
  await ports.connect.bindAccount(link.id, account.id);
  return account;
}

/** By key: the database keeps its own order. */
function areSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && one[key] === other[key])
  );
}

function sealRecord(session: NewConnectSession, keyId: string): AuditRecord {
  return {
    environmentId: session.environmentId,
    actor: "connect",
    action: "secret.sealed",
    target: session.id,
    accountId: session.accountId,
    keyId,
    detail: { field: "pkce_verifier", version: 1 },
  };
}

async function sealVerifier(
  ports: StartPorts,
  environmentId: string,
  sessionId: string,
  verifier: string,
): Promise<{ readonly kid: string; readonly sealed: Uint8Array }> {
  const dataKey = await ports.vault.prepare(environmentId);
  const location = { environmentId, owner: sessionId, field: "pkce_verifier", version: 1 } as const;
  return ports.vault.seal(dataKey, location, Buffer.from(verifier, "ascii"));
}
