import type { Fault, ParsedDocument } from "./document-faults.ts";
import { placeholder } from "./document-parts.ts";
import { templatePlaces } from "./document-places.ts";
import { pageParams } from "./template-faults.ts";

/** Names of parameters and headers whose values are secrets, without case, hyphens and underscores. */
const secretName =
  /^(?:.*(?:secret|password|passwd|passphrase|pwd|apikey|accesskey|privatekey|credentials?)|(?:.*(?:access|refresh|auth|session|bearer|subject|actor|id|api|x))?token|(?:proxy)?authorization|xauth|x?sessionid|xsession|clientassertion|cookie)$/;

function isSecretName(name: string): boolean {
  return secretName.test(name.toLowerCase().replaceAll(/[-_.\s]/g, ""));
}

/**
 * Secrets that stand in the document itself (invariant 7): it is stored in the clear and returned by GET. Known by their names,
 * where the value is written out and names nothing.
 */
export function secretFaults(document: ParsedDocument): Fault[] {
  const named = templatePlaces(document).flatMap(({ kind, path, text }): Fault[] => {
    const name = String(path.at(-1));
    const isValue = kind === "header" || kind === "parameter";
    if (isValue && isSecretName(name) && isLiteral(text)) return [fault([...path])];
    const isAddress = kind === "path" || kind === "base";
    return isAddress && secretsInQuery(text).length > 0 ? [fault([...path])] : [];
  });
  return [...named, ...bodyFaults(document), ...pageFaults(document), ...authorizationFaults(document)];
}

function isLiteral(text: string): boolean {
  return text !== "" && text.search(placeholder) === -1;
}

function secretsInQuery(address: string): string[] {
  const query = new URLSearchParams(/\?([^#]*)/.exec(address)?.[1] ?? "");
  return [...query].flatMap(([name, value]) => (isSecretName(name) && isLiteral(value) ? [name] : []));
}

function bodyFaults({ api, credentials }: ParsedDocument): Fault[] {
  const { identity } = credentials.config;
  return [
    ...secretMembers(api?.probe?.body, ["api", "probe", "body"]),
    ...secretMembers(identity?.body, ["credentials", "config", "identity", "body"]),
  ].map(fault);
}

/** Bodies are sent as they are written, so whatever stands in them is literal. */
function secretMembers(value: unknown, path: Fault["path"]): Fault["path"][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]: [string, unknown]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    return isSecretName(key) && typeof one === "string" && one !== "" ? [at] : secretMembers(one, at);
  });
}

function pageFaults({ api }: ParsedDocument): Fault[] {
  return Object.entries(pageParams(api) ?? {}).flatMap(([name, text]) =>
    isSecretName(name) && isLiteral(text) ? [fault(["api", "pagination", "params", name])] : [],
  );
}

/** How an account's credentials are sent: a text that names none of them is one secret for all accounts. */
function authorizationFaults({ authorization }: ParsedDocument): Fault[] {
  switch (authorization.format) {
    case "header":
    case "query":
      return isLiteral(authorization.config.value) ? [fault(["authorization", "config", "value"])] : [];
    case "basic": {
      // Some APIs want a constant beside the key.
      const { username, password } = authorization.config;
      return [username, password].every((text) => text.search(placeholder) === -1)
        ? [fault(["authorization", "config", "username"])]
        : [];
    }
    case "bearer":
    case "expression":
      return [];
  }
}

function fault(path: Fault["path"]): Fault {
  const isOfClient = path[0] === "credentials" && !path.includes("identity");
  const remedy = isOfClient
    ? "set the client's secret with PATCH /api/v1/environment-integration, which seals it; where the provider wants it under this name, see options.authorizationMethod and parameterNames"
    : "name what each account brings, such as {access_token}, or a field of its credentials";
  return { path, message: `a secret has no place in a definition, which is stored and shown as it is: ${remedy}` };
}
