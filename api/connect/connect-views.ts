import type { Account, ExternalAccount } from "#core/domain/account/account";
import { missingScopes } from "#core/domain/account/account";
import type { ConnectSession, Link } from "#core/ports/connect-store";
import type { ConfiguredIntegration } from "#core/ports/integration-store";
import {
  describedScopes,
  documentScopes,
  oauthConfigOf,
  type IntegrationDocument,
  type IntegrationInput,
} from "#core/domain/integration/integration-document";
import { confirmAddress } from "#core/domain/connect/confirm-address";
import { coveredOptions } from "#core/domain/integration/host-pin";
import { nextTryAt, triesCountSince } from "#core/domain/connect/form-tries";
import { credentialFieldsOf, isTypedDocument } from "#core/domain/integration/credential-fields";
import { findReadable } from "#core/usecases/find-readable";
import { ofAccount } from "#core/usecases/of-account";
import { linkState } from "#core/usecases/start-authorization";
import type { Container } from "#adapters/container";
import type { ConnectLinkView, ConnectOutcomeView } from "../schemas/connect.ts";
import { productOf } from "./product-of.ts";

type ConnectReads = Pick<Container, "accounts" | "connect" | "integrations" | "clock"> & {
  readonly environments: Pick<Container["environments"], "findById">;
};

function scopesOf(document: IntegrationDocument): string[] {
  const config = oauthConfigOf(document);
  return config === null ? [] : documentScopes(config);
}

/**
 * What the page of a link shows. Reads only: previews and scanners consume nothing (R94).
 *
 * @param browserDigest whose form comes again with what was typed; null: this browser has sent none
 */
export async function readConnectLink(
  ports: ConnectReads,
  link: Link | null,
  browserDigest: Uint8Array | null,
): Promise<ConnectLinkView> {
  if (link === null) {
    return {
      state: "unknown",
      product: productOf(null),
      environment: null,
      reauthorizes: null,
      integrations: [],
      attempt: null,
      forms_blocked_until: null,
      expires_at: null,
    };
  }
  const environment = await ports.environments.findById(link.environmentId);
  const account =
    link.integratedAccountId === null ? null : await ports.accounts.find(link.environmentId, link.integratedAccountId);
  const configured = await Promise.all(
    link.integrationNames.map((name) => findReadable(ports.integrations, link.environmentId, name)),
  );
  const state = linkState(link, ports.clock.now());
  const hasForm = state === "open" && configured.some((one) => one !== null && isTypedDocument(one.document));
  return {
    state,
    product: productOf(environment),
    environment: environment?.name ?? null,
    ...(hasForm ? await readTries(ports, link, browserDigest) : { attempt: null, forms_blocked_until: null }),
    reauthorizes: account === null ? null : { external_account: account.externalAccount?.label ?? null },
    integrations: configured.flatMap((one) => {
      if (one === null) return [];
      const own = account?.integrationName === one.name ? account : null;
      const { document } = own === null ? one : ofAccount(one, own.overrides);
      const form = formOf(document);
      const scopes = form === null ? [...new Set([...scopesOf(document), ...link.scopes])] : [];
      return {
        name: one.name,
        label: document.label ?? document.name,
        scopes,
        scope_descriptions: describedScopes(document, scopes),
        form,
        // A re-authorization keeps the inputs of its account.
        inputs: (link.integratedAccountId === null ? document.inputs : []).map((input) => toInput(one, input)),
        unavailable: form === null && !hasClient(one, own) ? "no_client" : null,
      };
    }),
    expires_at: link.expiresAt.toISOString(),
  };
}

/** A choice that a release added, and that nobody has approved, could only fail. */
function toInput({ pin, document }: ConfiguredIntegration, input: IntegrationInput) {
  const options = coveredOptions(pin, document, input);
  const isOffered = options === null || options.some(({ value }) => value === input.default);
  return {
    name: input.name,
    label: input.label,
    help: input.help ?? null,
    example: input.example ?? null,
    pattern: input.pattern ?? null,
    options: options === null ? null : [...options],
    default: isOffered ? (input.default ?? null) : null,
    required: input.required,
  };
}

/** The redirect URI is the environment integration's, whosever client it is. */
function hasClient({ client }: ConfiguredIntegration, own: Account | null): boolean {
  return client !== null && (own?.clientId ?? client.layer.clientId) !== null;
}

