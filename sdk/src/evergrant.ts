import type {
  Account,
  AuditAnchor,
  AuditEvent,
  Event,
  Operations,
  RefreshAttempt,
  WebhookDelivery,
} from "./api-types.ts";
import { streamEvents, type StreamQuery } from "./event-stream.ts";
import { TokenReader, type GetTokenOptions, type TokenResult } from "./get-token.ts";
import { pages } from "./pages.ts";
import { createProxy, type ProxyFetch } from "./proxy.ts";
import { unifiedMethods } from "./unified.ts";
import { createTransport, type CallOptions, type EvergrantOptions, type Transport } from "./transport.ts";

/** One account through the unified API. */
export type UnifiedAccount = ReturnType<typeof unifiedMethods>;

type Body<Op extends keyof Operations> = Operations[Op]["body"];
type Query<Op extends keyof Operations> = Operations[Op]["query"];

/**
 * Evergrant from a product's backend. Methods answer what the API answers, by its own names, and throw an `EvergrantError` for a
 * problem and an `EvergrantConnectionError` where no answer came.
 */
export class Evergrant {
  readonly #transport: Transport;
  readonly #tokens: TokenReader;
  readonly accounts: ReturnType<typeof accountMethods>;
  readonly accountRuns: ReturnType<typeof accountRunMethods>;
  readonly links: ReturnType<typeof linkMethods>;
  readonly connectSessions: ReturnType<typeof connectSessionMethods>;
  readonly integrations: ReturnType<typeof integrationMethods>;
  readonly environmentIntegrations: ReturnType<typeof environmentIntegrationMethods>;
  readonly environment: ReturnType<typeof environmentMethods>;
  readonly massFailures: ReturnType<typeof massFailureMethods>;
  readonly approvals: ReturnType<typeof approvalMethods>;
  readonly anomalies: ReturnType<typeof anomalyMethods>;
  readonly apiKeys: ReturnType<typeof apiKeyMethods>;
  readonly webhookEndpoints: ReturnType<typeof webhookEndpointMethods>;
  readonly webhookDeliveries: ReturnType<typeof webhookDeliveryMethods>;
  readonly events: ReturnType<typeof eventMethods>;
  readonly auditEvents: ReturnType<typeof auditEventMethods>;
  readonly stats: ReturnType<typeof statsMethods>;
  readonly keys: ReturnType<typeof keyMethods>;
  readonly tenants: ReturnType<typeof tenantMethods>;

