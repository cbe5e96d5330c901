import type { Account } from "#core/domain/account/account";
import { oauthConfigOf, withoutClient, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { isTypedDocument } from "#core/domain/integration/credential-fields";
import { effectiveValues, type EffectiveValue, type Origin } from "#core/domain/integration/effective-values";
import { shortenDocument } from "#core/domain/integration/shorten-document";
import type { UnreadableDefinition } from "#core/domain/integration/unreadable-definition";
import { isAccepted } from "#core/domain/integration/order-client-secrets";
import { mappingOf } from "#core/domain/unified/capabilities";
import type { Model } from "#core/domain/unified/model";
import { allModels } from "#core/domain/unified/models";
import { unapprovedHosts } from "#core/usecases/pin-definition";
import type { ConfiguredIntegration, SealedClientSecret } from "#core/ports/integration-store";
import type { IntegrationSummary } from "../schemas/integration.ts";

/** What stands for a secret that is there. */
const masked = "••••••••";

type RedirectUri = (callbackId: string) => string;

export function toIntegrationSummary(configured: ConfiguredIntegration, redirectUri: RedirectUri): IntegrationSummary {
  const { client, document } = configured;
  const isSet = client !== null && client.layer.clientId !== null;
  return {
    name: configured.name,
    label: document.label ?? document.name,
    format: document.credentials.format,
    category: document.category ?? null,
    origin: configured.origin,
    client: isTypedDocument(document) ? "not_needed" : isSet ? "set" : "missing",
    connectable: isTypedDocument(document) || isSet,
    redirect_uri: redirectUriOf(configured, redirectUri),
    unified: allModels.filter((one) => mappingOf(document.unified, one) !== null).map(nameOfModel),
    problem: problemOf(configured),
  };
}

function nameOfModel({ category, name }: Pick<Model, "category" | "name">): string {
  return `${category}/${name}`;
}

const shownFaults = 3;

/** Nothing of it is known but its name, and what is wrong. */
export function toUnreadableSummary({ integrationName: name, faults }: UnreadableDefinition): IntegrationSummary {
  const more = faults.length > shownFaults ? [`and ${faults.length - shownFaults} more`] : [];
  const wrong = [...faults.slice(0, shownFaults), ...more].join("; ");
  return {
    name,
    label: name,
    format: null,
    category: null,
    origin: "environment",
    client: "not_needed",
    connectable: false,
    redirect_uri: null,
    unified: [],
    problem: `its definition can't be read by this version (${wrong}); put a valid one (PUT /api/v1/integrations/${name}), or delete it`,
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

type DocumentView = { name: string; [field: string]: unknown };

/** With its mappings a document takes some tenths of a second to shorten, and is the same object until it is put anew. */
const shortened = new WeakMap<IntegrationDocument, DocumentView>();

/** A stored definition has no client: it is taken out and sealed when it comes; one of the catalogue never had one. */
export function toShortDocumentView(document: IntegrationDocument): DocumentView {
  const known = shortened.get(document) ?? { ...shortenDocument(withoutClient(document)), name: document.name };
  shortened.set(document, known);
  return known;
}

type Effective<O extends Origin> = Record<string, EffectiveValue<O>>;

const environmentLevel = ({ overrides }: ConfiguredIntegration) => ({ origin: "environment", overrides }) as const;

/** A client is kept apart from the overrides; its secret is masked. */
function clientValues<O extends Origin>(clientId: string | null, hasSecret: boolean, origin: O): Effective<O> {
  return {
    ...(clientId === null ? {} : { "/credentials/config/client/client_id": { value: clientId, origin } }),
    ...(hasSecret ? { "/credentials/config/client/client_secret": { value: masked, origin } } : {}),
  };
}

function environmentClient({ client }: ConfiguredIntegration, now: Date): Effective<"environment"> {
  if (client === null) return {};
  const hasSecret = client.secrets.some((one) => isAccepted(one, now));
  return clientValues(client.layer.clientId, hasSecret, "environment");
}

/** What is in force for one account, each value with its level (R64); empty where its definition is gone or can't be read. */
export function toEffectiveOfAccount(
  configured: ConfiguredIntegration | null,
  { overrides, clientId }: Pick<Account, "overrides" | "clientId">,
  now: Date,
): Effective<Origin> {
  if (configured === null) return {};
  const { definition, origin } = configured;
  const levels = [environmentLevel(configured), { origin: "account", overrides } as const];
  const isPublic = oauthConfigOf(definition)?.options.authorizationMethod === "none";
  return {
    ...effectiveValues<Origin>({ document: definition, origin }, levels),
    // An own client is whole: the environment's secret is not in force beside it.
    ...(clientId === null ? environmentClient(configured, now) : clientValues(clientId, !isPublic, "account")),
  };
}

/** Every value in force, by JSON Pointer, with the level that it comes from (R64). */
export function toEnvironmentIntegrationView(configured: ConfiguredIntegration, redirectUri: RedirectUri, now: Date) {
  const { client, definition, origin } = configured;
  const secrets = (client?.secrets ?? []).filter((one) => isAccepted(one, now));
  return {
    integration_name: configured.name,
    redirect_uri: redirectUriOf(configured, redirectUri),
    effective: {
      ...effectiveValues<"platform" | "environment">({ document: definition, origin }, [environmentLevel(configured)]),
      ...environmentClient(configured, now),
    },
    overrides: configured.overrides,
    problem: problemOf(configured),
    client_secrets: secrets.map((one) => ({
      version: one.version,
      created_at: one.createdAt.toISOString(),
      set_by: one.setBy,
      accepted_until: one.acceptedUntil?.toISOString() ?? null,
      last_worked_at: one.lastWorkedAt?.toISOString() ?? null,
    })),
    ...secretInUse(secrets),
  };
}

function secretInUse(secrets: readonly SealedClientSecret[]) {
  const worked = secrets.filter((one) => one.lastWorkedAt !== null);
  const [last] = worked.toSorted((one, other) => Number(other.lastWorkedAt) - Number(one.lastWorkedAt));
  return { secret_in_use_version: last?.version ?? null, secret_in_use_at: last?.lastWorkedAt?.toISOString() ?? null };
}

/** Nobody comes back to one whose credentials are typed, whatever else it has of an environment. */
function redirectUriOf({ client, document }: ConfiguredIntegration, redirectUri: RedirectUri): string | null {
  return client === null || isTypedDocument(document) ? null : redirectUri(client.callbackId);
}

/** Why nothing is asked with it, or not for every account; null: it is used. */
function problemOf(configured: ConfiguredIntegration): string | null {
  return configured.fault ?? unapprovedHosts(configured);
}
