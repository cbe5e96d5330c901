import type { ExternalAccount } from "../domain/account/account.ts";
import type { ConnectFailure } from "../domain/connect/connect-failure.ts";
import { apiRequest, isSendable } from "../domain/integration/api-request.ts";
import type { Identity } from "../domain/integration/calls-schema.ts";
import { missingFields, validFields, type GrantFields } from "../domain/integration/grant-fields.ts";
import { oauthConfigOf, type IntegrationDocument } from "../domain/integration/integration-document.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import type { TokenResult } from "../ports/authorization-server.ts";
import { ExpressionFailed } from "../ports/expressions.ts";
import { captureFields } from "./capture-fields.ts";
import { evaluateAuthorization } from "./evaluate-authorization.ts";
import { readIdentity } from "./read-identity.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

type InspectPorts = Pick<RefreshPorts, "expressions" | "provider" | "log">;

export interface UninspectedGrant {
  readonly document: IntegrationDocument;
  readonly resolved: ResolvedIntegration;
  readonly inputs: Readonly<Record<string, string>>;
  /** What the callback brought, and what the account had before. */
  readonly had: GrantFields;
  readonly result: TokenResult & { readonly kind: "tokens" };
}

/** A new grant, as far as it says what it is a grant of. */
export interface Inspected {
  readonly fields: GrantFields;
  readonly externalAccount: ExternalAccount | null;
  /** The definition says how to find out who was connected, and it could not be found out. */
  readonly isUnidentified: boolean;
}

/** Somebody waits for it at a page, with a grant in memory. */
const deadlineSeconds = 10;

/**
 * Finds out what a new grant is a grant of, while it exists in memory alone. Total: whatever fails here must not cost the grant
 * by accident.
 *
 * @returns why the grant is of no use, where a field that the integration can't do without is missing
 */
export async function inspectGrant(ports: InspectPorts, grant: UninspectedGrant): Promise<Inspected | ConnectFailure> {
  const { document, resolved, result } = grant;
  const fromToken = await captureFields(ports, resolved, "token", result.answer);
  const known = validFields(document, { ...grant.had, ...fromToken });
  const identity = oauthConfigOf(document)?.identity;
  const told = identity === undefined ? null : await askWho(ports, grant, identity, known);
  const fromIdentity = told === null ? {} : await captureFields(ports, resolved, "identity", told.body);
  const fields = validFields(document, { ...known, ...fromIdentity });
  const unusable = missingFailure(missingFields(document, fields));
  if (unusable !== null) return unusable;
  if (identity === undefined) return { fields, externalAccount: result.externalAccount, isUnidentified: false };
  const externalAccount = told === null ? null : await readWho(ports, grant, identity, told.body);
  return { fields, externalAccount, isUnidentified: externalAccount === null };
}

/** What the customer's operator is told. */
export function missingFailure(missing: readonly string[]): ConnectFailure | null {
  if (missing.length === 0) return null;
  const detail = `The provider did not send what this connection needs, or not in the form expected: ${missing.join(", ")}.`;
  return { code: "provider_error", detail };
}

/** What says who was connected: the token answer, or the answer of the call that the definition declares. */
async function askWho(
  ports: InspectPorts,
  { document, inputs, result }: UninspectedGrant,
  identity: Identity,
  fields: GrantFields,
): Promise<{ readonly body: unknown } | null> {
  const { path } = identity;
  if (path === undefined) return { body: result.answer };
  const values = { credentials: { access_token: result.response.accessToken }, inputs, fields };
  try {
    const authorization = await evaluateAuthorization(ports.expressions, document.authorization, values);
    if (authorization === null) return unknown(ports, document, "the authorization yields no {headers, query}");
    const request = apiRequest(document, { ...identity, path }, values, authorization);
    if (request === null || !isSendable(request)) return unknown(ports, document, "there is nothing to call");
    const answer = await ports.provider.call(request, deadlineSeconds);
    if (answer.kind === "failed") return unknown(ports, document, answer.cause);
    if (answer.status < 200 || answer.status > 299) return unknown(ports, document, `HTTP ${answer.status}`);
    return { body: answer.body };
  } catch (error) {
    return unknown(ports, document, reasonOf(error));
  }
}

async function readWho(
  ports: InspectPorts,
  { document }: UninspectedGrant,
  identity: Identity,
  body: unknown,
): Promise<ExternalAccount | null> {
  try {
    return (await readIdentity(ports.expressions, identity, body)) ?? unknown(ports, document, "the id is no text");
  } catch (error) {
    return unknown(ports, document, reasonOf(error));
  }
}

/** Nothing of what a provider sent: not even the words of an error that it might stand in. */
function reasonOf(error: unknown): string {
  return error instanceof ExpressionFailed ? error.message : "unexpected";
}

function unknown({ log }: InspectPorts, { name }: IntegrationDocument, reason: string): null {
  log.warn({ integration: name, reason }, "who was connected could not be found out");
  return null;
}
