import type { ParameterValue } from "./fill-template.ts";
import type { OAuthConfig } from "./oauth-schema.ts";

/** A token that was just obtained is exchanged for another one (RFC 8693 and the like). */
export interface SecondStep {
  readonly endpoint: string;
  readonly method: "GET" | "POST";
  /** Templates; besides what all parameters may name, {access_token} and {client_secret}. */
  readonly params: Readonly<Record<string, ParameterValue>>;
  /** connect: after the code exchange alone. */
  readonly when: "connect" | "always";
  /** Whether the client authenticates as at the token endpoint; not where its secret is a parameter of the integration's own. */
  readonly authenticates: boolean;
}

export function secondStepOf(
  { exchange, auth }: Pick<OAuthConfig, "exchange" | "auth">,
  host: (template: string) => string,
  path: (template: string) => string,
): SecondStep | null {
  if (exchange === undefined) return null;
  const { method, params, when } = exchange;
  return {
    endpoint: host(exchange.host ?? auth.tokenHost) + path(exchange.path),
    method,
    params,
    when,
    authenticates: !Object.values(params).some((one) => typeof one === "string" && one.includes("{client_secret}")),
  };
}
