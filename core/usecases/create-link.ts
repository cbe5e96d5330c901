import type { Caller } from "../domain/access/permission.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { isTypedDocument } from "../domain/integration/credential-fields.ts";
import { DomainError, type FieldError } from "../domain/problem/domain-error.ts";
import type { AccountStore } from "../ports/account-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { ConnectStore } from "../ports/connect-store.ts";
import type { EnvironmentStore } from "../ports/environment-store.ts";
import type { ConfiguredIntegration, IntegrationStore } from "../ports/integration-store.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { SecretDigests } from "../ports/secret-digests.ts";

export interface LinkPorts {
  readonly accounts: AccountStore;
  readonly connect: ConnectStore;
  readonly environments: EnvironmentStore;
  readonly integrations: IntegrationStore;
  readonly digests: SecretDigests;
  readonly clock: Clock;
  readonly random: Randomness;
}

export interface LinkInput {
  readonly tenantId: string;
  readonly userReference: string | null;
  /** Null: every integration that is set up for the environment's customers (isSetUp). */
  readonly integrationNames: readonly string[] | null;
  readonly integratedAccountId: string | null;
  readonly returnUrl: string | null;
  readonly scopes: readonly string[];
  /** R93: nothing connects until the product's backend has named tenant and user once more. Needs userReference and returnUrl. */
  readonly sessionBinding: boolean;
  readonly expiresInSeconds: number;
  readonly locale: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the request may run again: what every run of it makes. Absent: random. */
  readonly made?: { readonly id: string; readonly secret: Uint8Array };
}

/**
 * Makes a link token: 256 random bits, kept only as an HMAC digest, with nothing in it that names tenant or account (R2).
 * @throws DomainError invalid_request naming the field; not_found or disconnected for the account to re-authorize
 */
export async function createLink(
  ports: LinkPorts,
  caller: Caller,
  input: LinkInput,
): Promise<{ readonly token: string; readonly expiresAt: Date }> {
  checkBinding(input);
  const integrationNames = await checkedIntegrations(ports, caller, input);
  await checkReturnUrl(ports, caller, input.returnUrl);
  const token = tokenOfLink(input.made?.secret ?? ports.random.bytes(32));
  const id = input.made?.id ?? makeId("lnk", ports.random.bytes(idRandomBytes));
  const expiresAt = await ports.connect.createLink(
    {
      id,
      digest: ports.digests.digest("link_token", token),
      environmentId: caller.environmentId,
      tenantId: input.tenantId,
      userReference: input.userReference,
      integrationNames,
      integratedAccountId: input.integratedAccountId,
      returnUrl: input.returnUrl,
      scopes: input.scopes,
      sessionBinding: input.sessionBinding,
      metadata: input.metadata,
      locale: input.locale,
      accountId: null,
      usedAt: null,
      expiresAt: new Date(ports.clock.now().getTime() + input.expiresInSeconds * 1000),
    },
    {
      environmentId: caller.environmentId,
      actor: caller.id,
      action: "link_token.created",
      target: id,
      ...(input.integratedAccountId === null ? {} : { accountId: input.integratedAccountId }),
      detail: { tenant_id: input.tenantId, integrations: integrationNames, session_binding: input.sessionBinding },
    },
  );
  return { token, expiresAt };
}

/** @param secret 32 bytes */
export function tokenOfLink(secret: Uint8Array): string {
  return `lt_${Buffer.from(secret).toString("base64url")}`;
}

