import { oauthConfigOf, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { isTypedDocument } from "#core/domain/integration/credential-fields";
import type { ConfiguredIntegration } from "#core/ports/integration-store";
import type { IntegrationSummary } from "../schemas/integration.ts";

/** What stands for a secret that is there. */
const masked = "••••••••";

type RedirectUri = (callbackId: string) => string;

export function toIntegrationSummary(configured: ConfiguredIntegration, redirectUri: RedirectUri): IntegrationSummary {
  const { client, document } = configured;
  return {
    name: configured.name,
    label: document.label ?? document.name,
    format: document.credentials.format,
    origin: configured.origin,
    connectable: isTypedDocument(document) || (client !== null && client.layer.clientId !== null),
    redirect_uri: client === null ? null : redirectUri(client.callbackId),
  };
}

/** The definition as it is read back: a secret in it is never shown. */
export function toDocumentView(document: IntegrationDocument): { name: string; [field: string]: unknown } {
  const config = oauthConfigOf(document);
  if (config === null || config.client === undefined) return { ...document };
  const { client } = config;
  const shown = { ...client, ...(client.client_secret === undefined ? {} : { client_secret: masked }) };
  return { ...document, credentials: { ...document.credentials, config: { ...config, client: shown } } };
}

interface Effective {
  readonly value: unknown;
  readonly origin: "platform" | "environment";
}

/** Every value in force, by JSON Pointer, with the level that it comes from (R64). */
export function toEnvironmentIntegrationView(configured: ConfiguredIntegration, redirectUri: RedirectUri) {
  const effective: Record<string, Effective> = {};
  flatten(configured.document, "", (pointer, value) => {
    effective[pointer] = { value, origin: configured.origin };
  });
  const { client } = configured;
  const set = (pointer: string, value: unknown): void => {
    effective[pointer] = { value, origin: "environment" };
  };
  if (client !== null) {
    if (client.layer.clientId !== null) set("/credentials/config/client/client_id", client.layer.clientId);
    if (client.secret !== null) set("/credentials/config/client/client_secret", masked);
    if (client.layer.scopes !== null) set("/credentials/config/scope", client.layer.scopes);
  }
  return {
    integration_name: configured.name,
    redirect_uri: client === null ? null : redirectUri(client.callbackId),
    effective,
  };
}

function flatten(value: unknown, pointer: string, visit: (pointer: string, value: unknown) => void): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    visit(pointer, value);
    return;
  }
  for (const [key, one] of Object.entries(value)) {
    flatten(one, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, visit);
  }
}
