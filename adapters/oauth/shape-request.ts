import { fillTemplates, type ParameterValue, type TemplateValues } from "#core/domain/integration/fill-template";
import { mayStandInHeader } from "#core/domain/integration/api-request";
import { parameterName } from "#core/domain/integration/parameter-name";
import type { ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import { RequestUnsendable } from "./request-unsendable.ts";

/** Parameters that the protocol owns; an integration's extra ones can't replace them, nor add them where they have no place. */
const reserved = new Set(["grant_type", "code", "code_verifier", "refresh_token"]);

/** A request to the authorization server as the standard has it. */
export interface StandardRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly form: URLSearchParams;
  /** The integration's extra parameters; templates. */
  readonly extra: Readonly<Record<string, ParameterValue>>;
  /** Parameters that are filled, and named as the provider wants them, already. */
  readonly shaped: ReadonlyMap<string, ParameterValue>;
  readonly redirectUri: string | null;
}

/** The same as the provider wants it. */
export interface ShapedRequest {
  /** May carry secrets (`bodyFormat: "query"`): for the egress client alone. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: none, and no content type. */
  readonly body: string | null;
}

/** What a template may name in a request. */
export function templateValues(integration: ResolvedIntegration, redirectUri: string | null): TemplateValues {
  return {
    ...integration.templateValues,
    client_id: integration.clientId ?? "",
    scope: integration.scopes.join(integration.scopeSeparator),
    redirect_uri: redirectUri ?? "",
  };
}

/** @throws RequestUnsendable where inputs or the definition fill a header with what none may hold */
export function shapeRequest(integration: ResolvedIntegration, request: StandardRequest): ShapedRequest {
  const values = templateValues(integration, request.redirectUri);
  const parameters = new Map<string, ParameterValue>();
  for (const [name, value] of request.form) parameters.set(parameterName(integration, name), value);
  for (const [name, value] of request.shaped) if (!parameters.has(name)) parameters.set(name, value);
  for (const [name, value] of Object.entries(fillTemplates(request.extra, values))) {
    if (!reserved.has(name) && !parameters.has(name)) parameters.set(name, value);
  }
  const { "content-type": _type, "user-agent": _library, ...own } = request.headers;
  const headers = {
    ...fillTemplates(integration.requestHeaders, values),
    ...own,
    accept: "application/json",
  };
  refuseUnsendable(headers);
  const texts = [...parameters].map(([name, value]): [string, string] => [name, String(value)]);
  switch (integration.bodyFormat) {
    case "json": {
      const body = JSON.stringify(Object.fromEntries(parameters));
      return { url: request.url, headers: { ...headers, "content-type": "application/json" }, body };
    }
    case "form": {
      const contentType = "application/x-www-form-urlencoded;charset=UTF-8";
      const body = new URLSearchParams(texts).toString();
      return { url: request.url, headers: { ...headers, "content-type": contentType }, body };
    }
    case "query": {
      const url = new URL(request.url);
      for (const [name, value] of texts) url.searchParams.set(name, value);
      return { url: url.href, headers, body: null };
    }
  }
}

/** Asked here: whatever the egress client refuses counts against the provider. */
function refuseUnsendable(headers: Readonly<Record<string, string>>): void {
  const [name] = Object.entries(headers).find(([, value]) => !mayStandInHeader(value)) ?? [];
  if (name === undefined) return;
  throw new RequestUnsendable(
    `nothing was asked: the header ${name} would hold characters that no header may; correct the inputs that it names`,
  );
}
