import type { Authorization } from "./authorization-schema.ts";

/** What is put on a call of a provider's API so that it is let in. */
export interface CallAuthorization {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** What the names in a document's templates stand for. */
export interface CallValues {
  /** `access_token`, or what was typed, by name. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, string>>;
  /** What came with the grant. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * An account's credentials as its definition says that they are sent (RFC 6750 §2.1, RFC 7617 §2).
 *
 * @param evaluated what the definition's expression yielded, where the format is `expression`
 * @returns null when that is no {headers, query} of texts
 */
export function authorizeCall(
  authorization: Authorization,
  values: CallValues,
  evaluated?: unknown,
): CallAuthorization | null {
  const fill = (template: string): string => fillText(template, values) ?? "";
  switch (authorization.format) {
    case "bearer":
      return { headers: { authorization: `Bearer ${values.credentials["access_token"] ?? ""}` }, query: {} };
    case "header":
      return { headers: { [authorization.config.name]: fill(authorization.config.value) }, query: {} };
    case "query":
      return { headers: {}, query: { [authorization.config.name]: fill(authorization.config.value) } };
    case "basic": {
      const pair = `${fill(authorization.config.username)}:${fill(authorization.config.password)}`;
      return { headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` }, query: {} };
    }
    case "expression":
      return readEvaluated(evaluated);
  }
}

const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

function readEvaluated(evaluated: unknown): CallAuthorization | null {
  if (typeof evaluated !== "object" || evaluated === null || Array.isArray(evaluated)) return null;
  const { headers = {}, query = {} } = evaluated as { readonly headers?: unknown; readonly query?: unknown };
  if (!isTexts(headers) || !isTexts(query)) return null;
  if (!Object.keys(headers).every((name) => headerName.test(name))) return null;
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { headers: Object.fromEntries(lower), query };
}

function isTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((one) => typeof one === "string");
}

/** @returns null when the template names something and all that it names is empty: what it stands for is left out then */
export function fillText(template: string, { credentials, inputs, fields }: CallValues): string | null {
  let named = 0;
  let found = 0;
  const text = template.replaceAll(/\{([a-zA-Z][a-zA-Z0-9_]*)\}/g, (_, name: string) => {
    const holder = [credentials, fields, inputs].find((one) => Object.hasOwn(one, name));
    const value = holder?.[name] ?? "";
    named += 1;
    if (value !== "") found += 1;
    return value;
  });
  return named > 0 && found === 0 ? null : text;
}