async function checkedIntegrations(ports: LinkPorts, caller: Caller, input: LinkInput): Promise<readonly string[]> {
  if (input.integratedAccountId !== null) {
    const account = await ports.accounts.find(caller.environmentId, input.integratedAccountId);
    // An account of another tenant answers like one that does not exist (invariant 10).
    if (account === null || account.tenantId !== input.tenantId || !isAllowed(caller, account.integrationName)) {
      throw new DomainError("not_found", { detail: "There is no such account of this tenant in this environment." });
    }
    if (account.status === "disconnected") {
      throw new DomainError("disconnected", {
        detail:
          "This account was disconnected. Make a link without integrated_account_id: the customer gets a new account.",
      });
    }
    const names = input.integrationNames;
    if (names !== null && (names.length !== 1 || names[0] !== account.integrationName)) {
      throw invalid("/integration_name", `the account is one of ${account.integrationName}; leave this field out`);
    }
    const configured = await ports.integrations.find(caller.environmentId, account.integrationName);
    if (configured !== null && !hasPage(configured)) {
      throw invalid(
        "/integrated_account_id",
        "there is no page to re-authorize it at; import it anew with a client that works (POST /api/v1/integrated-accounts)",
      );
    }
    if (account.clientId !== null && configured?.client === null) {
      throw invalid(
        "/integrated_account_id",
        "the redirect URI of its own OAuth client is the environment integration's, which is not there yet; make it (PATCH /api/v1/environment-integration with no more than overrides: {})",
      );
    }
    return [account.integrationName];
  }
  const { readable, unreadable } = await ports.integrations.list(caller.environmentId);
  const visible = readable.filter((one) => isAllowed(caller, one.name));
  const allowed = visible.filter(hasPage);
  if (input.integrationNames === null) {
    const usable = allowed.filter(isSetUp);
    if (usable.length === 0) {
      throw invalid(
        "/integration_name",
        "no integration has an OAuth client yet; set one (PATCH /api/v1/environment-integration), or name an integration",
      );
    }
    return usable.map((one) => one.name);
  }
  const known = new Set(allowed.map((one) => one.name));
  const unknown = input.integrationNames.find((name) => !known.has(name));
  if (unknown !== undefined && visible.some((one) => one.name === unknown)) {
    throw invalid(
      "/integration_name",
      `${unknown} needs no customer at a page; import its accounts (POST /api/v1/integrated-accounts)`,
    );
  }
  const unread = unreadable.find((one) => one.integrationName === unknown && isAllowed(caller, one.integrationName));
  if (unread !== undefined) throw unread;
  if (unknown !== undefined)
    throw invalid("/integration_name", `there is no integration ${unknown} in this environment`);
  return [...new Set(input.integrationNames)];
}

/** A client asks for its tokens itself: there is nobody to send to an authorization server, or to ask for a key. */
function hasPage({ document }: ConfiguredIntegration): boolean {
  return document.credentials.format === "oauth2" || isTypedDocument(document);
}

/** Somebody meant it for this environment's customers: it has an OAuth client, or, where none is needed, this environment put it. */
function isSetUp({ document, client, origin }: ConfiguredIntegration): boolean {
  return isTypedDocument(document) ? origin === "environment" : client !== null && client.layer.clientId !== null;
}

function isAllowed(caller: Caller, integrationName: string): boolean {
  return caller.integrationNames === null || caller.integrationNames.includes(integrationName);
}

/** Exact match only: a prefix or host rule is how open redirects are made (checklist A15). */
async function checkReturnUrl(ports: LinkPorts, caller: Caller, returnUrl: string | null): Promise<void> {
  if (returnUrl === null) return;
  const environment = await ports.environments.findById(caller.environmentId);
  if (environment?.returnUrls.includes(returnUrl) === true) return;
  throw invalid(
    "/return_url",
    "is not on this environment's list of return URLs; add it there (PATCH /api/v1/environment), letter by letter",
  );
}

/** What is to be confirmed, and where whoever confirms it learns of the session. */
function checkBinding({ sessionBinding, userReference, returnUrl }: LinkInput): void {
  if (!sessionBinding) return;
  const why = "expected, since session_binding is true:";
  const errors: FieldError[] = [];
  if (userReference === null) {
    const detail = `${why} your own id of the user whom the link is for; your backend names it again to confirm`;
    errors.push({ pointer: "/user_reference", detail });
  }
  if (returnUrl === null) {
    const detail = `${why} the page of your product where the customer, signed in there, brings connect_session_id`;
    errors.push({ pointer: "/return_url", detail });
  }
  if (errors.length > 0)
    throw new DomainError("invalid_request", { detail: "The link can't be made as asked.", errors });
}

function invalid(pointer: string, detail: string): DomainError {
  return new DomainError("invalid_request", {
    detail: "The link can't be made as asked.",
    errors: [{ pointer, detail }],
  });
}
