import { isSendable, type ApiRequest } from "../domain/integration/api-request.ts";
import type { Revocation as DeclaredRevocation } from "../domain/integration/calls-schema.ts";
import { oauthConfigOf, type IntegrationDocument } from "../domain/integration/integration-document.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import {
  clientAuthorization,
  revocationRequest,
  type EndingAuthorization,
} from "../domain/integration/revocation-request.ts";
import type { ClientSecret } from "../ports/authorization-server.ts";
import type { ApiAnswer } from "../ports/provider-api.ts";
import { evaluateAuthorization } from "./evaluate-authorization.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

export type Revocation = "revoked" | "not_supported" | "failed";

type EndPorts = Pick<RefreshPorts, "server" | "provider" | "expressions" | "log">;

/** A grant that is to end at its provider, in memory for one last call. */
export interface EndingGrant {
  readonly document: IntegrationDocument;
  /** With the account's own client, where it has one. */
  readonly resolved: ResolvedIntegration;
  readonly secret: ClientSecret;
  readonly accessToken: string;
  readonly refreshToken: string | null;
}

const deadlineSeconds = 10;

/** Whether the definition knows how a grant is ended at the provider. */
export function isEndable({ document, resolved }: Pick<EndingGrant, "document" | "resolved">): boolean {
  return oauthConfigOf(document)?.revocation !== undefined || resolved.revocationEndpoint !== null;
}

/** Tells the provider: by the declared call, else by RFC 7009. Never throws for what a provider, or an expression, does. */
export async function endGrant(ports: EndPorts, grant: EndingGrant): Promise<Revocation> {
  const declared = oauthConfigOf(grant.document)?.revocation;
  if (declared !== undefined) return await endByCall(ports, grant, declared);
  const { resolved, secret, accessToken, refreshToken } = grant;
  if (resolved.revocationEndpoint === null) return "not_supported";
  // RFC 7009 §2.1: ending the refresh token ends the access tokens of the same grant.
  return refreshToken === null || refreshToken === ""
    ? await ports.server.revoke(resolved, secret, accessToken, "access_token")
    : await ports.server.revoke(resolved, secret, refreshToken, "refresh_token");
}

async function endByCall(
  ports: EndPorts,
  grant: EndingGrant,
  declared: DeclaredRevocation,
): Promise<"revoked" | "failed"> {
  const failed = (reason: string): "failed" => {
    ports.log.warn({ integration: grant.resolved.name, reason }, "a grant could not be ended at its provider");
    return "failed";
  };
  try {
    const request = await requestOf(ports, grant, declared);
    if (request === null || !isSendable(request)) return failed("there is nothing to call it with");
    const answer = await ports.provider.call(request, deadlineSeconds);
    if (answer.kind === "failed") return failed(answer.cause);
    if (answer.status < 200 || answer.status > 299) return failed(`HTTP ${answer.status}`);
    return (await saysError(ports, grant.document, answer)) ? failed("an error inside a good answer") : "revoked";
  } catch {
    // An error of an expression, or of whatever else, might stand in what it read.
    return failed("unexpected");
  }
}

async function requestOf(
  { expressions }: EndPorts,
  { document, resolved, secret, accessToken, refreshToken }: EndingGrant,
  declared: DeclaredRevocation,
): Promise<ApiRequest | null> {
  const { inputs, fields, clientAuthentication: method } = resolved;
  const clientId = resolved.clientId ?? "";
  const authorize = async (): Promise<EndingAuthorization | null> => {
    switch (declared.authorization) {
      case "none":
        return { headers: {}, query: {}, body: {} };
      case "client":
        return method === "private_key_jwt" || method === "mtls" ? null : clientAuthorization(method, clientId, secret);
      case "token": {
        const values = { credentials: { access_token: accessToken }, inputs, fields };
        const put = await evaluateAuthorization(expressions, document.authorization, values);
        return put === null ? null : { ...put, body: {} };
      }
    }
  };
  const authorization = await authorize();
  if (authorization === null) return null;
  const values = {
    ...resolved.templateValues,
    access_token: accessToken,
    refresh_token: refreshToken ?? "",
    client_id: clientId,
    // A private key is no secret to be sent.
    client_secret:
      method === "private_key_jwt" || method === "mtls" || resolved.assertion !== null ? "" : (secret ?? ""),
  };
  return revocationRequest(document, declared, resolved.tokenHost, values, authorization);
}

/** Some APIs say in a 200 that it did not work. */
async function saysError(
  { expressions }: EndPorts,
  { api }: IntegrationDocument,
  { status, headers, body }: ApiAnswer & { readonly kind: "answer" },
): Promise<boolean> {
  if (api?.errorExpression === undefined) return false;
  const told = await expressions.evaluate(api.errorExpression, { status, headers, body });
  return typeof told === "object" && told !== null && "error" in told && typeof told.error === "string";
}
