import { oauthConfigOf, type IntegrationDocument } from "../domain/integration/integration-document.ts";
import { baseAddressOf, fillHeaders, isSendable } from "../domain/integration/api-request.ts";
import type { CallAuthorization, CallValues } from "../domain/integration/authorize-call.ts";
import { decodeClientCertificate, type ClientCertificate } from "../domain/integration/client-certificate.ts";
import { isTypedDocument } from "../domain/integration/credential-fields.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { headersForProvider, withHeaders, type HeaderFields } from "../domain/proxy/forwarded-headers.ts";
import { withDefaults, type SentCredentials } from "../domain/proxy/next-target.ts";
import { joinProxyTarget, parameterName, type ProxyTarget } from "../domain/proxy/proxy-target.ts";
import { ExpressionFailed } from "../ports/expressions.ts";
import type { ConfiguredIntegration } from "../ports/integration-store.ts";
import { paginationOf } from "./collect-pages.ts";
import { evaluateAuthorization } from "./evaluate-authorization.ts";
import { findDefinition, openSecretsOf, usableDefinition } from "./load-integration.ts";
import { wrongCredential } from "./open-credential.ts";
import type { ProxyPorts } from "./proxy-ports.ts";
import type { TokenRead, TypedRead } from "./read-token.ts";

/** A caller's request with the account's credentials on it. */
export interface PreparedCall {
  readonly document: IntegrationDocument;
  readonly method: string;
  readonly origin: string;
  readonly path: string;
  readonly headers: HeaderFields;
  readonly clientCertificate: ClientCertificate | null;
  readonly credentials: SentCredentials;
}

export interface CallToPrepare {
  readonly target: Pick<ProxyTarget, "path" | "query">;
  readonly method: string;
  /** As the caller sent them. */
  readonly headers: HeaderFields;
  readonly actor: string;
}

/**
 * Puts a call on its integration's base address, with the account's credentials where the definition says. What the definition
 * declares for every call gives way to the caller's own headers; credentials give way to nothing.
 *
 * @param isPaged it asks for a page of a list, with what the definition sends with each
 * @throws DomainError client_misconfigured where the definition leads nowhere, or credentials can't be sent as it says
 */
export async function prepareCall(
  ports: ProxyPorts,
  read: TokenRead | TypedRead,
  call: CallToPrepare,
  isPaged = false,
): Promise<PreparedCall> {
  const { account } = read;
  const configured =
    read.configured === null
      ? await findDefinition(ports.integrations, account)
      : usableDefinition(read.configured, account);
  const { document } = configured;
  if (isTypedDocument(document) !== (read.kind === "typed")) {
    throw wrongCredential(account, read.kind === "typed" ? "typed credentials" : "tokens");
  }
  const credentials = read.kind === "typed" ? read.fields : { access_token: read.accessToken.reveal() };
  const values: CallValues = { credentials, inputs: account.inputs, fields: account.fields };
  const base = document.api?.baseUrl === undefined ? null : baseAddressOf(document.api.baseUrl, values);
  if (base === null) {
    throw misconfigured(
      account.id,
      `The definition of ${account.integrationName} names no api.baseUrl, or something in it is not known of this account.`,
    );
  }
  const authorization = await authorize(ports, read, document, values);
  const asked = isPaged ? withDefaults(call.target.query, paginationOf({ document }).params) : call.target.query;
  const query = withParameters(asked, authorization.query);
  const joined = joinProxyTarget(base, { path: call.target.path, query });
  if (joined === null) throw misconfigured(account.id, "The address of this call would leave its integration's API.");
  const declared = { "user-agent": userAgent, ...fillHeaders(document.api?.headers ?? {}, values) };
  const managed = {
    ...authorization.headers,
    ...(await possession(ports, read, authorization, { method: call.method, url: joined.origin + joined.path })),
  };
  if (!isSendable({ headers: { ...declared, ...managed } })) {
    throw misconfigured(account.id, "A header of the definition would hold a character that no header can hold.");
  }
  const given = headersForProvider(call.headers);
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  const missing = Object.entries(declared).filter(([name]) => !names.has(name));
  return {
    document,
    method: call.method,
    ...joined,
    headers: withHeaders([...given, ...missing], managed),
    clientCertificate: await certificateOf(ports, configured, read, call.actor),
    credentials: {
      parameters: Object.keys(authorization.query),
      values: [
        ...(read.kind === "token" ? [read.accessToken.reveal()] : []),
        ...Object.values(authorization.headers),
        ...Object.values(authorization.query),
      ].filter((value) => value !== ""),
    },
  };
}

