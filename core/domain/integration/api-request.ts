import type { CallAuthorization, CallValues } from "./authorize-call.ts";
import { fillText } from "./authorize-call.ts";
import { placeholder } from "./document-parts.ts";
import { fillAddress, valueOf } from "./fill-address.ts";
import type { IntegrationDocument } from "./integration-document.ts";

/** A call of a provider's API with nothing left to fill in. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "HEAD" | "DELETE";
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** A call that a document declares: its probe, its identity call. */
export interface DeclaredCall {
  readonly method: ApiRequest["method"];
  readonly path: string;
  /** Absent: `api.baseUrl`. */
  readonly host?: string | undefined;
  /** Laid over `api.headers` and the authorization. One that names only what is empty is not sent. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Some APIs refuse callers that don't say who they are. */
const userAgent = "Evergrant";

/** @returns null when there is nowhere to call it at */
export function apiRequest(
  { api }: Pick<IntegrationDocument, "api">,
  call: DeclaredCall,
  values: CallValues,
  authorization: CallAuthorization,
): ApiRequest | null {
  const base = call.host ?? api?.baseUrl;
  if (base === undefined) return null;
  const filled = addressOf(base, call.path, values);
  if (filled === null || !URL.canParse(filled)) return null;
  const url = new URL(filled);
  for (const [name, value] of Object.entries(authorization.query)) url.searchParams.set(name, value);
  const hasBody = call.body !== undefined;
  return {
    method: call.method,
    url: url.href,
    headers: {
      accept: "application/json",
      "user-agent": userAgent,
      ...(hasBody ? { "content-type": "application/json" } : {}),
      ...fillHeaders(api?.headers ?? {}, values),
      ...authorization.headers,
      ...fillHeaders(call.headers ?? {}, values),
    },
    body: hasBody ? JSON.stringify(call.body) : null,
  };
}

export function fillHeaders(headers: Readonly<Record<string, string>>, values: CallValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, template]) => {
      const value = fillText(template, values);
      return value === null ? [] : [[name.toLowerCase(), value]];
    }),
  );
}

/**
 * Where calls of an account go, without a slash at its end.
 * @returns null where something that it names is not known, or leads out of it
 */
export function baseAddressOf(base: string, values: CallValues): string | null {
  const known = { ...values.inputs, ...values.fields };
  const isKnown = Array.from(base.matchAll(placeholder)).every(([, name = ""]) => valueOf(known, name) !== "");
  const filled = isKnown ? addressOf(base, "", values) : null;
  return filled !== null && URL.canParse(filled) ? filled : null;
}

/** No credential stands in an address (invariant 7). A field that is a whole origin stays one; its pattern says which it may be. */
function addressOf(base: string, path: string, { inputs, fields }: CallValues): string | null {
  const values = { ...inputs, ...fields };
  const [, whole = "", name = "", rest = base] = /^(\{([^}]*)\})(|\/.*)$/.exec(base) ?? [];
  const filled = fillAddress(rest.replace(/\/+$/, "") + path, values);
  return filled === null ? null : (whole === "" ? "" : valueOf(values, name).replace(/\/+$/, "")) + filled;
}

export function isSendable({ headers }: Pick<ApiRequest, "headers">): boolean {
  return Object.values(headers).every(mayStandInHeader);
}

/** RFC 9110 §5.5: what may stand in a header, so that nothing that was typed begins another one. */
export function mayStandInHeader(value: string): boolean {
  return /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value);
}
