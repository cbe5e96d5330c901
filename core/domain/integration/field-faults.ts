import { placeholder } from "./document-parts.ts";
import type { Fault, ParsedDocument } from "./document-faults.ts";
import type { GrantField, OAuthConfig } from "./oauth-schema.ts";

type Source = GrantField["from"];

/** Fields that a document captures later than it names them. */
export function fieldFaults({ credentials }: ParsedDocument): Fault[] {
  if (!("auth" in credentials.config)) return [];
  const { config } = credentials;
  return [
    ...timeFaults(config),
    ...sourceFaults(config, credentials.format),
    ...exchangeFaults(config, credentials.format),
  ];
}

function timeFaults(config: OAuthConfig): Fault[] {
  const { auth, identity } = config;
  const refuse = (path: string[], text: string | undefined, from: readonly Source[], why: string): Fault[] =>
    [...(text ?? "").matchAll(placeholder)].flatMap(([, name = ""]) => {
      const field = config.fields.find((one) => one.name === name);
      if (field === undefined || !from.includes(field.from)) return [];
      return [{ path: ["credentials", "config", ...path], message: `{${name}} ${why}` }];
    });
  const early = "is known only after the authorization; name an input, or write it out";
  const unasked = "is known only after the token request; only a field from the callback can lead to it";
  const circular = "comes from the answer of this very call";
  const all: readonly Source[] = ["token", "callback", "identity"];
  const authorizeAt =
    auth.authorizeHost === undefined ? refuse(["auth", "authorizeHost"], auth.tokenHost, all, early) : [];
  return [
    ...authorizeAt.map((fault) => ({
      ...fault,
      message: `expected, since the tokenHost will not do: ${fault.message}`,
    })),
    ...(["authorizeHost", "authorizePath", "authorizeFragment", "parPath", "issuer"] as const).flatMap((name) =>
      refuse(["auth", name], auth[name], all, early),
    ),
    ...(["tokenHost", "tokenPath"] as const).flatMap((name) =>
      refuse(["auth", name], auth[name], ["token", "identity"], unasked),
    ),
    ...(["host", "path"] as const).flatMap((name) =>
      refuse(["exchange", name], config.exchange?.[name], ["token", "identity"], "is known only after this very step"),
    ),
    ...refuse(["identity", "host"], identity?.host, ["identity"], circular),
    ...refuse(["identity", "path"], identity?.path, ["identity"], circular),
  ];
}

function sourceFaults(config: OAuthConfig, format: string): Fault[] {
  return config.fields.flatMap((field, index): Fault[] => {
    const path = ["credentials", "config", "fields", index, "from"];
    if (field.from === "identity" && config.identity === undefined) {
      return [
        { path, message: "there is no identity to take it from; declare one, or take it from token or callback" },
      ];
    }
    if (field.from === "callback" && format !== "oauth2") {
      return [{ path, message: `nobody comes back from a provider with ${format}; expected token or identity` }];
    }
    return [];
  });
}

/** Where there is no refresh token each token is a first one, and needs its second step. */
function exchangeFaults({ exchange }: OAuthConfig, format: string): Fault[] {
  if (exchange === undefined || exchange.when === "always" || format === "oauth2") return [];
  const message = `expected always: with ${format} every token is a new one`;
  return [{ path: ["credentials", "config", "exchange", "when"], message }];
}
