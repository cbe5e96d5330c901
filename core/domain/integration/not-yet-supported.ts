import type { Fault, ParsedDocument } from "./document-faults.ts";
import type { OAuthConfig } from "./oauth-schema.ts";

/**
 * Parts of the document that this version can't honour yet. They are refused by name: a definition that is accepted and then
 * half obeyed would lose grants (ADR 0012). The list shrinks as the engine grows.
 */
export function notYetSupported(document: ParsedDocument): Fault[] {
  const { credentials } = document;
  switch (credentials.format) {
    case "oauth2":
    case "oauth2_client_credentials":
      return oauthRefusals(credentials.config);
    case "api_key":
    case "basic":
    case "custom":
      return [];
  }
}

function refusal(path: (string | number)[], what: string): Fault {
  return { path, message: `${what} is not supported by this version yet; leave it out` };
}

function oauthRefusals(config: OAuthConfig): Fault[] {
  const wishes: [isWished: boolean, path: string[]][] = [
    [
      config.revocation?.authorization === "client" &&
        ["private_key_jwt", "mtls"].includes(config.options.authorizationMethod),
      ["revocation", "authorization"],
    ],
  ];
  return wishes
    .filter(([isWished]) => isWished)
    .map(([, path]) => refusal(["credentials", "config", ...path], path.at(-1) ?? ""));
}
