import type { AuditRecord } from "#core/domain/audit/audit-record";
import { integrationDocumentSchema, type IntegrationDocument } from "#core/domain/integration/integration-document";
import type {
  ConfiguredIntegration,
  EnvironmentClient,
  IntegrationAdministration,
} from "#core/ports/integration-store";

export interface InMemoryIntegrationStore extends IntegrationAdministration {
  readonly audit: readonly AuditRecord[];
  /** Puts a configured integration as it is. */
  set(configured: ConfiguredIntegration): void;
  setLiveAccounts(count: number): void;
}

export function createInMemoryIntegrationStore(): InMemoryIntegrationStore {
  const byKey = new Map<string, ConfiguredIntegration>();
  const audit: AuditRecord[] = [];
  let live = 0;
  const key = (environmentId: string, name: string): string => `${environmentId}/${name}`;
  return {
    audit,
    set: (configured) => void byKey.set(key(configured.environmentId, configured.name), configured),
    setLiveAccounts(count) {
      live = count;
    },
    find: async (environmentId, name) => byKey.get(key(environmentId, name)) ?? null,
    list: async (environmentId) => [...byKey.values()].filter((one) => one.environmentId === environmentId),
    async put(environmentId, document, { erasesSecret, audit: record }) {
      const before = byKey.get(key(environmentId, document.name));
      byKey.set(key(environmentId, document.name), {
        environmentId,
        name: document.name,
        origin: "environment",
        document,
        client: before?.client == null ? null : erasesSecret ? withoutSecrets(before.client) : before.client,
      });
      audit.push(record);
      return before?.origin !== "environment";
    },
    async remove(environmentId, name, record) {
      audit.push(record);
      return byKey.delete(key(environmentId, name));
    },
    async patchClient(environmentId, name, fresh, patch, records) {
      const before = byKey.get(key(environmentId, name));
      if (before === undefined) return;
      const client = before.client ?? { ...fresh, layer: { clientId: null, scopes: null }, secret: null };
      byKey.set(key(environmentId, name), {
        ...before,
        client: {
          ...client,
          layer: { clientId: patch.clientId ?? client.layer.clientId, scopes: patch.scopes ?? client.layer.scopes },
          secret:
            patch.secret === undefined ? client.secret : { version: patch.secret.version, sealed: patch.secret.sealed },
        },
      });
      audit.push(...records);
    },
    async patchProof(environmentId, name, patch, records) {
      const { version, sealed } = patch;
      const before = byKey.get(key(environmentId, name));
      if (before?.client == null) return false;
      const { client } = before;
      const replaced = patch.field === "client_key" ? client.keys : client.certificate;
      if ((replaced?.version ?? 0) !== version - 1) return false;
      const proof =
        patch.field === "client_key"
          ? { keys: { version, sealed, published: patch.published } }
          : { certificate: { version, sealed, shown: patch.shown } };
      byKey.set(key(environmentId, name), { ...before, client: { ...client, ...proof } });
      audit.push(...records);
      return true;
    },
    async findPublishedKeys(callbackId) {
      const found = [...byKey.values()].find((one) => one.client?.callbackId === callbackId);
      return found === undefined ? null : (found.client?.keys?.published ?? []);
    },
    countActiveAccounts: async () => 0,
    countLiveAccounts: async () => live,
  };
}

function withoutSecrets({ keys: _keys, certificate: _certificate, ...client }: EnvironmentClient): EnvironmentClient {
  return { ...client, secret: null };
}

interface DocumentChanges {
  readonly name?: string;
  readonly inputs?: unknown;
  readonly api?: unknown;
  /** Until it is given, `oauth2`. */
  readonly format?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A valid definition of an imaginary provider; `changes.config` is laid over its OAuth part. */
export function exampleDocument(changes: DocumentChanges = {}): IntegrationDocument {
  return integrationDocumentSchema.parse(exampleSource(changes));
}

/** The same before it is parsed. */
export function exampleSource(changes: DocumentChanges = {}): Record<string, unknown> {
  return {
    name: changes.name ?? "acme-crm",
    label: "Acme CRM",
    ...(changes.inputs === undefined ? {} : { inputs: changes.inputs }),
    ...(changes.api === undefined ? {} : { api: changes.api }),
    credentials: {
      format: changes.format ?? "oauth2",
      config: {
        auth: {
          tokenHost: "https://login.acme.example",
          tokenPath: "/oauth/token",
          authorizePath: "/oauth/authorize",
          revokePath: "/oauth/revoke",
          issuer: "https://login.acme.example",
        },
        scope: ["contacts.read", "openid"],
        ...changes.config,
      },
    },
  };
}
