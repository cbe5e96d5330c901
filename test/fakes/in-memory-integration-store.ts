import type { AuditRecord } from "#core/domain/audit/audit-record";
import { hostChange, hostPinOf, isSamePin, judgeDefinition } from "#core/domain/integration/host-pin";
import {
  documentStructureSchema,
  integrationDocumentSchema,
  type IntegrationDocument,
} from "#core/domain/integration/integration-document";
import { canonicalJson, findUnfit, noOverrides } from "#core/domain/integration/overrides";
import { withOverrides } from "#core/usecases/of-account";
import type {
  ConfiguredIntegration,
  EnvironmentClient,
  IntegrationAdministration,
  SealedClientSecret,
  SecretEnd,
  SecretsPatch,
} from "#core/ports/integration-store";
import type { Clock } from "#core/ports/clock";

/** Without overrides, its document is its definition. */
type Settable = Omit<ConfiguredIntegration, "definition" | "fault" | "overrides"> &
  Partial<Pick<ConfiguredIntegration, "definition" | "overrides">>;

export interface InMemoryIntegrationStore extends IntegrationAdministration {
  readonly audit: readonly AuditRecord[];
  /** Puts a configured integration: its definition, with what its environment lays over it. */
  set(configured: Settable): void;
  /** @param leftOut how many of them chose what is not kept, where choices change; all until it is given */
  setLiveAccounts(count: number, leftOut?: number): void;
  /** How many active accounts stand behind any circuit. */
  setActiveAccounts(count: number): void;
  /** Which integrations stand behind any circuit. */
  setBehind(names: readonly string[]): void;
}

