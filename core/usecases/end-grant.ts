import { isSendable, type ApiRequest } from "../domain/integration/api-request.ts";
import type { Revocation as DeclaredRevocation } from "../domain/integration/calls-schema.ts";
import { oauthConfigOf, type IntegrationDocument } from "../domain/integration/integration-document.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import {
  clientAuthorization,
  revocationRequest,
  type EndingAuthorization,
} from "../domain/integration/revocation-request.ts";
import type { Secret } from "../domain/secret/secret.ts";
import type { ClientSecret, ClientSecrets } from "../ports/authorization-server.ts";
import type { ApiAnswer } from "../ports/provider-api.ts";
import { evaluateAuthorization } from "./evaluate-authorization.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

export type Revocation = "revoked" | "not_supported" | "failed";

type EndPorts = Pick<RefreshPorts, "server" | "provider" | "expressions" | "clock" | "log">;

/** A grant that is to end at its provider, in memory for one last call. */
export interface EndingGrant {
  readonly document: IntegrationDocument;
  /** With the account's own client, where it has one. */
  readonly resolved: ResolvedIntegration;
  readonly secrets: ClientSecrets;
  readonly accessToken: Secret;
  readonly refreshToken: Secret | null;
}

const deadlineSeconds = 10;
/** With less than this left no further secret is tried, seconds. */
const leastTrySeconds = 2;

/** Whether the definition knows how a grant is ended at the provider. */
export function isEndable({ document, resolved }: Pick<EndingGrant, "document" | "resolved">): boolean {
  return oauthConfigOf(document)?.revocation !== undefined || resolved.revocationEndpoint !== null;
}

/** Tells the provider: by the declared call, else by RFC 7009. Never throws for what a provider, or an expression, does. */
export async function endGrant(ports: EndPorts, grant: EndingGrant): Promise<Revocation> {
  const declared = oauthConfigOf(grant.document)?.revocation;
  if (declared !== undefined) return await endByCall(ports, grant, declared);
  const { resolved, secrets, accessToken, refreshToken } = grant;
  if (resolved.revocationEndpoint === null) return "not_supported";
  // RFC 7009 §2.1: ending the refresh token ends the access tokens of the same grant.
  const { kind } =
    refreshToken === null || refreshToken.reveal() === ""
      ? await ports.server.revoke(resolved, secrets, accessToken.reveal(), "access_token")
      : await ports.server.revoke(resolved, secrets, refreshToken.reveal(), "refresh_token");
  return kind === "revoked" ? "revoked" : "failed";
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
  const [newest = null, ...previous] = grant.secrets.newestFirst.map((one) => one.secret.reveal());
  const startedMs = ports.clock.monotonicMs();
  const leftSeconds = (): number => deadlineSeconds - (ports.clock.monotonicMs() - startedMs) / 1000;
  const ask = async (secret: ClientSecret): Promise<ApiAnswer | null> => {
    const request = await requestOf(ports, grant, declared, secret);
    return request === null || !isSendable(request) ? null : await ports.provider.call(request, leftSeconds());
  };
  try {
    let answer = await ask(newest);
    // Refused as the client, so nothing has ended: a secret is being rotated, perhaps (ADR 0019).
    for (const secret of showsSecret(declared) ? previous : []) {
      if (answer?.kind !== "answer" || answer.status !== 401 || leftSeconds() < leastTrySeconds) break;
      answer = await ask(secret);
    }
    if (answer === null) return failed("there is nothing to call it with");
    if (answer.kind === "failed") return failed(answer.cause);
    if (answer.status < 200 || answer.status > 299) return failed(`HTTP ${answer.status}`);
    return (await saysError(ports, grant.document, answer)) ? failed("an error inside a good answer") : "revoked";
  } catch {
    // An error of an expression, or of whatever else, might stand in what it read.
    return failed("unexpected");
  }
}

/** Whether the call proves whose client asks: as token requests do, or in a place of its own. */
function showsSecret({ authorization, headers, body }: DeclaredRevocation): boolean {
  const templates = [...Object.values(headers), ...Object.values(body)];
  return authorization === "client" || templates.some((one) => String(one).includes("{client_secret}"));
}

async function requestOf(
  { expressions }: EndPorts,
  { document, resolved, accessToken, refreshToken }: EndingGrant,
  declared: DeclaredRevocation,
  secret: ClientSecret,
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
        const values = { credentials: { access_token: accessToken.reveal() }, inputs, fields };
        const put = await evaluateAuthorization(expressions, document.authorization, values);
        return put === null ? null : { ...put, body: {} };
      }
    }
  };
  const authorization = await authorize();
  if (authorization === null) return null;
  const values = {
    ...resolved.templateValues,
    access_token: accessToken.reveal(),
    refresh_token: refreshToken?.reveal() ?? "",
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