  constructor(options: EvergrantOptions) {
    if (!/^https?:\/\//.test(options.url)) throw new TypeError("url must begin with https:// or http://");
    if (options.apiKey === "") throw new TypeError("apiKey is empty");
    const transport = createTransport(options);
    this.#transport = transport;
    this.#tokens = new TokenReader(transport, options.tokenCacheSeconds ?? 0);
    this.accounts = accountMethods(transport);
    this.accountRuns = accountRunMethods(transport);
    this.links = linkMethods(transport);
    this.connectSessions = connectSessionMethods(transport);
    this.integrations = integrationMethods(transport);
    this.environmentIntegrations = environmentIntegrationMethods(transport);
    this.environment = environmentMethods(transport);
    this.massFailures = massFailureMethods(transport);
    this.approvals = approvalMethods(transport);
    this.anomalies = anomalyMethods(transport);
    this.apiKeys = apiKeyMethods(transport);
    this.webhookEndpoints = webhookEndpointMethods(transport);
    this.webhookDeliveries = webhookDeliveryMethods(transport);
    this.events = eventMethods(transport);
    this.auditEvents = auditEventMethods(transport);
    this.stats = statsMethods(transport);
    this.keys = keyMethods(transport);
    this.tenants = tenantMethods(transport);
  }

  /** A token that lives at least `minTtl` seconds. A dead grant is a result, since it is the customer's move and no failure. */
  async getToken(accountId: string, options: GetTokenOptions = {}): Promise<TokenResult> {
    return await this.#tokens.read(accountId, options);
  }

  /** The provider refused a token that `getToken` answered from memory: the next call asks again. */
  forgetToken(accountId: string): void {
    this.#tokens.forget(accountId);
  }

  /** `fetch` for one account, any endpoint of its provider: `await evergrant.proxy(id)("/contacts?limit=10")`. */
  proxy(accountId: string): ProxyFetch {
    return createProxy(this.#transport, accountId);
  }

  /** One schema whatever the provider: `await evergrant.unified(id).crm.contacts.list()`. */
  unified(accountId: string): UnifiedAccount {
    return unifiedMethods(this.#transport, accountId);
  }
}

function accountMethods({ call }: Transport) {
  const list = (query: Query<"listAccounts"> = {}, options: CallOptions = {}) =>
    call("listAccounts", { ...options, query });
  const attempts = (id: string, query: Query<"listRefreshAttempts"> = {}, options: CallOptions = {}) =>
    call("listRefreshAttempts", { ...options, path: { id }, query });
  return {
    /** One page, newest first. */
    list,
    /** All of them, page after page, as they are needed. */
    iterate: (
      query: Omit<Query<"listAccounts">, "cursor"> = {},
      options: CallOptions = {},
    ): AsyncGenerator<Account, void> => pages((cursor) => list({ ...query, cursor }, options)),
    /** By status, up to 1,000 each. */
    counts: (query: Query<"countAccounts"> = {}, options: CallOptions = {}) =>
      call("countAccounts", { ...options, query }),
    get: (id: string, options: CallOptions = {}) => call("getAccount", { ...options, path: { id } }),
    import: (body: Body<"importAccount">, options: CallOptions = {}) => call("importAccount", { ...options, body }),
    update: (id: string, body: Body<"updateAccount">, options: CallOptions = {}) =>
      call("updateAccount", { ...options, path: { id }, body }),
    disconnect: (id: string, options: CallOptions = {}) => call("disconnectAccount", { ...options, path: { id } }),
    refresh: (id: string, options: CallOptions = {}) => call("refreshAccount", { ...options, path: { id } }),
    /** One page of what happened to it, newest first. */
    timeline: (id: string, query: Query<"listAccountTimeline"> = {}, options: CallOptions = {}) =>
      call("listAccountTimeline", { ...options, path: { id }, query }),
    /** The latest attempts of several, in short. */
    lifelines: (query: Query<"listLifelines">, options: CallOptions = {}) =>
      call("listLifelines", { ...options, query }),
    /** Lets it go where the mass-disconnect guard holds it. */
    release: (id: string, options: CallOptions = {}) => call("releaseAccount", { ...options, path: { id } }),
    /** One page of what was tried, newest first. */
    attempts,
    iterateAttempts: (id: string, options: CallOptions = {}): AsyncGenerator<RefreshAttempt, void> =>
      pages((cursor) => attempts(id, { cursor }, options)),
  };
}

function accountRunMethods({ call }: Transport) {
  const list = (query: Query<"listAccountRuns"> = {}, options: CallOptions = {}) =>
    call("listAccountRuns", { ...options, query });
  const results = (id: string, query: Query<"listAccountRunResults"> = {}, options: CallOptions = {}) =>
    call("listAccountRunResults", { ...options, path: { id }, query });
  const links = (id: string, query: Query<"listAccountRunLinks"> = {}, options: CallOptions = {}) =>
    call("listAccountRunLinks", { ...options, path: { id }, query });
  const change = (id: string, body: Body<"changeAccountRun">, options: CallOptions = {}) =>
    call("changeAccountRun", { ...options, path: { id }, body });
  return {
    /** How many accounts it would act on; nothing is begun. */
    preview: (body: Body<"previewAccountRun">, options: CallOptions = {}) =>
      call("previewAccountRun", { ...options, body }),
    /** Begins; a worker does it. */
    start: (body: Body<"startAccountRun">, options: CallOptions = {}) => call("startAccountRun", { ...options, body }),
    /** One page, newest first. */
    list,
    get: (id: string, options: CallOptions = {}) => call("getAccountRun", { ...options, path: { id } }),
    /** Its state or its pace. */
    change,
    pause: (id: string, options: CallOptions = {}) => change(id, { state: "paused" }, options),
    resume: (id: string, options: CallOptions = {}) => change(id, { state: "running" }, options),
    cancel: (id: string, options: CallOptions = {}) => change(id, { state: "cancelled" }, options),
    /** One page of what became of its accounts. */
    results,
    iterateResults: (
      id: string,
      query: Omit<Query<"listAccountRunResults">, "cursor"> = {},
      options: CallOptions = {},
    ) => pages((cursor) => results(id, { ...query, cursor }, options)),
    /** One page of its links, for whoever began it. */
    links,
    iterateLinks: (id: string, options: CallOptions = {}) => pages((cursor) => links(id, { cursor }, options)),
  };
}

function linkMethods({ call }: Transport) {
  return {
    create: (body: Body<"createLinkToken">, options: CallOptions = {}) => call("createLinkToken", { ...options, body }),
  };
}

function connectSessionMethods({ call }: Transport) {
  return {
    /** For links with `session_binding`: names who came back, from your own session, and answers the account. */
    complete: (id: string, body: Body<"completeConnectSession">, options: CallOptions = {}) =>
      call("completeConnectSession", { ...options, path: { id }, body }),
  };
}

function integrationMethods({ call }: Transport) {
  return {
    list: (options: CallOptions = {}) => call("listIntegrations", options),
    get: (name: string, options: CallOptions = {}) => call("getIntegration", { ...options, path: { name } }),
    put: (name: string, body: Body<"putIntegration">, options: CallOptions = {}) =>
      call("putIntegration", { ...options, path: { name }, body }),
    delete: (name: string, options: CallOptions = {}) => call("deleteIntegration", { ...options, path: { name } }),
    /** Looks at a definition as `put` would, and writes nothing. */
    validate: (
      body: Body<"validateIntegration">,
      query: Query<"validateIntegration"> = {},
      options: CallOptions = {},
    ) => call("validateIntegration", { ...options, query, body }),
    /** How it maps each model of the unified API, and what that can do. */
    mappings: (name: string, options: CallOptions = {}) =>
      call("listIntegrationMappings", { ...options, path: { name } }),
    /** What a mapping makes of a sample answer, and what it would send; nothing is called. */
    tryMapping: (name: string, body: Body<"tryMapping">, options: CallOptions = {}) =>
      call("tryMapping", { ...options, path: { name }, body }),
    /** How it stands right now: breakers, budgets, open links. */
    status: (name: string, options: CallOptions = {}) => call("getIntegrationStatus", { ...options, path: { name } }),
    /** Has a worker try the definition in force, or one that is sent, against the lab. */
    check: (name: string, body: Body<"startIntegrationCheck"> = {}, options: CallOptions = {}) =>
      call("startIntegrationCheck", { ...options, path: { name }, body }),
    listChecks: (name: string, options: CallOptions = {}) =>
      call("listIntegrationChecks", { ...options, path: { name } }),
    getCheck: (name: string, id: string, options: CallOptions = {}) =>
      call("getIntegrationCheck", { ...options, path: { name, id } }),
    /** The JSON Schema of an integration document. */
    schema: (options: CallOptions = {}) => call("getIntegrationSchema", options),
  };
}

function environmentIntegrationMethods({ call }: Transport) {
  return {
    list: (options: CallOptions = {}) => call("listEnvironmentIntegrations", options),
    get: (name: string, options: CallOptions = {}) => call("getEnvironmentIntegration", { ...options, path: { name } }),
    update: (body: Body<"updateEnvironmentIntegration">, options: CallOptions = {}) =>
      call("updateEnvironmentIntegration", { ...options, body }),
    /** What may be laid over the definition, each field with its schema. */
    overridableFields: (name: string, options: CallOptions = {}) =>
      call("listOverridableFields", { ...options, path: { name } }),
  };
}

function environmentMethods({ call }: Transport) {
  return {
    get: (options: CallOptions = {}) => call("getEnvironment", options),
    update: (body: Body<"updateEnvironment">, options: CallOptions = {}) =>
      call("updateEnvironment", { ...options, body }),
    /** Whether a colour could be the accent of the connect pages, and how it would be read. */
    judgeAccent: (query: Query<"judgeAccent">, options: CallOptions = {}) => call("judgeAccent", { ...options, query }),
  };
}

function massFailureMethods({ call }: Transport) {
  const at = (name: string, options: CallOptions) => ({ ...options, path: { name } });
  return {
    list: (options: CallOptions = {}) => call("listMassFailures", options),
    get: (integrationName: string, options: CallOptions = {}) => call("getMassFailure", at(integrationName, options)),
    release: (integrationName: string, options: CallOptions = {}) =>
      call("releaseMassFailure", at(integrationName, options)),
    confirm: (integrationName: string, options: CallOptions = {}) =>
      call("confirmMassFailure", at(integrationName, options)),
  };
}

/** Read only: who decides is a person, in the dashboard. */
function approvalMethods({ call }: Transport) {
  return {
    list: (query: Query<"listApprovals"> = {}, options: CallOptions = {}) =>
      call("listApprovals", { ...options, query }),
    get: (id: string, options: CallOptions = {}) => call("getApproval", { ...options, path: { id } }),
  };
}

function anomalyMethods({ call }: Transport) {
  const at = (id: string, options: CallOptions) => ({ ...options, path: { id } });
  return {
    list: (query: Query<"listAnomalies"> = {}, options: CallOptions = {}) =>
      call("listAnomalies", { ...options, query }),
    get: (id: string, options: CallOptions = {}) => call("getAnomaly", at(id, options)),
    acknowledge: (id: string, options: CallOptions = {}) => call("acknowledgeAnomaly", at(id, options)),
    policy: (options: CallOptions = {}) => call("getAnomalyPolicy", options),
    updatePolicy: (body: Body<"updateAnomalyPolicy">, options: CallOptions = {}) =>
      call("updateAnomalyPolicy", { ...options, body }),
  };
}

function apiKeyMethods({ call }: Transport) {
  const at = (id: string, options: CallOptions) => ({ ...options, path: { id } });
  return {
    list: (query: Query<"listApiKeys"> = {}, options: CallOptions = {}) => call("listApiKeys", { ...options, query }),
    get: (id: string, options: CallOptions = {}) => call("getApiKey", at(id, options)),
    /** The answer has the key itself, which nobody can show again. */
    create: (body: Body<"createApiKey">, options: CallOptions = {}) => call("createApiKey", { ...options, body }),
    /** Refused everywhere within a second, for good. */
    revoke: (id: string, options: CallOptions = {}) => call("revokeApiKey", at(id, options)),
    /** Refused everywhere within a second, until an owner starts it again. */
    stop: (id: string, options: CallOptions = {}) => call("stopApiKey", at(id, options)),
    restart: (id: string, options: CallOptions = {}) => call("restartApiKey", at(id, options)),
  };
}

/** What changes which keys seal is for two people, in the dashboard. */
function keyMethods({ call }: Transport) {
  const atRun = (id: string, options: CallOptions) => ({ ...options, path: { id } });
  return {
    list: (options: CallOptions = {}) => call("listKeys", options),
    getRewrap: (id: string, options: CallOptions = {}) => call("getRewrap", atRun(id, options)),
    changeRewrap: (id: string, body: Body<"changeRewrap">, options: CallOptions = {}) =>
      call("changeRewrap", { ...atRun(id, options), body }),
    drill: (options: CallOptions = {}) => call("drillKeys", options),
  };
}

function tenantMethods({ call }: Transport) {
  return {
    delete: (tenantId: string, options: CallOptions = {}) =>
      call("deleteTenant", { ...options, path: { tenant_id: tenantId } }),
  };
}

function webhookEndpointMethods({ call }: Transport) {
  const at = (id: string, options: CallOptions) => ({ ...options, path: { id } });
  return {
    list: (options: CallOptions = {}) => call("listWebhookEndpoints", options),
    get: (id: string, options: CallOptions = {}) => call("getWebhookEndpoint", at(id, options)),
    /** The answer has the signing secret, which is shown once. */
    create: (body: Body<"createWebhookEndpoint">, options: CallOptions = {}) =>
      call("createWebhookEndpoint", { ...options, body }),
    update: (id: string, body: Body<"updateWebhookEndpoint">, options: CallOptions = {}) =>
      call("updateWebhookEndpoint", { ...at(id, options), body }),
    delete: (id: string, options: CallOptions = {}) => call("deleteWebhookEndpoint", at(id, options)),
    /** For a day deliveries carry the signatures of both secrets. */
    rotateSecret: (id: string, options: CallOptions = {}) => call("rotateWebhookSecret", at(id, options)),
    test: (id: string, options: CallOptions = {}) => call("testWebhookEndpoint", at(id, options)),
    replay: (id: string, body: Body<"replayWebhookEvents">, options: CallOptions = {}) =>
      call("replayWebhookEvents", { ...at(id, options), body }),
  };
}

function webhookDeliveryMethods({ call }: Transport) {
  const list = (query: Query<"listWebhookDeliveries"> = {}, options: CallOptions = {}) =>
    call("listWebhookDeliveries", { ...options, query });
  return {
    /** One page, by the newest event first. */
    list,
    iterate: (
      query: Omit<Query<"listWebhookDeliveries">, "cursor"> = {},
      options: CallOptions = {},
    ): AsyncGenerator<WebhookDelivery, void> => pages((cursor) => list({ ...query, cursor }, options)),
    get: (id: string, options: CallOptions = {}) => call("getWebhookDelivery", { ...options, path: { id } }),
    redeliver: (id: string, options: CallOptions = {}) => call("redeliverWebhook", { ...options, path: { id } }),
  };
}

function eventMethods(transport: Transport) {
  const { call } = transport;
  const list = (query: Query<"listEvents"> = {}, options: CallOptions = {}) =>
    call("listEvents", { ...options, query });
  return {
    /** One page, newest first. */
    list,
    iterate: (
      query: Omit<Query<"listEvents">, "cursor"> = {},
      options: CallOptions = {},
    ): AsyncGenerator<Event, void> => pages((cursor) => list({ ...query, cursor }, options)),
    /** As they happen, without an end: leave the loop, or abort. */
    stream: (query: StreamQuery = {}, options: CallOptions = {}): AsyncGenerator<Event, void> =>
      streamEvents(transport, query, options),
    /** With its deliveries. */
    get: (id: string, options: CallOptions = {}) => call("getEvent", { ...options, path: { id } }),
  };
}

function auditEventMethods({ call }: Transport) {
  const list = (query: Query<"listAuditEvents"> = {}, options: CallOptions = {}) =>
    call("listAuditEvents", { ...options, query });
  const anchors = (query: Query<"listAuditAnchors"> = {}, options: CallOptions = {}) =>
    call("listAuditAnchors", { ...options, query });
  return {
    /** One page, newest first. */
    list,
    iterate: (
      query: Omit<Query<"listAuditEvents">, "cursor"> = {},
      options: CallOptions = {},
    ): AsyncGenerator<AuditEvent, void> => pages((cursor) => list({ ...query, cursor }, options)),
    /** The newest records by default. Broken is an answer, and no failure. */
    verify: (query: Query<"verifyAuditEvents"> = {}, options: CallOptions = {}) =>
      call("verifyAuditEvents", { ...options, query }),
    /** Where the chain stands, and the public key of its anchors. */
    chain: (options: CallOptions = {}) => call("getAuditChain", options),
    /** One page, newest first. */
    anchors,
    iterateAnchors: (
      query: Omit<Query<"listAuditAnchors">, "cursor"> = {},
      options: CallOptions = {},
    ): AsyncGenerator<AuditAnchor, void> => pages((cursor) => anchors({ ...query, cursor }, options)),
  };
}

function statsMethods({ call }: Transport) {
  return {
    health: (query: Query<"getHealthStats"> = {}, options: CallOptions = {}) =>
      call("getHealthStats", { ...options, query }),
    overview: (query: Query<"getOverviewStats"> = {}, options: CallOptions = {}) =>
      call("getOverviewStats", { ...options, query }),
    series: (query: Query<"getStatsSeries"> = {}, options: CallOptions = {}) =>
      call("getStatsSeries", { ...options, query }),
    breakers: (options: CallOptions = {}) => call("listOpenBreakers", options),
  };
}
