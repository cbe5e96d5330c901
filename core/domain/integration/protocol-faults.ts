import { closestWord } from "../text/closest-word.ts";
import type { Fault } from "./document-faults.ts";
import type { OAuthConfig } from "./oauth-schema.ts";
import { parameterName } from "./parameter-name.ts";

/** What each request says itself, by the standard's names. */
const ofAuthorization = [
  "response_type",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
];
const ofClient = ["client_id", "client_secret", "client_assertion", "client_assertion_type"];
const ofTokens = [
  "grant_type",
  "code",
  "code_verifier",
  "refresh_token",
  "redirect_uri",
  "scope",
  "assertion",
  ...ofClient,
];
const ofToken = ["token", "token_type_hint", ...ofClient];
const standardNames = [...new Set([...ofAuthorization, ...ofTokens, ...ofToken])];

/** What a callback says besides the code (RFC 6749 §4.1.2, RFC 9207). */
const ofCallback = new Set(["state", "error", "error_description", "error_uri", "iss"]);

/**
 * What a document says about the protocol and could never have: parameters that Evergrant writes itself would be dropped, and a
 * callback under another name would be read as something else (ADR 0012).
 */
export function protocolFaults(config: OAuthConfig, format: "oauth2" | "oauth2_client_credentials"): Fault[] {
  return [
    ...renamingFaults(config),
    ...callbackFaults(config),
    ...modeFaults(config),
    ...extraFaults(config, format),
    ...dpopFaults(config),
  ];
}

function renamingFaults(config: OAuthConfig): Fault[] {
  const { parameterNames, scopeParameter } = config;
  const unknown = Object.keys(parameterNames).filter((name) => !standardNames.includes(name));
  if (unknown.length > 0) {
    return unknown.map((name) => {
      const near = closestWord(name, standardNames);
      const remedy = near === null ? `expected one of ${standardNames.join(", ")}` : `did you mean ${near}?`;
      return fault(["parameterNames", name], `${name} is no parameter that Evergrant sends; ${remedy}`);
    });
  }
  if (Object.hasOwn(parameterNames, "scope") && scopeParameter !== "scope") {
    return [fault(["parameterNames", "scope"], "is said by scopeParameter; remove one of them")];
  }
  return collisions(config);
}

/** Two parameters of one request under one name: one of them would not arrive. */
function collisions(config: OAuthConfig): Fault[] {
  for (const names of [ofAuthorization, ofTokens, ofToken]) {
    const seen = new Map<string, string>();
    for (const name of names) {
      const sentAs = parameterName(config, name);
      const other = seen.get(sentAs);
      seen.set(sentAs, name);
      if (other === undefined) continue;
      const isScope = config.scopeParameter !== "scope" && [name, other].includes("scope");
      const path = isScope ? ["scopeParameter"] : ["parameterNames"];
      return [fault(path, `${sentAs} stands for two parameters: ${other} and ${name}`)];
    }
  }
  return [];
}

function callbackFaults({ callback }: OAuthConfig): Fault[] {
  if (!ofCallback.has(callback.code)) return [];
  return [
    fault(["callback", "code"], `${callback.code} has a meaning of its own in a callback; expected another name`),
  ];
}

/** The callback is a GET: what comes in a form or a fragment never arrives. */
function modeFaults({ auth, params }: OAuthConfig): Fault[] {
  const query = new URLSearchParams(/\?([^#]*)/.exec(auth.authorizePath)?.[1] ?? "");
  const wishes: [string[], string | null | undefined][] = [
    [["params", "authorize", "response_mode"], params.authorize["response_mode"]],
    [["auth", "authorizePath"], query.get("response_mode")],
  ];
  return wishes.flatMap(([path, mode]) => {
    if (mode === undefined || mode === null || mode === "query") return [];
    return [fault(path, `expected response_mode query: Evergrant reads the query of a callback alone`)];
  });
}

function extraFaults(config: OAuthConfig, format: "oauth2" | "oauth2_client_credentials"): Fault[] {
  const { params } = config;
  const isClients = format === "oauth2_client_credentials";
  const client = clientParameters(config);
  const always = ["grant_type", "code", "code_verifier", "refresh_token"];
  const ofGrant = !isClients ? ["redirect_uri"] : config.assertion === undefined ? ["scope"] : ["assertion"];
  return [
    ...(isClients ? unusedFaults(params) : dropped(config, "authorize", without(ofAuthorization, "scope"), ["scope"])),
    ...dropped(config, "token", always, [...client, ...ofGrant]),
    ...(isClients ? [] : dropped(config, "refresh", always, client)),
  ];
}

function without(names: readonly string[], one: string): string[] {
  return names.filter((name) => name !== one);
}

/** Nobody is sent to a page, and a token is asked for anew where it would be refreshed. */
function unusedFaults(params: OAuthConfig["params"]): Fault[] {
  return (["authorize", "refresh"] as const).flatMap((request) => {
    if (Object.keys(params[request]).length === 0) return [];
    const message = "is never sent with oauth2_client_credentials; say it in params.token, or remove it";
    return [fault(["params", request], message)];
  });
}

/**
 * @param reserved never taken from a document, whatever they are called where they are sent
 * @param written under the provider's name for them
 */
function dropped(
  config: OAuthConfig,
  request: "authorize" | "token" | "refresh",
  reserved: readonly string[],
  written: readonly string[],
): Fault[] {
  const sentAs = new Set([...reserved, ...[...reserved, ...written].map((name) => parameterName(config, name))]);
  return Object.keys(config.params[request])
    .filter((name) => sentAs.has(name))
    .map((name) => {
      const remedy = name === "scope" ? "say it in /credentials/config/scope" : "remove it";
      return fault(["params", request, name], `${name} is written by Evergrant, and would be dropped here; ${remedy}`);
    });
}

/** What proves the client among the parameters of a token request. */
function clientParameters({ options, assertion }: OAuthConfig): string[] {
  if (assertion !== undefined) return assertion.sendsClientId ? ["client_id"] : [];
  switch (options.authorizationMethod) {
    case "header":
    case "secret_as_username":
      return [];
    case "none":
    case "mtls":
      return ["client_id"];
    case "body":
      return ["client_id", "client_secret"];
    case "private_key_jwt":
      return ["client_id", "client_assertion", "client_assertion_type"];
  }
}

/** RFC 9449 §7: a call with a bound token needs a proof for that very call, which nothing makes yet. */
function dpopFaults({ options, identity, revocation }: OAuthConfig): Fault[] {
  if (!options.dpop) return [];
  const wishes: [boolean, string[]][] = [
    [identity?.path !== undefined, ["identity", "path"]],
    [revocation?.authorization === "token", ["revocation", "authorization"]],
  ];
  const message =
    "calls the API with a token that is bound to a key (options.dpop), which this version can't; leave one of them out";
  return wishes.flatMap(([isWished, path]) => (isWished ? [fault(path, message)] : []));
}

function fault(path: string[], message: string): Fault {
  return { path: ["credentials", "config", ...path], message };
}