export function createInMemoryIntegrationStore(clock: Pick<Clock, "now">): InMemoryIntegrationStore {
  const byKey = new Map<string, ConfiguredIntegration>();
  const audit: AuditRecord[] = [];
  let live = 0;
  let leftOut = 0;
  let active = 0;
  let behind: readonly string[] = [];
  const key = (environmentId: string, name: string): string => `${environmentId}/${name}`;
  const keep = (found: Omit<ConfiguredIntegration, "document" | "fault">): void =>
    void byKey.set(key(found.environmentId, found.name), withOverrides(found));
  /** What is left of the secrets, the loss of each other one recorded. */
  const keepSecrets = (
    before: ConfiguredIntegration,
    actor: string,
    reason: SecretEnd,
    kept: (secret: SealedClientSecret) => SealedClientSecret | null,
  ): SealedClientSecret[] => {
    const secrets = before.client?.secrets ?? [];
    const left = secrets.flatMap((one) => kept(one) ?? []);
    for (const { version } of secrets) {
      if (left.some((one) => one.version === version)) continue;
      const { environmentId, name: target } = before;
      const detail = { field: "client_secret", version, reason };
      audit.push({ environmentId, actor, action: "secret.erased", target, detail });
    }
    return left;
  };
  const changedSecrets = (
    before: ConfiguredIntegration,
    { kept, added, actor }: SecretsPatch,
  ): SealedClientSecret[] => {
    const left = keepSecrets(before, actor, "client_changed", (secret) => {
      const term = kept.find((one) => one.version === secret.version);
      return term === undefined ? null : { ...secret, acceptedUntil: term.acceptedUntil };
    });
    if (added === null) return left;
    const fresh = { createdAt: clock.now(), setBy: actor, acceptedUntil: null, lastWorkedAt: null };
    return [{ ...fresh, version: added.version, sealed: added.sealed }, ...left];
  };
  const withClient = (before: ConfiguredIntegration, change: Partial<EnvironmentClient>): void => {
    if (before.client === null) return;
    const client = { ...before.client, ...change };
    byKey.set(key(before.environmentId, before.name), { ...before, client });
  };
  const eraseProofs = ({ environmentId, name }: ConfiguredIntegration, actor: string, reason: SecretEnd): void => {
    const stored = byKey.get(key(environmentId, name));
    if (stored?.client == null) return;
    const { keys, certificate, ...client } = stored.client;
    byKey.set(key(environmentId, name), { ...stored, client });
    for (const [field, proof] of [
      ["client_key", keys],
      ["client_certificate", certificate],
    ] as const) {
      if (proof === undefined) continue;
      const detail = { field, version: proof.version, reason };
      audit.push({ environmentId, actor, action: "secret.erased", target: name, detail });
    }
  };
  return {
    audit,
    set: (configured) => {
      const { document, definition = document, overrides = noOverrides } = configured;
      const isPlain = Object.keys(overrides).length === 0;
      keep({ ...configured, definition: isPlain ? document : definition, overrides });
    },
    setLiveAccounts(count, ofThem = count) {
      live = count;
      leftOut = ofThem;
    },
    setActiveAccounts(count) {
      active = count;
    },
    setBehind(names) {
      behind = names;
    },
    find: async (environmentId, name) => byKey.get(key(environmentId, name)) ?? null,
    list: async (environmentId) => ({
      readable: [...byKey.values()].filter((one) => one.environmentId === environmentId),
      unreadable: [],
    }),
    async pinHosts(environmentId, name) {
      const before = byKey.get(key(environmentId, name));
      if (before === undefined) return null;
      const inForce = hostPinOf(before.document);
      const change = before.pin === null ? null : hostChange(before.pin, before.document);
      if (change !== null && change.kind !== "none") {
        const goElsewhere = change.kind === "choices" ? leftOut : live;
        const widens = change.kind === "hosts" || change.adds;
        if (goElsewhere > 0 || (widens && hasSecrets(before))) return before.pin;
      }
      byKey.set(key(environmentId, name), { ...before, pin: inForce });
      return inForce;
    },
    settlePins: async () => [],
    async approveHosts(environmentId, name, record) {
      const before = byKey.get(key(environmentId, name));
      if (before === undefined) return null;
      const inForce = hostPinOf(before.document);
      byKey.set(key(environmentId, name), { ...before, pin: inForce });
      audit.push({ ...record, detail: { before: before.pin?.hosts ?? null, hosts: inForce.hosts } });
      return { environmentId, name, pinned: before.pin, inForce };
    },
    async weigh(environmentId, document) {
      const before = byKey.get(key(environmentId, document.name));
      const pin = before === undefined ? null : (before.pin ?? hostPinOf(before.document));
      const atStake = { liveAccounts: live, leftOut, hasSecrets: hasSecrets(before) };
      return {
        seen: { pin, definition: before?.definition ?? null },
        atStake,
        judgement: judgeDefinition(pin, document, atStake),
        unfit: findUnfit(document, before?.overrides ?? noOverrides, []),
      };
    },
    async put(environmentId, document, { audit: record }) {
      const before = byKey.get(key(environmentId, document.name));
      const next = hostPinOf(document);
      const { seen, judgement, unfit } = await this.weigh(environmentId, document);
      if (judgement.kind === "refused") return { ...judgement, liveAccounts: live, pinned: seen.pin };
      if (unfit !== null) return { kind: "unfit", unfit };
      keep({
        environmentId,
        name: document.name,
        origin: "environment",
        definition: document,
        overrides: before?.overrides ?? noOverrides,
        pin: next,
        client: before?.client ?? null,
      });
      const stored = byKey.get(key(environmentId, document.name));
      const erasesSecrets = judgement.kind === "moved";
      if (erasesSecrets && stored !== undefined) {
        withClient(stored, { secrets: keepSecrets(stored, record.actor, "hosts_changed", () => null) });
        eraseProofs(stored, record.actor, "hosts_changed");
      }
      audit.push({ ...record, detail: { ...record.detail, client_secret_erased: erasesSecrets } });
      return { kind: "written", isNew: before?.origin !== "environment" };
    },
    async remove(environmentId, name, record) {
      const before = byKey.get(key(environmentId, name));
      if (live > 0) return { kind: "refused", liveAccounts: live };
      if (before === undefined) return { kind: "absent" };
      keepSecrets(before, record.actor, "integration_deleted", () => null);
      eraseProofs(before, record.actor, "integration_deleted");
      audit.push(record);
      byKey.delete(key(environmentId, name));
      return { kind: "removed" };
    },
    async patchClient(environmentId, name, fresh, patch, records) {
      const before = byKey.get(key(environmentId, name));
      if (before === undefined) return false;
      if (patch.pin !== undefined && (before.pin === null || !isSamePin(before.pin, patch.pin))) return false;
      const client = before.client ?? { ...fresh, layer: { clientId: null }, secrets: [] };
      const { secrets } = patch;
      const isExpected =
        secrets === undefined ||
        (secrets.expected.clientId === client.layer.clientId &&
          secrets.expected.newest === (client.secrets[0]?.version ?? null));
      const { overrides } = patch;
      const isUnchanged =
        overrides === undefined || canonicalJson(overrides.expected) === canonicalJson(before.overrides);
      if (!isExpected || !isUnchanged) return false;
      const layer = { clientId: patch.clientId ?? client.layer.clientId };
      withClient(withOverrides({ ...before, client, overrides: overrides?.next ?? before.overrides }), {
        layer,
        ...(secrets === undefined ? {} : { secrets: changedSecrets({ ...before, client }, secrets) }),
      });
      audit.push(...records);
      return true;
    },
    async secretWorked(owner, version, at) {
      for (const one of byKey.values()) {
        if (one.client?.id !== owner) continue;
        const { secrets } = one.client;
        const last = secrets.find((secret) => secret.version === version)?.lastWorkedAt ?? null;
        const hasChanged = secrets.some((other) => Number(other.lastWorkedAt) > Number(last));
        if (!hasChanged && !isMinuteAgo(last, at)) continue;
        withClient(one, {
          secrets: secrets.map((secret) => (secret.version === version ? { ...secret, lastWorkedAt: at } : secret)),
        });
      }
    },
    async patchProof(environmentId, name, patch, records) {
      const { version, sealed } = patch;
      const before = byKey.get(key(environmentId, name));
      if (before?.client == null) return false;
      const replaced = patch.field === "client_key" ? before.client.keys : before.client.certificate;
      if ((replaced?.version ?? 0) !== version - 1) return false;
      const proof =
        patch.field === "client_key"
          ? { keys: { version, sealed, published: patch.published } }
          : { certificate: { version, sealed, shown: patch.shown } };
      withClient(before, proof);
      audit.push(...records);
      return true;
    },
    async findPublishedKeys(callbackId) {
      const found = [...byKey.values()].find((one) => one.client?.callbackId === callbackId);
      return found === undefined ? null : (found.client?.keys?.published ?? []);
    },
    countActiveAccounts: async () => active,
    listBehind: async () => behind,
  };
}

function hasSecrets(configured: ConfiguredIntegration | undefined): boolean {
  return (configured?.client?.secrets.length ?? 0) > 0;
}

function isMinuteAgo(lastWorkedAt: Date | null, at: Date): boolean {
  return lastWorkedAt === null || at.getTime() - lastWorkedAt.getTime() >= 60_000;
}

export interface DocumentChanges {
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

/** As it may be stored from a time with fewer rules: what would be refused today must still be harmless. */
export function storedDocument(changes: DocumentChanges = {}): IntegrationDocument {
  return documentStructureSchema.parse(exampleSource(changes));
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
