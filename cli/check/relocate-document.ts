import { withoutClient, type IntegrationDocument } from "#core/domain/integration/integration-document";

/** Where the hosts of a document stand during a check. */
export interface Relocation {
  /** Of the token endpoint, whose mood the scenarios choose. */
  readonly tokenOrigin: string;
  /** Of everything else. */
  readonly otherOrigin: string;
  readonly timeoutSeconds: number;
}

/**
 * The document with every host that it names replaced: nothing is ever sent to the real provider. What concerns many accounts at
 * once (budget, mass-failure guard) is taken off, since a check looks at one account at a time.
 */
export function relocateDocument(document: IntegrationDocument, to: Relocation): IntegrationDocument {
  const moved = moveHosts(withoutClient(document), to) as IntegrationDocument;
  const { credentials } = moved;
  if (!("auth" in credentials.config)) return moved;
  const { refresh, exchange, options } = credentials.config;
  const config = {
    ...credentials.config,
    // Apart from the token endpoint, whose mood it must not share.
    ...(exchange === undefined ? {} : { exchange: { ...exchange, host: to.otherOrigin } }),
    options: { ...options, ...(options.authorizationMethod === "mtls" ? { authorizationMethod: "none" } : {}) },
    refresh: {
      ...refresh,
      timeoutSeconds: Math.min(refresh.timeoutSeconds, to.timeoutSeconds),
      concurrency: null,
      perMinute: null,
      massFailure: { ...refresh.massFailure, accounts: 1_000_000 },
    },
  };
  return { ...moved, credentials: { ...credentials, config } as IntegrationDocument["credentials"] };
}

/** What of a document the trial leaves aside, in words; empty for most. */
export function leftAside(document: IntegrationDocument): readonly string[] {
  const { config } = document.credentials;
  if (!("auth" in config)) return [];
  const { concurrency, perMinute } = config.refresh;
  return [
    ...(concurrency === null && perMinute === null
      ? []
      : ["its budget (concurrency, perMinute): a trial has one account, and waits in no line"]),
    ...(config.options.authorizationMethod === "mtls"
      ? ["its client certificate: the provider of a trial speaks plain HTTP, so the client only names itself"]
      : []),
  ];
}

/** Whatever is called host, …Host or baseUrl, wherever it stands: a field that comes later must not lead outside. */
function moveHosts(value: unknown, to: Relocation): unknown {
  if (Array.isArray(value)) return value.map((one) => moveHosts(one, to));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (typeof one !== "string") return [key, moveHosts(one, to)];
      if (key === "tokenHost" || key === "refreshHost") return [key, to.tokenOrigin];
      if (key === "host" || key.endsWith("Host")) return [key, to.otherOrigin];
      return [key, key === "baseUrl" ? one.replace(/^(?:https?:\/\/[^/]+|\{[^}]*\})/, to.otherOrigin) : one];
    }),
  );
}