function formOf(document: IntegrationDocument): ConnectLinkView["integrations"][number]["form"] {
  if (!isTypedDocument(document)) return null;
  return {
    format: document.credentials.format,
    fields: credentialFieldsOf(document).map((field) => ({
      name: field.name,
      label: field.label,
      help: field.help ?? null,
      example: field.example ?? null,
      pattern: field.pattern ?? null,
      secret: field.secret,
    })),
  };
}

async function readTries(
  ports: ConnectReads,
  link: Link,
  browserDigest: Uint8Array | null,
): Promise<Pick<ConnectLinkView, "attempt" | "forms_blocked_until">> {
  const now = ports.clock.now();
  const since = triesCountSince(now);
  const [made, latest] = await Promise.all([
    ports.connect.listTries(link.id, since),
    browserDigest === null ? null : ports.connect.findTry(link.id, browserDigest, since),
  ]);
  const failure = latest?.failure ?? null;
  return {
    attempt:
      latest === null || failure === null
        ? null
        : {
            integration_name: latest.integrationName,
            typed: latest.typed,
            ...failure,
            fields: failure.fields.map((one) => ({ fault: null, ...one })),
          },
    forms_blocked_until: nextTryAt(made, now)?.toISOString() ?? null,
  };
}

/** What came of this browser's latest trip. */
export async function readConnectOutcome(
  ports: ConnectReads,
  latest: ConnectSession | null,
): Promise<Omit<ConnectOutcomeView, "opener">> {
  const session = latest === null ? null : inTime(latest, ports.clock.now());
  if (session === null) {
    return {
      status: "unknown",
      connect_session_id: null,
      product: productOf(null),
      integration: null,
      reauthorized: false,
      external_account: null,
      scopes_missing: [],
      scope_descriptions: {},
      failure: null,
      return_url: null,
    };
  }
  const [environment, link, account, configured] = await Promise.all([
    ports.environments.findById(session.environmentId),
    ports.connect.findLink(session.linkTokenId),
    ports.accounts.find(session.environmentId, session.accountId),
    findReadable(ports.integrations, session.environmentId, session.integrationName),
  ]);
  const { asked } = session;
  const shown = session.status === "connected" ? account : asked;
  const { scopesRequested } = session;
  const missing = asked !== null ? missingScopes({ ...asked, scopesRequested }) : missingOf(session, account);
  return {
    status: statusOf(session),
    connect_session_id: asked === null ? null : session.id,
    product: productOf(environment),
    integration: { name: session.integrationName, label: configured?.document.label ?? session.integrationName },
    reauthorized: link?.integratedAccountId != null,
    external_account: labelOf(shown?.externalAccount ?? null),
    scopes_missing: missing,
    scope_descriptions: configured === null ? {} : describedScopes(configured.document, missing),
    failure: session.failure,
    return_url: returnUrlOf(session, link),
  };
}

/** An exchange that waits for a confirmation or came of one is the product's to tell about. */
function statusOf({ status, needsConfirmation }: ConnectSession): ConnectOutcomeView["status"] {
  switch (status) {
    case "unconfirmed":
      return "confirming";
    case "unapproved":
      return "approving";
    case "exchanging":
      return needsConfirmation ? "confirming" : "authorizing";
    case "authorizing":
    case "connected":
    case "failed":
      return status;
  }
}

function returnUrlOf(session: ConnectSession, link: Link | null): string | null {
  const returnUrl = link?.returnUrl ?? null;
  return returnUrl !== null && session.status === "unconfirmed" ? confirmAddress(returnUrl, session.id) : returnUrl;
}

function missingOf({ status }: ConnectSession, account: Account | null): string[] {
  return status === "connected" && account !== null ? missingScopes(account) : [];
}

/** What nobody answered in time is over, though housekeeping has not been there yet. */
function inTime(session: ConnectSession, now: Date): ConnectSession {
  if (session.status !== "unapproved" || session.expiresAt > now) return session;
  return { ...session, status: "failed", asked: null, failure: { code: "expired", detail: null } };
}

function labelOf(externalAccount: ExternalAccount | null): string | null {
  return externalAccount?.label ?? externalAccount?.id ?? null;
}