/** Some APIs refuse callers that don't say who they are. */
const userAgent = "Evergrant";

function misconfigured(accountId: string, detail: string): DomainError {
  return new DomainError("client_misconfigured", { detail, extensions: { integrated_account_id: accountId } });
}

async function authorize(
  ports: ProxyPorts,
  { account }: TokenRead | TypedRead,
  document: IntegrationDocument,
  values: CallValues,
): Promise<CallAuthorization> {
  const cannot = (why: string): DomainError =>
    misconfigured(account.id, `The credentials can't be sent as the definition says: ${why}.`);
  try {
    const authorization = await evaluateAuthorization(ports.expressions, document.authorization, values);
    if (authorization === null) throw cannot("its expression yields no {headers, query} of texts");
    return authorization;
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    if (error.reason !== "busy" && error.reason !== "closed" && error.reason !== "crashed") {
      throw cannot(`its expression failed, ${error.message}`);
    }
    throw new DomainError("provider_unavailable", {
      detail: "Too many expressions of definitions are being evaluated. Nothing was sent; try again shortly.",
      retryAfterSeconds: 1,
      extensions: { integrated_account_id: account.id },
    });
  }
}

/** Credentials in the query stand at its end, in place of parameters of the caller's that have their name. */
function withParameters(query: string | null, managed: CallAuthorization["query"]): string | null {
  const added = Object.entries(managed).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  if (added.length === 0) return query;
  const own = (query ?? "").split("&").filter((part) => part !== "" && !Object.hasOwn(managed, parameterName(part)));
  return [...own, ...added].join("&");
}

/**
 * A token that is bound to a key is worth nothing without a proof, and must not be sent as if it were a plain one (RFC 9449 §7.1):
 * its type is the word before it.
 */
async function possession(
  { proofs }: ProxyPorts,
  read: TokenRead | TypedRead,
  authorization: CallAuthorization,
  call: { readonly method: string; readonly url: string },
): Promise<Readonly<Record<string, string>>> {
  if (read.kind === "typed" || read.tokenType.toLowerCase() !== "dpop") return {};
  const { dpopKey, account } = read;
  const accessToken = read.accessToken.reveal();
  const isBearer = authorization.headers["authorization"] === `Bearer ${accessToken}`;
  if (dpopKey === undefined || !isBearer) {
    throw misconfigured(
      account.id,
      "The token of this account is bound to a key (DPoP), and can't be sent the way that the definition's authorization says.",
    );
  }
  const proof = await proofs.prove(dpopKey, { ...call, accessToken });
  return { authorization: `DPoP ${accessToken}`, dpop: proof };
}

/** Tokens of a client that shows a certificate may be bound to it (RFC 8705 §3), so it is shown wherever they are used. */
async function certificateOf(
  ports: ProxyPorts,
  configured: ConfiguredIntegration,
  { account }: TokenRead | TypedRead,
  actor: string,
): Promise<ClientCertificate | null> {
  if (oauthConfigOf(configured.document)?.options.authorizationMethod !== "mtls") return null;
  const { field, newestFirst } = await openSecretsOf(ports, configured, account, actor);
  const [newest] = newestFirst;
  if (field !== "client_certificate" || newest === undefined) return null;
  return decodeClientCertificate(newest.secret.reveal());
}
