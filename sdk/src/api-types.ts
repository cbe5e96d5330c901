// Made by scripts/write-sdk-types.ts from the OpenAPI document. Not to be edited.

/** Scopes as the provider spells them. */
export interface Scopes {
  /** What was asked for. */
  requested: Array<string>;
  /** What the grant holds. */
  granted: Array<string>;
  /** Asked for and not granted. */
  missing: Array<string>;
}

/** The latest failure of an account. */
export interface LastError {
  /** The class of the failure. */
  code: string;
  /** The provider's own words. */
  message: string;
  /** When it happened. */
  at: string;
}

/** Set while the mass-disconnect guard holds an account. */
export interface Hold {
  /** Why it is held: `mass_failure`. */
  reason: string;
  /** Since when. */
  at: string;
}

/** Whose account at the provider it is. */
export interface ExternalAccount {
  /** By the provider's own id. */
  id: string;
  /** What its owner calls it; null: not known. */
  label: string | null;
}

/** The declarative definition of an integration. All its fields stand in the JSON Schema at /api/v1/integrations/schema.json; unknown ones are refused. */
export interface IntegrationDocument {
  /** How the API and events call it. */
  name: string;
  [name: string]: unknown;
}

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Record<string, unknown>;

/** The integrations of this environment. */
export interface IntegrationList {
  /** All of them, by name. */
  data: Array<IntegrationSummary>;
  /** Always null: this list has one page. */
  next_cursor: string | null;
}

/** One integration of this environment. */
export interface IntegrationSummary {
  /** How the API and events call it. */
  name: string;
  /** How people call it. */
  label: string;
  /** Of its credentials: oauth2, oauth2_client_credentials, api_key, basic or custom. Null: the definition can't be read. */
  format: string | null;
  /** What it is for, as its definition says; null: it does not. */
  category: string | null;
  /** Whether it comes from the catalogue or was defined here. */
  origin: "platform" | "environment";
  /** The OAuth client of this environment; `not_needed`: people type credentials, or nobody can tell. */
  client: "set" | "missing" | "not_needed";
  /** Whether customers can connect: an OAuth client is set in this environment, or none is needed. */
  connectable: boolean;
  /** To be registered at the provider; null: none is needed, or no client is set yet. */
  redirect_uri: string | null;
  /** The models of the unified API that it maps, each as category/model. */
  unified: Array<string>;
  /** Why nothing is asked with it, or not for every account, and what to do; null: it is used. */
  problem: string | null;
}

/** Every error of this API (RFC 9457). */
export interface Problem {
  /** The address of the page about this code. */
  type: string;
  /** The code in words. */
  title: string;
  /** The HTTP status. */
  status: number;
  /** Decide by this: it is stable, the texts are not. */
  code: "invalid_request" | "unauthorized" | "forbidden" | "step_up_required" | "approval_forbidden" | "not_found" | "method_not_allowed" | "needs_reauth" | "held" | "not_connected" | "external_account_mismatch" | "conflict" | "approval_pending" | "approval_ended" | "disconnected" | "payload_too_large" | "not_refreshable" | "provider_forbidden" | "provider_rejected" | "unsupported_by_provider" | "rate_limited" | "provider_error" | "provider_timeout" | "provider_unavailable" | "client_misconfigured" | "kms_unavailable" | "database_unavailable" | "sealed_value_invalid" | "internal_error";
  /** What happened and whose move it is, for people. */
  detail: string;
  /** `urn:evergrant:request:` and the request's id, which also stands in `x-request-id` and in the log. */
  instance: string;
  /** Of `invalid_request`: every wrong field at once; of `provider_rejected` and `unsupported_by_provider` likewise. */
  errors?: Array<FieldError> | undefined;
  /** Of `forbidden`: what the caller lacks. */
  permission?: string | undefined;
  /** Of problems about an account: which one. */
  integrated_account_id?: string | undefined;
  /** Of problems about an account: its latest failure; null: none. */
  last_error?: {
    /** The class of the failure. */
    code: string;
    /** The provider's own words. */
    message: string;
    /** When it happened. */
    at: string;
  } | null | undefined;
  /** Of `rate_limited`: whose limit it is; of the unified API: whose answer. */
  source?: "provider" | "evergrant" | undefined;
  /** Of the unified API: what the provider said. */
  provider?: {
    /** The status of the provider's answer. */
    status: number;
    /** Its own words. */
    message?: string | undefined;
  } | undefined;
  /** Of `unsupported_by_provider`: what can't be done. */
  operation?: string | undefined;
  /** A finer word for why, where the code's page lists some. */
  reason?: string | undefined;
  /** Of problems about a request for approval: which one. */
  approval_id?: string | undefined;
  /** Of `method_not_allowed`: the methods that the address has. */
  allow?: string | undefined;
  [name: string]: unknown;
}

/** One wrong field of a request. */
export interface FieldError {
  /** Where: a JSON Pointer into the body, or the parameter's name. */
  pointer: string;
  /** What was expected. */
  detail: string;
}

/** A request that needs a second person. */
export interface Approval {
  /** The request's id. */
  id: string;
  /** What it is about. */
  kind: "key.rewrap_start" | "key.disable" | "key.enable" | "key.policy_change" | "tenant.delete_key" | "integration.hosts_change" | "export";
  /** What it would be done to: an integration's name, a key's id, a tenant's id. */
  subject: string;
  /** `pending`: nobody has decided. `approved`: it is being carried out, or tried again each minute. The others are ends: `executed`, `refused`, `withdrawn`, `expired`, or `failed` (`failure` says why). */
  status: "pending" | "approved" | "executed" | "refused" | "withdrawn" | "expired" | "failed";
  /** `second_person`: another administrator approves. `waiting`: there was nobody else when it was asked, so whoever asked confirms it when `waits_until` has passed. */
  mode: "second_person" | "waiting";
  /** What would be done, in one sentence. */
  summary: string;
  /** What would be otherwise. */
  changes: Array<ApprovalChange>;
  /** What follows from it, one sentence each. */
  consequences: Array<string>;
  /** Why, in the words of whoever asked; null: they gave none. */
  reason: string | null;
  /** Exactly what would be carried out. Never a secret. */
  parameters: Record<string, unknown>;
  /** SHA-256 over canonical JSON of kind and parameters; the audit log names it. */
  parameters_hash: string;
  requested_by: ApprovalPerson;
  /** When it was asked. */
  requested_at: string;
  /** Nobody can confirm it before; null: it waits for a person. */
  waits_until: string | null;
  /** What is not decided, or not carried out, by then is over. */
  expires_at: string;
  /** Who approved; null: nobody did. */
  approved_by: ApprovalPerson | null;
  /** When; null: nobody did. */
  approved_at: string | null;
  /** Who ended it; null: it is open. */
  ended_by: ApprovalPerson | null;
  /** When it ended; null: it is open. */
  ended_at: string | null;
  /** Of `failed`, and of the latest try while it is `approved`; null otherwise. */
  failure: {
    /** Why it came to nothing. */
    code: "state_changed" | "asker_changed" | "approver_changed" | "action_failed";
    /** The same for people. */
    detail: string;
  } | null;
  may: ApprovalRights;
}

/** One thing that would be otherwise. */
export interface ApprovalChange {
  /** What would be otherwise: words, or a JSON Pointer into the integration document. */
  what: string;
  /** As it was when it was asked; null: nothing. */
  before: string | null;
  /** As it would be; null: nothing. */
  after: string | null;
}

/** Who did something about a request. */
export interface ApprovalPerson {
  /** The administrator's id; `command_line` for the server's, `system` for time or another change. */
  id: string;
  /** Their name; null: it is nobody who is there. */
  name: string | null;
  /** Their address; null as above. */
  email: string | null;
}

/** What you may do about it, as you look. */
export interface ApprovalRights {
  /** Approve it, or go on with what is approved. */
  approve: boolean;
  /** Refuse it. */
  refuse: boolean;
  /** Take it back. */
  withdraw: boolean;
  /** Why you can't approve it; null: you can. */
  why_not: string | null;
}

/** One integration as this environment configured it. */
export interface EnvironmentIntegration {
  /** The integration's name. */
  integration_name: string;
  /** To be registered at the provider; null: none is needed. */
  redirect_uri: string | null;
  /** Every value in force, by JSON Pointer, with the level that says it. */
  effective: Record<string, {
    /** The value; secrets are masked. */
    value?: unknown;
    /** The level that says it. */
    origin: "platform" | "environment";
  }>;
  /** What this environment lays over the definition. */
  overrides: Record<string, unknown>;
  /** Why nothing is asked with it, or not for every account, and what to do; null: it is used. */
  problem: string | null;
  /** Newest first; never a secret. */
  client_secrets: Array<ClientSecret>;
  /** The secret that tokens came to last; null: none yet. */
  secret_in_use_version: number | null;
  /** When that was; null: never yet. */
  secret_in_use_at: string | null;
  /** Where the provider can read the client's public keys; null where it signs nothing. */
  jwks_uri: string | null;
  /** Newest first. Public: to be registered at the provider. */
  client_keys: Array<ClientKey>;
  client_certificate: ClientCertificate;
}

/** A client secret that is accepted. Never the secret itself. */
export interface ClientSecret {
  /** Numbers the secrets of this client. */
  version: number;
  /** When it was set. */
  created_at: string;
  /** Who set it: an administrator, an API key, or `command_line`; null: before that was written down. */
  set_by: string | null;
  /** Until when it is tried; null: the newest, which has no end. */
  accepted_until: string | null;
  /** To the minute: when tokens last came to it; null: never yet. */
  last_worked_at: string | null;
}

/** A public key with which the client proves itself. */
export interface ClientKey {
  /** The public key (RFC 7517). */
  jwk: Record<string, string>;
  /** When it was made. */
  created_at: string;
  /** Until when it is published; null: the newest, which has no end. */
  accepted_until: string | null;
}

/** What the client shows in the TLS handshake; null: none was set. */
export type ClientCertificate = {
  /** Its subject. */
  subject: string;
  /** Its fingerprint. */
  sha256: string;
  /** When it ends. */
  not_after: string;
} | null;

/** What to change of an integration in this environment. */
export interface EnvironmentIntegrationPatch {
  /** The integration's name. */
  integration_name: string;
  /** A guard against mistakes: the key's own environment, by name or id; another one is a 404. */
  environment_id?: string | undefined;
  /** The OAuth client. */
  credentials?: {
    /** The client of the format oauth2 or oauth2_client_credentials. */
    oauth2: {
      config: OauthClientConfig;
    };
  } | undefined;
  /** A sparse piece of the integration document, laid over what is there (RFC 7396): null takes an override away, and what is absent stays. */
  overrides?: Record<string, unknown> | undefined;
}

/** The OAuth client of an integration in an environment. */
export interface OauthClientConfig {
  /** The OAuth client's id at the provider. */
  client_id?: string | undefined;
  /** Its secret. Sealed at once, never shown again. */
  client_secret?: string | undefined;
  /** Seconds for which the previous client secrets are accepted from now on; 0 ends them at once. Without it, a secret that is replaced is accepted for 7 days. */
  previous_secret_expires_in?: number | undefined;
  /** Makes a new signing key; the one before is published for a while beside it. */
  client_key?: "rotate" | undefined;
  /** For mutual TLS (RFC 8705), in PEM, with its chain. */
  client_certificate?: string | undefined;
  /** Its private key in PEM. Sealed at once, never shown again. */
  client_certificate_key?: string | undefined;
  /** Short for overrides.credentials.config.scope; null: the document's count again. */
  scope?: string | Array<string> | null | undefined;
}

/** Every integration that this environment configured. */
export interface EnvironmentIntegrationList {
  /** All of them, by name. */
  data: Array<EnvironmentIntegration>;
  /** Always null: this list has one page. */
  next_cursor: string | null;
}

/** How an integration stands right now. */
export interface IntegrationStatus {
  /** The integration's name. */
  integration_name: string;
  /** Whether the catalogue has a definition of this name, in force or behind the environment's own. */
  in_catalogue: boolean;
  /** When this environment put its own definition last; null: the catalogue's is in force. */
  defined_at: string | null;
  /** Those in trouble first, at most 20. Empty: nothing failed yet, and no budget is set. */
  circuits: Array<Circuit>;
  /** Connect links for it that are good and that nobody used yet. */
  open_links: number;
  /** False: the environment has more than 20,000 good links, and only the newest were looked at. */
  open_links_complete: boolean;
  /** When this was read. */
  as_of: string;
}

/** Breaker and budget of one OAuth client at one token endpoint. */
export interface Circuit {
  /** The token endpoint. */
  endpoint: string;
  /** `open`: five requests in a row failed; nobody asks but one probe, now and then. */
  state: "closed" | "open";
  /** What failed last: the provider, the OAuth client, or it asked everybody to slow down; null: nothing. */
  cause: "provider" | "client" | "rate_limit" | null;
  /** In a row, over all accounts. */
  failures: number;
  /** Since when it is open; null: it is not. */
  opened_at: string | null;
  /** When it is asked again; null: it is not open. */
  next_probe_at: string | null;
  /** Probes since it opened. */
  probes: number;
  /** Right now, where a limit is set; 0 otherwise. */
  requests_under_way: number;
  /** The most requests in a minute. Null: none is set. */
  per_minute: number | null;
  /** The most requests at a time. Null: none is set. */
  concurrency: number | null;
  /** Other integrations with the same client at this endpoint: they share breaker and budget. */
  shared_with: Array<string>;
}

/** What this environment may lay over a definition. */
export interface OverridableFieldList {
  /** In a fixed order. */
  data: Array<OverridableField>;
  /** Always null: this list has one page. */
  next_cursor: null;
}

/** A field that this environment may lay over the definition. */
export interface OverridableField {
  /** A JSON Pointer into the document; `/*` at its end stands for any name. */
  pointer: string;
  /** What a value must be: JSON Schema 2020-12. */
  schema: Record<string, unknown>;
  /** What the definition says beneath; absent: nothing, or there are names. */
  defined?: unknown;
}

/** A definition looked at as PUT would, without putting it. */
export interface DefinitionTrial {
  /** Whether there is no mistake. */
  valid: boolean;
  /** Its name; null where that can't be told. */
  name: string | null;
  /** All at once, in the order of the text; at most 200. */
  errors: Array<PlacedError>;
  effect: DefinitionEffect;
}

/** One mistake and where it stands. What is missing is told where it is missing. */
export interface PlacedError {
  /** A JSON Pointer into the document; empty: the whole. */
  pointer: string;
  /** What was expected, what was found, what to do. */
  detail: string;
  /** In the text that was sent, from 1. */
  line: number;
  /** Characters from the beginning of the line, from 1. */
  column: number;
}

/** Null: it is not valid, or `effect=false`. */
export type DefinitionEffect = {
  /** `covers_catalogue`: it takes the place of the catalogue's in this environment; `unchanged`: it is in force already. */
  kind: "creates" | "replaces" | "covers_catalogue" | "unchanged";
  /** Accounts that live on it. */
  live_accounts: number;
  /** Whether the OAuth client's secrets are erased with it: they were given for other hosts. */
  erases_secrets: boolean;
  /** Where credentials go. */
  hosts: {
    /** Where credentials go now; null: nothing is in force, or nobody can tell. */
    before: string | null;
    /** Where they would go. */
    after: string;
  };
  /** Hosts first; at most 40 other fields, then their number. */
  changes: Array<FieldChange>;
  refusal: DefinitionRefusal;
} | null;

/** What would be otherwise. */
export interface FieldChange {
  /** A host's role, or a JSON Pointer. */
  what: string;
  /** Null: it was not there. */
  before: string | null;
  /** Null: it is gone. */
  after: string | null;
}

/** Null: it would be put. */
export type DefinitionRefusal = {
  /** `format`: accounts live on it with other credentials; `hosts`: their credentials would go elsewhere; `secrets`: those of the OAuth client would; `unreadable`: nobody can tell from where. */
  cause: "format" | "hosts" | "secrets" | "unreadable";
  /** Why, and what to do instead. */
  detail: string;
  /** Whether another administrator may approve it: PUT with `approval=ask`. */
  approvable: boolean;
} | null;

/** How a definition maps the unified API. */
export interface IntegrationMappingList {
  /** Every model of the unified API, those without a mapping too. */
  data: Array<IntegrationMapping>;
  /** Always null: this list has one page. */
  next_cursor: string | null;
}

/** How one model of the unified API is mapped. */
export interface IntegrationMapping {
  /** Of the model. */
  category: string;
  /** Its name. */
  model: string;
  /** What the model is. */
  description: string;
  /** Every field of the model. */
  fields: Array<UnifiedModelField>;
  /** As the definition has it, with what goes without saying; null: it does not map this model. */
  mapping: Record<string, unknown> | null;
  capabilities: UnifiedModelCapabilities;
  /** For each endpoint that answers records, an answer made up of the names that the mapping reads: to begin with. */
  samples: Record<string, unknown>;
}

/** A field of a model, the same for every provider. */
export interface UnifiedModelField {
  /** Of the model. */
  name: string;
  /** What it holds. */
  kind: "id" | "text" | "number" | "timestamp" | "date" | "choice" | "object" | "texts" | "objects";
  /** What it means. */
  description: string;
  /** Of a `choice`: the words; null: it is none. */
  choices: Array<string> | null;
  /** The provider's alone: no mapping writes it. */
  read_only: boolean;
}

/** What it can do, with what this environment lays over it; null: it is not mapped. */
export type UnifiedModelCapabilities = {
  /** Of the path. */
  category: string;
  /** Of the path. */
  model: string;
  /** What can be done. */
  operations: Array<"list" | "get" | "create" | "update" | "delete">;
  /** Every field of the model, by its name. */
  fields: Record<string, UnifiedFieldCapability>;
  /** Further ones of the mapping, by their names. */
  custom_fields: Record<string, UnifiedFieldCapability>;
  /** What a list can be narrowed by, each by itself at least. */
  filters: Array<string>;
  /** What a list can be sorted by. */
  sorts: Array<string>;
  /** The most records of a page; null: there is no list. */
  max_limit: number | null;
} | null;

/** What can be done with a field at a provider. */
export interface UnifiedFieldCapability {
  /** Whether records can have it; where not, it is always null. */
  read: boolean;
  /** Whether it can be given when a record is made. */
  create: boolean;
  /** Whether it can be changed. */
  update: boolean;
}

/** A mapping at work on a sample. Nothing was sent, and nothing written. */
export interface MappingTrial {
  /** Whether nothing is wrong. */
  valid: boolean;
  /** All that is wrong, at once. */
  errors: Array<MappingFault>;
  /** What the mapping can do; null: it is faulty. */
  capabilities: UnifiedModelCapabilities;
  /** What is read out of the answer; null: there was none, or it is none of success. */
  result: {
    /** In the model's schema; of a longer page the first ten. */
    records: Array<Record<string, unknown>>;
    /** How many the answer holds. */
    total: number;
    /** What the next page would be asked with; null: there is none. */
    next?: unknown;
    /** Of an answer that names the record alone: the id by which it would be read. Null: not so. */
    id: string | null;
  } | null;
  refusal: MappingRefusal;
  /** What would be sent; null: nothing was given, or it can't be. */
  request: {
    /** Of the call. */
    method: string;
    /** Below api.baseUrl. */
    path: string;
    /** Without the question mark; null: none. */
    query: string | null;
    /** JSON; null: none. */
    body?: unknown;
  } | null;
}

/** Something that is wrong with a mapping, or with what a caller gives it. */
export interface MappingFault {
  /** In which of the two it stands. */
  part: "mapping" | "given";
  /** A JSON Pointer into it; empty: the whole. */
  pointer: string;
  /** What is wrong. */
  detail: string;
}

/** What a refusal becomes; null: it is none. */
export type MappingRefusal = {
  /** Of the problem. */
  code: string;
  /** Its HTTP status. */
  status: number;
  /** Its text. */
  detail: string;
  /** The provider's own words; null: none were found. */
  message: string | null;
  /** Single fields. */
  errors: Array<{
    /** The field. */
    pointer: string;
    /** What is wrong with it. */
    detail: string;
  }>;
} | null;

/** A mapping, and what it is tried on. */
export interface MappingTrialRequest {
  /** Of the model. */
  category: "crm" | "ticketing" | "hris";
  /** Its name. */
  model: string;
  /** As it would stand in the definition under `unified.<category>.<model>`. It may be faulty. */
  mapping?: unknown;
  /** Which of its endpoints is tried. */
  endpoint: "list" | "search" | "get" | "create" | "update" | "delete";
  /** What the provider answered. Absent: nothing is read. */
  answer?: {
    /** Its status. */
    status?: number | undefined;
    /** Its headers. */
    headers?: Record<string, string> | undefined;
    /** Its body: JSON. */
    body?: unknown;
  } | undefined;
  /** What a caller asks for (`{limit, filters, sort: {field, descending}, cursor}`, or `{id}`; the cursor of linked pages is the address of the next one) or writes (fields of the record; of `update` with `id`, and as `current` what the provider holds of it where the endpoint has `readsFirst`). Absent: no request is made of it. */
  given?: Record<string, unknown> | undefined;
  /** What an account would have as `$inputs`. Absent: the examples of the definition's inputs. */
  inputs?: Record<string, string> | undefined;
  /** What an account would have as `$fields`. */
  fields?: Record<string, string> | undefined;
}

/** A definition on trial against the lab, or that was. */
export interface IntegrationCheck {
  /** Names the check. */
  id: string;
  /** The definition's name. */
  integration_name: string;
  /** Whether it is the definition that was in force when it began, with what the environment lays over it. */
  in_force: boolean;
  /** `failed`: it could not be tried; that says nothing about the definition. */
  state: "queued" | "running" | "done" | "failed";
  /** Of all scenarios; null: it is not done. */
  verdict: "as_expected" | "unexpected" | "nothing_tried" | null;
  /** Why it failed; null: it did not. */
  detail: string | null;
  /** Who asked for it. */
  started_by: string;
  /** When it was asked for. */
  created_at: string;
  /** When a worker took it up; null: none did yet. */
  started_at: string | null;
  /** When it was over; null: it goes on. */
  finished_at: string | null;
  /** Those that have ended, in their order. */
  scenarios: Array<CheckScenario>;
  /** What of the definition a trial can't show. */
  left_aside: Array<string>;
}

/** What a provider may do, tried on the definition. */
export interface CheckScenario {
  /** Its name for programs. */
  scenario: string;
  /** Its name for people. */
  title: string;
  /** Whether all came as the definition has it. */
  verdict: "as_expected" | "unexpected" | "not_applicable";
  /** Why it does not apply; null: it does. */
  note: string | null;
  /** Request by request. */
  steps: Array<CheckStep>;
  /** What was expected and what was seen, where the two differ. */
  problems: Array<string>;
}

/** One request of a scenario. */
export interface CheckStep {
  /** What the provider of the trial answered. */
  answered: string;
  /** What the engine made of it; null: nothing was asked. */
  outcome: string | null;
  /** The rule that decided; null: none. */
  rule: string | null;
  /** Of the answer; null: none came. */
  http_status: number | null;
  /** As it was read; null: none. */
  error: string | null;
  /** In words, as an attempt has it; null: there is nothing to explain. */
  explanation: string | null;
  /** Of the account afterwards; null: nothing was stored. */
  status: string | null;
  /** Asked for and not granted. */
  scopes_missing: Array<string>;
  /** When the engine asks again by itself, seconds; null: never. */
  next_refresh_in: number | null;
  /** How long the access token lives from then, seconds; null: nothing says so. */
  expires_in: number | null;
  /** What whoever asked for a token got: a fresh one, the old one, or the code of a problem. */
  caller_got: string;
}

/** What to check. */
export interface CheckRequest {
  /** To be tried instead of what is in force; it need not be put. Its name is that in the address. */
  document?: IntegrationDocument | undefined;
}

/** Checks of one definition. */
export interface IntegrationCheckList {
  /** Whether checks are offered here (EVERGRANT_LAB_CHECKS). */
  offered: boolean;
  /** How they come to be offered; null: they are. */
  how: string | null;
  /** Newest first, at most 10; kept for 30 days. */
  data: Array<IntegrationCheck>;
  /** Always null: this list has one page. */
  next_cursor: null;
}

/** A page of requests. */
export interface ApprovalList {
  /** Newest first. */
  data: Array<Approval>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
}

/** Nothing needs to be said; a body may be left out. */
export type Nothing = Record<string, never>;

/** A page of accounts. */
export interface AccountPage {
  /** The accounts of this page. Fewer than `limit`, or none, may stand here though `next_cursor` leads on: the next ones are far away. */
  data: Array<Account>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
}

/** One customer's grant or credential at one integration. Never a secret. */
export interface Account {
  /** The account's id. */
  id: string;
  /** The integration's name. */
  integration_name: string;
  /** Your customer, by your product's own id. */
  tenant_id: string;
  /** Your own id of the user who connected it, as the link named it; null: it named none. */
  user_reference: string | null;
  /** The environment it is in. */
  environment: string;
  /** `connecting`: a link was clicked; removed after a day if nothing comes of it. `active`: a grant is there. `needs_reauth`: the grant is dead, only the customer can bring it back. `disconnected`: ended, tokens erased, for good. */
  status: "connecting" | "active" | "needs_reauth" | "disconnected";
  /** Set while the mass-disconnect guard holds the account; the status stays `active`. Null: not held. */
  hold: Hold | null;
  /** Whose account at the provider it is; null: not known. */
  external_account: ExternalAccount | null;
  scopes: Scopes;
  /** When the token ends; null: no end is known. */
  expires_at: string | null;
  /** The next alarm; null: none is set. */
  refresh_due_at: string | null;
  /** When a refresh worked last; null: never. */
  refreshed_at: string | null;
  /** When the provider last gave another refresh token; null: never. */
  refresh_token_rotated_at: string | null;
  /** Since when only the customer can bring it back; null: that is not so. */
  reauth_required_at: string | null;
  /** The latest failure; null: none. */
  last_error: LastError | null;
  /** Grows by one with each new token set. */
  credential_version: number;
  /** What came with the grant, as the integration's definition names it, such as an instance's address. No secrets. */
  fields: Record<string, string>;
  /** Your own small facts about it. */
  metadata: Record<string, string>;
  /** When it was first clicked or imported. */
  created_at: string;
  /** When anything of it changed last. */
  updated_at: string;
}

/** How many accounts match, by status, counted up to 1,000 each. */
export interface MatchingAccounts {
  total: BoundedCount;
  /** Of these, with this status. */
  connecting: BoundedCount;
  /** Of these, with this status. */
  active: BoundedCount;
  /** Of these, with this status. */
  needs_reauth: BoundedCount;
  /** Of these, with this status. */
  disconnected: BoundedCount;
  /** Of these, held by the mass-disconnect guard. */
  held: BoundedCount;
  /** Of these, active and not held, and their last refresh failed. */
  refresh_failing: BoundedCount;
}

/** All that match. */
export interface BoundedCount {
  /** How many, up to 1,000. */
  count: number;
  /** False: there are so many at least. */
  is_exact: boolean;
}

/** What a run that began now would act on. */
export interface AccountRunPreview {
  /** Accounts that match, counted up to 100,001. */
  total: number;
  /** Accounts that one run takes. */
  most: number;
  /** How many have which status. */
  by_status: {
    /** Of these, with this status. */
    connecting: number;
    /** Of these, with this status. */
    active: number;
    /** Of these, with this status. */
    needs_reauth: number;
    /** Of these, with this status. */
    disconnected: number;
  };
  /** Of these, held by the mass-disconnect guard. */
  held: number;
}

/** Which accounts a run would act on. */
export interface AccountRunPreviewRequest {
  /** What is done to each account. `refresh`: as POST …/refresh. `reauthorization_links`: a link for its customer, seven days long. `release`: lets it go where the mass-disconnect guard holds it. `disconnect`: revokes and erases, for good. */
  action: "refresh" | "reauthorization_links" | "release" | "disconnect";
  filter?: AccountFilter | undefined;
  /** These accounts, 1,000 at most. */
  ids?: Array<string> | undefined;
}

/** All that match when the run begins. */
export interface AccountFilter {
  /** Accounts of this tenant alone. */
  tenant_id?: string | undefined;
  /** Accounts of this integration alone. */
  integration_name?: string | undefined;
  /** Accounts with this status alone. */
  status?: "connecting" | "active" | "needs_reauth" | "disconnected" | undefined;
  /** How a word begins in the tenant's id, the user reference, the external account's label or its id, whatever the case; `berl` finds `Acme Berlin`, and `acme b` does. What begins with `ia_` is the beginning of an account's id. */
  search?: string | undefined;
  /** Accounts whose `last_error` has this code. */
  last_error_code?: string | undefined;
  /** `true`: accounts that the mass-disconnect guard holds; `false`: the others. */
  hold?: boolean | undefined;
  /** `true`: accounts whose `scopes.missing` is not empty; `false`: the others. */
  scopes_missing?: boolean | undefined;
  /** `true`: active accounts whose last refresh failed, and which are not held; `false`: all others. */
  refresh_failing?: boolean | undefined;
  /** Active accounts whose token ends within so many seconds, or has ended. */
  expires_within?: number | undefined;
}

/** One act on many accounts, done by a worker. */
export interface AccountRun {
  /** The run's id. */
  id: string;
  /** What is done to each account. `refresh`: as POST …/refresh. `reauthorization_links`: a link for its customer, seven days long. `release`: lets it go where the mass-disconnect guard holds it. `disconnect`: revokes and erases, for good. */
  action: "refresh" | "reauthorization_links" | "release" | "disconnect";
  /** `running`: a worker goes through its accounts. `paused`: it rests. `done`: each account has its result. `cancelled`: the rest is left alone. */
  state: "running" | "paused" | "done" | "cancelled";
  /** Why; null: nobody said. */
  reason: string | null;
  /** What was selected by; null: each was named. */
  filter: AccountFilter | null;
  /** Accounts, as they matched when it began. */
  total: number;
  /** It was done to so many. */
  done: number;
  /** It failed at so many. */
  failed: number;
  /** So many were in no state for it. */
  skipped: number;
  /** Accounts a second at most; null: no limit. */
  pace: number | null;
  /** Accounts a second, measured; null: not yet. */
  rate: number | null;
  /** Seconds until it is done, at this rate; null: not known, or it is not running. */
  seconds_left: number | null;
  /** Why it does not go on at the moment; null: it does. */
  last_error: string | null;
  /** Who began it: `usr_…` or `key_…`. */
  created_by: string;
  /** Who had it go on last, and answers for it since; null: nobody had to. */
  resumed_by: string | null;
  /** When it began. */
  created_at: string;
  /** When it was over; null: it is not. */
  finished_at: string | null;
}

/** One act on many accounts. */
export interface AccountRunRequest {
  /** What is done to each account. `refresh`: as POST …/refresh. `reauthorization_links`: a link for its customer, seven days long. `release`: lets it go where the mass-disconnect guard holds it. `disconnect`: revokes and erases, for good. */
  action: "refresh" | "reauthorization_links" | "release" | "disconnect";
  filter?: AccountFilter | undefined;
  /** These accounts, 1,000 at most. */
  ids?: Array<string> | undefined;
  /** Refused when more accounts match than this, which somebody has seen and confirmed. */
  at_most?: number | undefined;
  /** Why, for whoever looks at the run or the audit log. */
  reason?: string | undefined;
  /** Accounts a second at most, 1 to 100. */
  pace?: number | undefined;
}

/** A page of runs. */
export interface AccountRunPage {
  /** The runs of this page, newest first. */
  data: Array<AccountRun>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
}

/** What becomes of a run. */
export interface AccountRunPatch {
  /** `paused`: rests until it is `running` again. `cancelled`: for good; what is done stays done. */
  state?: "running" | "paused" | "cancelled" | undefined;
  /** Accounts a second at most from now on. */
  pace?: number | undefined;
}

/** A page of a run's accounts. */
export interface AccountRunResultPage {
  /** Accounts in the order of the run. */
  data: Array<AccountRunResult>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
}

/** What became of one account of a run. */
export interface AccountRunResult {
  /** The account's id. */
  integrated_account_id: string;
  /** Whose it is; null: it was removed. */
  tenant_id: string | null;
  /** Of which integration; null: it was removed. */
  integration_name: string | null;
  /** Whose account at the provider it is; null: not known, or it was removed. */
  external_account: ExternalAccount | null;
  /** `pending`: its turn has not come; of a run that was cancelled, left alone. `skipped`: it was in no state for it, as `code` says. */
  outcome: "pending" | "done" | "failed" | "skipped";
  /** Of a failure its problem's code; of what was skipped why: `gone`, `not_connected`, `disconnected`, `not_refreshable`, `not_held`; of a disconnect what became of the grant. Null: there is no more to say. */
  code: string | null;
  /** That in words; null: nothing more. */
  detail: string | null;
  /** When; null: not yet. */
  finished_at: string | null;
}

/** A page of a run's links. */
export interface AccountRunLinkPage {
  /** Links that nobody has used and that are not over. */
  data: Array<AccountRunLink>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
}

/** A link that re-authorizes one account. */
export interface AccountRunLink {
  /** The account's id. */
  integrated_account_id: string;
  /** Whose it is; null: it was removed. */
  tenant_id: string | null;
  /** The link. */
  url: string;
  /** When it ends. */
  expires_at: string;
}

/** The latest attempts of several accounts. */
export interface LifelineList {
  /** One for each account that is there. */
  data: Array<Lifeline>;
}

/** The latest attempts of one account. */
export interface Lifeline {
  /** The account's id. */
  integrated_account_id: string;
  /** Its latest attempts, newest first. */
  attempts: Array<LifelineAttempt>;
  /** Whether there were more than these in that time. */
  has_earlier: boolean;
}

/** A call of a token endpoint, in short. */
export interface LifelineAttempt {
  /** The attempt's id. */
  id: string;
  /** When it began. */
  started_at: string;
  /** When it ended; null: it runs. */
  finished_at: string | null;
  /** What came of it, by who must act; null: it runs. */
  outcome: "refreshed" | "transient" | "rate_limited" | "reauthorize" | "held" | "client_misconfigured" | "in_doubt" | "superseded" | null;
  /** When it is tried next; null: not by itself. */
  next_attempt_at: string | null;
}

/** A page of an account's history. */
export interface TimelinePage {
  /** What happened, newest first. */
  data: Array<TimelineEntry>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
}

/** One line of an account's history. */
export interface TimelineEntry {
  /** Of the attempt, the record or the event. */
  id: string;
  /** When it was. */
  at: string;
  /** `attempt`: a call of its token endpoint. `status`: its status changed, or it was made. `change`: somebody changed something of it, made a link for it, or a run acted on it. `event`: what was told to webhook endpoints. */
  kind: "attempt" | "status" | "change" | "event";
  attempt: RefreshAttempt;
  record: TimelineRecord;
  event: TimelineEvent;
}

/** Of an `attempt`; null: it is none. */
export type RefreshAttempt = {
  /** The attempt's id. */
  id: string;
  /** `alarm`: scheduled. `on_demand`: a caller needed a token that lives longer. `forced`: asked for. `rejected_token`: the provider's API rejected the token. `reauthorized`: the customer authorized again. */
  reason: "alarm" | "on_demand" | "forced" | "rejected_token" | "reauthorized";
  /** When it began. */
  started_at: string;
  /** When it ended; null: it runs. */
  finished_at: string | null;
  /** Callers who shared its result. */
  waiters: number;
  /** What came of it, by who must act; null: it runs. */
  outcome: "refreshed" | "transient" | "rate_limited" | "reauthorize" | "held" | "client_misconfigured" | "in_doubt" | "superseded" | null;
  /** What the token endpoint sent; null: no answer came. */
  http_status: number | null;
  /** The provider's own error; null: none. */
  error: string | null;
  /** The rule that decided; null: none had to. */
  rule: string | null;
  /** When it is tried next; null: not by itself. */
  next_attempt_at: string | null;
  /** All of it in words, with what happens next. */
  explanation: string | null;
} | null;

/** Of a `status` or a `change`; null: it is none. */
export type TimelineRecord = {
  /** What was done. */
  action: string;
  /** Who did it: `key_…`, `usr_…`, `worker`, `connect`, `command_line`. */
  actor: string;
  /** What it was done to. */
  target: string;
  /** More about it: ids, names and versions, and never a secret. */
  detail: Record<string, unknown>;
} | null;

/** Of an `event`; null: it is none. */
export type TimelineEvent = {
  /** `integrated_account:created`: A customer connected for the first time. `integrated_account:authentication_error`: The grant is dead: the customer must re-authorize. `integrated_account:reactivated`: An account that needed re-authorization works again. `integrated_account:scopes_changed`: The scopes that were granted are others than before. `integrated_account:refresh_delayed`: No valid token is left, and refreshing fails for now. `integrated_account:reauth_soon`: The grant ends soon: the customer should re-authorize before. `integrated_account:disconnected`: The account was disconnected. `integration:client_error`: The provider rejects your OAuth client. `integration:degraded`: The provider fails, and refreshes wait. `integration:recovered`: The provider answers again. `integration:mass_failure`: Many accounts failed together; they are held until you decide. `environment:needs_reauth_spike`: Unusually many accounts need re-authorization. `security:anomaly`: Something happened that should not. `approval:requested`: Somebody asks for a second person's approval. `approval:ended`: A request for approval is over. `webhook_endpoint:failing`: A webhook endpoint has failed for days and will be disabled. `webhook_endpoint:disabled`: A webhook endpoint was disabled. `webhook_endpoint:ping`: A test. */
  event_type: "integrated_account:created" | "integrated_account:authentication_error" | "integrated_account:reactivated" | "integrated_account:scopes_changed" | "integrated_account:refresh_delayed" | "integrated_account:reauth_soon" | "integrated_account:disconnected" | "integration:client_error" | "integration:degraded" | "integration:recovered" | "integration:mass_failure" | "environment:needs_reauth_spike" | "security:anomaly" | "approval:requested" | "approval:ended" | "webhook_endpoint:failing" | "webhook_endpoint:disabled" | "webhook_endpoint:ping";
  /** Counts the account's events. */
  sequence: number | null;
  /** To which endpoints, and what became of it. */
  deliveries: Array<TimelineDelivery>;
} | null;

/** One event on its way to one endpoint, in short. */
export interface TimelineDelivery {
  /** The delivery's id. */
  id: string;
  /** Where it goes. */
  webhook_endpoint_id: string;
  /** `pending`: an attempt is to come. `delivered`: the receiver took it. `failed`: given up, after ten attempts or since the endpoint was disabled; redeliver or replay it. */
  status: "pending" | "delivered" | "failed";
  /** How often it was tried. */
  attempts: number;
  /** When it is tried next; null: it is not. */
  next_attempt_at: string | null;
}

/** One account by itself, with the values in force for it. */
export type AccountDetail = Account & {
  /** What its customer, or whoever imported it, gave for the integration's inputs, such as a subdomain. */
  inputs: Record<string, string>;
  /** The OAuth client that the account brought itself; null: its environment's is used. */
  own_client_id: string | null;
  credential: SealedCredentialFacts;
  /** What this account lays over its environment's integration. */
  overrides: Record<string, unknown>;
  /** Every value in force for this account, by JSON Pointer, with the level that says it. */
  effective: Record<string, {
    /** The value; secrets are masked. */
    value?: unknown;
    /** The level that says it. */
    origin: "platform" | "environment" | "account";
  }>;
};

/** Of its sealed credential; null: it holds none. */
export type SealedCredentialFacts = {
  /** Grows by one with each new token set. */
  version: number;
  /** The key that wraps its data key; null: you lack `keys:read`. */
  key_id: string | null;
  /** When it was sealed, or wrapped anew. */
  sealed_at: string;
} | null;

/** Credentials that exist already, to be kept alive here from now on. */
export interface AccountImport {
  /** The integration's name. */
  integration_name: string;
  /** Your customer, by your product's own id. */
  tenant_id: string;
  credentials: ImportedCredentials;
  /** The integration's inputs by name, such as a subdomain. */
  inputs?: Record<string, string> | undefined;
  /** What would have come with the grant, as the integration's definition names it. Checked like the provider's. */
  fields?: Record<string, string> | undefined;
  external_account?: ImportedExternalAccount | undefined;
  /** A sparse piece of the integration document, laid over what is there (RFC 7396): null takes an override away, and what is absent stays. */
  overrides?: Record<string, unknown> | undefined;
  /** Your own small facts, texts by name: at most 50 entries, names up to 64 characters, values up to 1,000. Never interpreted. */
  metadata?: Record<string, string> | undefined;
}

/** The credentials of one format, the integration's. */
export interface ImportedCredentials {
  oauth2?: ImportedTokens | undefined;
  oauth2_client_credentials?: ImportedClient | undefined;
  /** By the names of the integration document. */
  api_key?: Record<string, string> | undefined;
  /** By the names of the integration document. */
  basic?: Record<string, string> | undefined;
  /** By the names of the integration document. */
  custom?: Record<string, string> | undefined;
}

/** A token set of format `oauth2`. */
export interface ImportedTokens {
  /** The access token; a past one is fine. */
  access_token: string;
  /** Without it the account can't be refreshed. */
  refresh_token?: string | undefined;
  /** When the access token ends, or `expires_in`. Without either, the integration's usual life counts. */
  expires_at?: string | undefined;
  /** Seconds for which the access token lives from now, or `expires_at`. */
  expires_in?: number | undefined;
  /** The granted scopes, as one text or a list. */
  scope?: string | Array<string> | undefined;
  /** The OAuth client that the tokens were issued to, where it is not the environment's. */
  client_id?: string | undefined;
  /** The secret of that client. */
  client_secret?: string | undefined;
}

/** A client of the account's own (RFC 6749 §4.4); without one, the environment's client asks. */
export interface ImportedClient {
  /** The id of the client. */
  client_id?: string | undefined;
  /** Its secret, or a private key in PEM where the integration signs. */
  client_secret?: string | undefined;
}

/** Whose account at the provider it is. */
export interface ImportedExternalAccount {
  /** By the provider's own id. */
  id: string;
  /** What its owner calls it. */
  label?: string | null | undefined;
}

/** What to change: `metadata`, `overrides` or both. */
export interface AccountPatch {
  /** Takes the place of the whole `metadata`; see AccountImport for its limits. */
  metadata?: Record<string, string> | undefined;
  /** A sparse piece of the integration document, laid over what is there (RFC 7396): null takes an override away, and what is absent stays. Beside it the account's own OAuth client. */
  overrides?: Record<string, unknown> & {
    /** Overrides of `credentials`, and the account's own client beside them; null takes them away. */
    credentials?: {
      oauth2?: OwnGrantClient | undefined;
      oauth2_client_credentials?: OwnClient | undefined;
      [name: string]: unknown;
    } | null | undefined;
    [name: string]: unknown;
  } | undefined;
}

/** The same where the account keeps a customer's grant; without `client_id` another secret. */
export interface OwnGrantClient {
  /** The id of the client. */
  client_id?: string | undefined;
  /** Its secret. */
  client_secret: string;
}

/** The OAuth client that the account brought itself; without `client_id` the present one gets another secret. */
export interface OwnClient {
  /** The id of the client. */
  client_id?: string | undefined;
  /** Its secret, or a private key in PEM where the integration signs. */
  client_secret: string;
}

/** What came of a disconnect. */
export interface Disconnection {
  /** The account's id. */
  id: string;
  /** Ended, for good. */
  status: "disconnected";
  /** What came of revoking at the provider. `not_supported`: it has no way to. `failed`: it did not confirm; the tokens are erased here all the same. */
  revocation: "revoked" | "not_supported" | "failed";
}

/** An access token and what is known of it. */
export interface Token {
  /** The access token. Don't store it: ask again. */
  access_token: string;
  /** How it is sent (RFC 6749 §7.1). */
  token_type: string;
  /** When it ends; null: no end is known. */
  expires_at: string | null;
  /** Seconds until then, rounded down; null: no end is known. */
  expires_in: number | null;
  scopes: Scopes;
  /** Grows by one with each new token set. */
  credential_version: number;
  /** Set where `min_ttl` is not met and this is the best token that is still valid. `failing`: a refresh does not work at the moment. `limited`: the provider's tokens never live that long. */
  refresh?: "failing" | "limited" | undefined;
}

/** Credentials of the formats api_key, basic and custom; they have no end. */
export interface Credentials {
  /** What was typed, by the names of the integration document. */
  credentials: Record<string, string>;
  /** Grows by one with each new token set. */
  credential_version: number;
}

/** A page of attempts. */
export interface RefreshAttemptPage {
  /** The attempts of this page, newest first. */
  data: Array<RefreshAttempt>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
}

/** The mass failures that are not over. */
export interface MassFailureList {
  /** By integration name. */
  data: Array<MassFailure>;
}

/** How one integration stands with the mass-disconnect guard. */
export interface MassFailure {
  /** The integration's name. */
  integration_name: string;
  /** `none`: nothing is held. `declared`: accounts are held until somebody decides. `resolving`: it was decided, and the held accounts go their way in the background. */
  state: "none" | "declared" | "resolving";
  /** Since when accounts are held; null unless declared. */
  started_at: string | null;
  /** Where to look first; never acted upon. `customer`: all accounts that left are one tenant's. `client`: your OAuth client was changed within a day before. `provider`: neither. */
  likely_cause: "customer" | "client" | "provider" | null;
  /** Accounts that are held now. After a decision it counts down. */
  held: number;
  /** Accounts that became `needs_reauth` shortly before it was declared, or since; 0 unless declared. */
  left: number;
  /** The latest decision; null: none. */
  decision: "release" | "confirm" | null;
  /** Who decided: the id of a key or an administrator; null: nobody. */
  decided_by: string | null;
  /** When; null: nobody did. */
  decided_at: string | null;
}

/** A link with which a customer connects or re-authorizes. */
export interface LinkToken {
  /** The link's token, shown this once. */
  link_token: string;
  /** Where to send the customer's browser, or open it in a window. */
  url: string;
  /** When the link ends. */
  expires_at: string;
}

/** Who connects what. */
export interface LinkTokenRequest {
  /** Your customer, by your product's own id. */
  tenant_id: string;
  /** Who of your customer's people it is for, by your own id. */
  user_reference?: string | undefined;
  /** The integration to connect. Without it and `integrations`, the customer chooses. */
  integration_name?: string | undefined;
  /** The integrations that the customer may choose from. */
  integrations?: Array<string> | undefined;
  /** The account to re-authorize; it keeps its id. */
  integrated_account_id?: string | undefined;
  /** Where the customer comes back to; exactly one of the environment's `return_urls`. */
  return_url?: string | undefined;
  /** Asked for besides those of the integration. */
  scopes?: Array<string> | undefined;
  /** Nothing connects until POST /connect-sessions/{id}/complete has named tenant and user once more. Needs user_reference and return_url. */
  session_binding?: boolean | undefined;
  /** Seconds that the link lives, 60 to 604,800 (seven days). */
  expires_in?: number | undefined;
  /** The language of the connect page: en, de, fr, es, pt, ja, with whatever region. Of another language, or without one, the page speaks the browser's. */
  locale?: string | undefined;
  /** Becomes the account's `metadata`. */
  metadata?: Record<string, string> | undefined;
}

/** Who connected, both as the link has them. */
export interface ConnectConfirmation {
  /** Your customer, by your product's own id. */
  tenant_id: string;
  /** Who of your customer's people it is for, by your own id. */
  user_reference: string;
}

/** The settings of one environment. */
export interface Environment {
  /** The environment's name. */
  name: string;
  /** Where links may send a customer back to, exactly. */
  return_urls: Array<string>;
  /** Origins of your product's pages. */
  allowed_origins: Array<string>;
  branding: StoredBranding;
  /** Whether an event of a dead grant carries a ready link. */
  reauth_links_in_events: boolean;
  /** Where links lead and connect pages are served; null: at Evergrant's public address. */
  connect_url: string | null;
}

/** What the connect pages show of your product. */
export interface StoredBranding {
  /** Your product's name. */
  name?: string | undefined;
  /** Where the picture is; send it to keep it. */
  logo?: string | undefined;
  /** The colour of the one button and of links. */
  accent?: {
    /** On the light card. */
    light: string;
    /** On the dark card. */
    dark: string;
  } | undefined;
  /** Where customers get help. */
  support?: string | undefined;
  /** Your privacy policy. */
  privacy_url?: string | undefined;
  [name: string]: unknown;
}

/** What to change; what is absent stays. */
export interface EnvironmentPatch {
  /** Takes the place of the whole list, at most 100. */
  return_urls?: Array<string> | undefined;
  /** Takes the place of the whole list, at most 100; without a path. */
  allowed_origins?: Array<string> | undefined;
  branding?: Branding | undefined;
  /** Whether an event of a dead grant carries a ready link. */
  reauth_links_in_events?: boolean | undefined;
  /** An origin of your own whose name leads to Evergrant, for links and connect pages. Redirect URIs stay where they are. Null takes it back. */
  connect_url?: string | null | undefined;
}

/** What the connect pages show of your product. Takes the place of all that was set before. */
export interface Branding {
  /** Your product's name. */
  name?: string | undefined;
  /** Your product's mark, shown at 56 by 56 points: PNG, JPEG or WebP of at most 64 KB and 1024 by 1024 points, as a data: URL. The address that reading answers keeps the one that is there. */
  logo?: string | undefined;
  /** The colour of the one button and of links, for each theme. */
  accent?: {
    /** Six hex digits. At least 3:1 against the light card, and 4.5:1 under white or near-black words, which are chosen for you. */
    light: string;
    /** Six hex digits. At least 3:1 against the dark card, and 4.5:1 under white or near-black words, which are chosen for you. */
    dark: string;
  } | undefined;
  /** Where customers get help: an e-mail address or https URL. */
  support?: string | undefined;
  /** Your privacy policy. */
  privacy_url?: string | undefined;
}

/** How an accent would be read. */
export interface AccentView {
  light: AccentJudgement;
  /** On the dark card; null: not asked. */
  dark: AccentJudgement;
}

/** On the light card; null: not asked. */
export type AccentJudgement = {
  /** Whether it can be used. */
  passes: boolean;
  /** The button and its edge. */
  fill: string;
  /** Words on the button: white or near black. */
  on_fill: string;
  /** Words in the accent on the card: it, or its nearest shade that can be read there. */
  ink: string;
  /** Ratios, rounded down. */
  contrast: {
    /** Of the words on the button; 4.5 is needed. */
    words: number;
    /** Of the button on the card; 3 is needed. */
    card: number;
  };
  /** The colour, or its nearest shade that can be used. */
  nearest: string;
  /** Why it can't be used, for people; null: it can. */
  detail: string | null;
} | null;

/** An endpoint with its signing secret. */
export type NewWebhookEndpoint = WebhookEndpoint & {
  /** Signs every delivery. Shown once; null: the format is not signed. */
  secret: string | null;
};

/** Where events are sent, and how it does. */
export interface WebhookEndpoint {
  /** The endpoint's id. */
  id: string;
  /** Where events are sent. Of the address of a chat, which lets whoever knows it write there, only the origin and the last four characters are shown, with … between them. */
  url: string;
  /** `standard`: the event as JSON, signed (Standard Webhooks). `chat`: `{"text": "…"}` in plain words, as incoming webhooks of chats take it. `email`: the same words as a mail. */
  format: "standard" | "chat" | "email";
  /** Types of events, groups of them such as `integrated_account:*`, or `*` for all. */
  events: Array<"*" | "integrated_account:*" | "integration:*" | "environment:*" | "security:*" | "approval:*" | "webhook_endpoint:*" | "integrated_account:created" | "integrated_account:authentication_error" | "integrated_account:reactivated" | "integrated_account:scopes_changed" | "integrated_account:refresh_delayed" | "integrated_account:reauth_soon" | "integrated_account:disconnected" | "integration:client_error" | "integration:degraded" | "integration:recovered" | "integration:mass_failure" | "environment:needs_reauth_spike" | "security:anomaly" | "approval:requested" | "approval:ended" | "webhook_endpoint:failing" | "webhook_endpoint:disabled" | "webhook_endpoint:ping">;
  /** Your own words about it; null: none. */
  description: string | null;
  /** `disabled`: nothing is sent, and events that come meanwhile are kept for a replay. */
  status: "enabled" | "disabled";
  /** `failing`: only failures for five days. `gone`: it answered 410. `operator`: somebody did. null: it is enabled. */
  disabled_reason: "failing" | "gone" | "operator" | null;
  /** Since when; null: it is enabled. */
  disabled_at: string | null;
  /** Attempts that failed in a row. */
  failures: number;
  /** The first of them; null: the latest attempt worked, or there was none. After three days `webhook_endpoint:failing` warns, after five the endpoint is disabled. */
  failing_since: string | null;
  /** The latest attempt that worked; null: none. */
  last_success_at: string | null;
  /** Deliveries that are not done, those between two attempts among them. 10000 stands for more. */
  waiting: number;
  /** What became of the events of the last 24 hours; of more than 1,000, of the latest 1,000. */
  last_day: {
    /** Deliveries that were made. */
    deliveries: number;
    /** Those that arrived. */
    delivered: number;
  };
  /** Until then every delivery is signed with the replaced secret too; null: with one secret. */
  previous_secret_accepted_until: string | null;
  /** When it was made. */
  created_at: string;
  /** When it was changed last. */
  updated_at: string;
}

/** Where events are to be sent. */
export interface WebhookEndpointRequest {
  /** Where events are sent: an https address without credentials in it, at most 2,000 characters; or, for mails, `mailto:` and one address. Plain http, and ports other than 443, are for hosts in a range of EVERGRANT_EGRESS_ALLOW alone. */
  url: string;
  /** What is sent; `*` by default. */
  events?: Array<"*" | "integrated_account:*" | "integration:*" | "environment:*" | "security:*" | "approval:*" | "webhook_endpoint:*" | "integrated_account:created" | "integrated_account:authentication_error" | "integrated_account:reactivated" | "integrated_account:scopes_changed" | "integrated_account:refresh_delayed" | "integrated_account:reauth_soon" | "integrated_account:disconnected" | "integration:client_error" | "integration:degraded" | "integration:recovered" | "integration:mass_failure" | "environment:needs_reauth_spike" | "security:anomaly" | "approval:requested" | "approval:ended" | "webhook_endpoint:failing" | "webhook_endpoint:disabled" | "webhook_endpoint:ping"> | undefined;
  /** By default `email` for a `mailto:` address, and `standard` for any other. */
  format?: "standard" | "chat" | "email" | undefined;
  /** Your own words about it; null: none. */
  description?: string | null | undefined;
}

/** The endpoints of the environment; at most 50. */
export interface WebhookEndpointList {
  /** All of them, oldest first. */
  data: Array<WebhookEndpoint>;
}

/** What is absent stays; `events` is replaced as a whole. */
export interface WebhookEndpointPatch {
  /** Where events are sent: an https address without credentials in it, at most 2,000 characters; or, for mails, `mailto:` and one address. Plain http, and ports other than 443, are for hosts in a range of EVERGRANT_EGRESS_ALLOW alone. */
  url?: string | undefined;
  /** Types of events, groups of them such as `integrated_account:*`, or `*` for all. */
  events?: Array<"*" | "integrated_account:*" | "integration:*" | "environment:*" | "security:*" | "approval:*" | "webhook_endpoint:*" | "integrated_account:created" | "integrated_account:authentication_error" | "integrated_account:reactivated" | "integrated_account:scopes_changed" | "integrated_account:refresh_delayed" | "integrated_account:reauth_soon" | "integrated_account:disconnected" | "integration:client_error" | "integration:degraded" | "integration:recovered" | "integration:mass_failure" | "environment:needs_reauth_spike" | "security:anomaly" | "approval:requested" | "approval:ended" | "webhook_endpoint:failing" | "webhook_endpoint:disabled" | "webhook_endpoint:ping"> | undefined;
  /** Your own words about it; null: none. */
  description?: string | null | undefined;
  /** `enabled` takes a disabled endpoint into use again, its failures forgotten; `disabled` ends its deliveries as failed. */
  status?: "enabled" | "disabled" | undefined;
}

/** A new signing secret. */
export interface RotatedSecret {
  /** Signs every delivery (HMAC-SHA-256). Shown once: keep it where your receiver finds it. */
  secret: string;
  /** Until then deliveries carry the signatures of both secrets. */
  previous_accepted_until: string;
}

/** A test event is on its way. */
export interface PingSent {
  /** The ping. */
  event_id: string;
  /** Its delivery; read it to see what came of it. */
  delivery_id: string;
}

/** What a replay sends. */
export interface Replay {
  /** How many are on their way. */
  deliveries: number;
}

/** Which events are to be sent once more. */
export interface ReplayRequest {
  /** Events from then on; they are kept for 30 days. */
  from: string;
  /** And until then; now by default. */
  to?: string | undefined;
  /** `failed`: what did not arrive, whether its delivery failed or the endpoint was not there or disabled. `all`: also what was delivered. */
  status?: "failed" | "all" | undefined;
  /** Of these types alone, among those that the endpoint subscribes to; by default all of them. */
  event_types?: Array<"integrated_account:created" | "integrated_account:authentication_error" | "integrated_account:reactivated" | "integrated_account:scopes_changed" | "integrated_account:refresh_delayed" | "integrated_account:reauth_soon" | "integrated_account:disconnected" | "integration:client_error" | "integration:degraded" | "integration:recovered" | "integration:mass_failure" | "environment:needs_reauth_spike" | "security:anomaly" | "approval:requested" | "approval:ended" | "webhook_endpoint:failing" | "webhook_endpoint:disabled" | "webhook_endpoint:ping"> | undefined;
}

/** A page of events. */
export interface EventPage {
  /** The events of this page, newest first. */
  data: Array<Event>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
}

/** Something that happened; the body of a webhook has this form. */
export interface Event {
  /** The event's id. */
  id: string;
  /** When it happened. */
  created_at: string;
  /** The environment's name. */
  environment: string;
  /** Counts the events of one account, in the order in which they happened; null: it is about none. */
  sequence: number | null;
  /** `integrated_account:created`: A customer connected for the first time. `integrated_account:authentication_error`: The grant is dead: the customer must re-authorize. `integrated_account:reactivated`: An account that needed re-authorization works again. `integrated_account:scopes_changed`: The scopes that were granted are others than before. `integrated_account:refresh_delayed`: No valid token is left, and refreshing fails for now. `integrated_account:reauth_soon`: The grant ends soon: the customer should re-authorize before. `integrated_account:disconnected`: The account was disconnected. `integration:client_error`: The provider rejects your OAuth client. `integration:degraded`: The provider fails, and refreshes wait. `integration:recovered`: The provider answers again. `integration:mass_failure`: Many accounts failed together; they are held until you decide. `environment:needs_reauth_spike`: Unusually many accounts need re-authorization. `security:anomaly`: Something happened that should not. `approval:requested`: Somebody asks for a second person's approval. `approval:ended`: A request for approval is over. `webhook_endpoint:failing`: A webhook endpoint has failed for days and will be disabled. `webhook_endpoint:disabled`: A webhook endpoint was disabled. `webhook_endpoint:ping`: A test. */
  event_type: "integrated_account:created" | "integrated_account:authentication_error" | "integrated_account:reactivated" | "integrated_account:scopes_changed" | "integrated_account:refresh_delayed" | "integrated_account:reauth_soon" | "integrated_account:disconnected" | "integration:client_error" | "integration:degraded" | "integration:recovered" | "integration:mass_failure" | "environment:needs_reauth_spike" | "security:anomaly" | "approval:requested" | "approval:ended" | "webhook_endpoint:failing" | "webhook_endpoint:disabled" | "webhook_endpoint:ping";
  /** Ids and states of what it is about; never a token. */
  payload: Record<string, unknown>;
}

/** An event with its deliveries. */
export type EventDetail = Event & {
  /** One for each endpoint that it went to. */
  deliveries: Array<WebhookDelivery>;
};

/** One event on its way to one endpoint. */
export interface WebhookDelivery {
  /** The delivery's id. */
  id: string;
  /** The event's id, which is the `webhook-id` of every attempt. */
  event_id: string;
  /** `integrated_account:created`: A customer connected for the first time. `integrated_account:authentication_error`: The grant is dead: the customer must re-authorize. `integrated_account:reactivated`: An account that needed re-authorization works again. `integrated_account:scopes_changed`: The scopes that were granted are others than before. `integrated_account:refresh_delayed`: No valid token is left, and refreshing fails for now. `integrated_account:reauth_soon`: The grant ends soon: the customer should re-authorize before. `integrated_account:disconnected`: The account was disconnected. `integration:client_error`: The provider rejects your OAuth client. `integration:degraded`: The provider fails, and refreshes wait. `integration:recovered`: The provider answers again. `integration:mass_failure`: Many accounts failed together; they are held until you decide. `environment:needs_reauth_spike`: Unusually many accounts need re-authorization. `security:anomaly`: Something happened that should not. `approval:requested`: Somebody asks for a second person's approval. `approval:ended`: A request for approval is over. `webhook_endpoint:failing`: A webhook endpoint has failed for days and will be disabled. `webhook_endpoint:disabled`: A webhook endpoint was disabled. `webhook_endpoint:ping`: A test. */
  event_type: "integrated_account:created" | "integrated_account:authentication_error" | "integrated_account:reactivated" | "integrated_account:scopes_changed" | "integrated_account:refresh_delayed" | "integrated_account:reauth_soon" | "integrated_account:disconnected" | "integration:client_error" | "integration:degraded" | "integration:recovered" | "integration:mass_failure" | "environment:needs_reauth_spike" | "security:anomaly" | "approval:requested" | "approval:ended" | "webhook_endpoint:failing" | "webhook_endpoint:disabled" | "webhook_endpoint:ping";
  /** When the event happened. */
  event_created_at: string;
  /** The account that it is about; null: it is about none. */
  integrated_account_id: string | null;
  /** The endpoint's id. */
  webhook_endpoint_id: string;
  /** `pending`: an attempt is to come. `delivered`: the receiver took it. `failed`: given up, after ten attempts or since the endpoint was disabled; redeliver or replay it. */
  status: "pending" | "delivered" | "failed";
  /** What was tried, oldest first; the latest 50. */
  attempts: Array<DeliveryAttempt>;
  /** When it is tried next; null: it is not. */
  next_attempt_at: string | null;
  /** When it was delivered or given up; null: it is pending. */
  finished_at: string | null;
}

/** One attempt to deliver an event. */
export interface DeliveryAttempt {
  /** When it began. */
  at: string;
  /** What the receiver answered; null: it did not, or it was a mail. */
  http_status: number | null;
  /** How long it took, milliseconds. */
  latency_ms: number;
  /** Why it does not count as delivered; null: it does. */
  error: string | null;
  /** The beginning of the answer, at most 1 kB; links that it repeats are left out. null: nothing came. */
  response: string | null;
}

/** A page of deliveries. */
export interface WebhookDeliveryPage {
  /** The deliveries of this page, newest event first. */
  data: Array<WebhookDelivery>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
}

/** What seals the values of this environment. */
export interface SealingKeys {
  /** What wraps the data keys of accounts. `direct`: the KMS, each one. `tenant`: one key per tenant, which the KMS wraps and each process remembers for some minutes. What belongs to no tenant is always wrapped by the KMS. */
  policy: "direct" | "tenant";
  /** Of the KMS: the current one first. */
  keys: Array<SealingKey>;
  /** Keys of tenants, together. */
  tenant_keys: {
    /** Tenants that have a key. */
    current: number;
    /** Earlier versions of their keys, which open what is not re-wrapped yet. */
    retired: number;
    /** Keys that were destroyed. */
    destroyed: number;
    /** Values that keys of tenants seal; of destroyed ones too, which do not open. */
    sealed: number;
    /** How often they wrapped. */
    wraps: number;
  };
  /** Re-wraps, newest first, ten at most. */
  runs: Array<RewrapRun>;
}

/** A key-encryption key in one environment. Never key material. */
export interface SealingKey {
  /** The key's id, as the configuration or the KMS names it. */
  id: string;
  /** `current` seals what is new. `opens` only opens. `disabled`: an operator disabled it, or no process of this kind is configured with it (`configured` false). */
  state: "current" | "opens" | "disabled";
  /** Whether the process that answers has it. */
  configured: boolean;
  /** Values that it seals in this environment. */
  sealed: number;
  sealed_by_kind: SealedCounts;
  /** How often it wrapped in this environment, since `keys rotate` gave it its newest version where it did. Counted in memory and added every few seconds: a process that was killed took the last ones with it. */
  wraps: number;
  /** When it wrapped first; null: before this was noted. */
  first_seen_at: string | null;
  /** When it was last disabled or enabled; null: never. */
  changed_at: string | null;
  /** By whom: a key, an administrator, the command line; null: nobody. */
  changed_by: string | null;
}

/** How many values a key seals, by what they are. */
export interface SealedCounts {
  /** Keys of tenants. */
  tenant_key: number;
  /** Token sets and typed credentials of accounts. */
  credential: number;
  /** Client secrets and keys, webhook secrets, what a connect session holds. */
  secret: number;
  /** Answers kept for repeated requests. */
  answer: number;
}

/** Everything that is not under the current key gets there. */
export interface RewrapRun {
  /** The run's id. */
  id: string;
  /** `running`: a worker has it, or takes it within a minute. */
  state: "running" | "paused" | "done" | "stopped";
  /** `verifying`: everything was gone through, and a sample is opened. */
  phase: "rewrapping" | "verifying";
  /** The key's id, as the configuration or the KMS names it. */
  to: string;
  /** Whether it wraps anew what is under that key already, too: once, in one pass. For a key that got a new version inside before the run began. */
  everything: boolean;
  /** Keys that were used besides when it began; a hundred at most. */
  from: Array<string>;
  /** Values that were to be re-wrapped when it began. */
  total: number;
  /** Values re-wrapped so far. */
  done: number;
  /** Values that do not open. */
  failed: number;
  /** Values that a process with the old configuration sealed meanwhile, and that were re-wrapped too. */
  anew: number;
  /** Values a second at most; null: as fast as it goes. */
  pace: number | null;
  /** Values a second, measured; null: not yet. */
  rate: number | null;
  /** Until everything is re-wrapped, at that rate; null: not known, or it does not run. */
  seconds_left: number | null;
  /** Values that were opened at the end: 1 %, at least 200, at most 2,000; null: not at its end. */
  sample: number | null;
  /** How many of them opened; null: not at its end. */
  sample_opened: number | null;
  /** At the end: keys that still seal something, and how much; empty when all went well; null: not at its end. */
  remaining: Record<string, number> | null;
  /** Why it waits; null: it does not. */
  last_error: string | null;
  /** Who began it. */
  started_by: string;
  /** An instant, RFC 3339 in UTC. */
  started_at: string;
  /** An instant, RFC 3339 in UTC. */
  updated_at: string;
  /** When it ended; null: it has not. */
  finished_at: string | null;
}

/** How fast, and what. */
export interface RewrapRequest {
  /** Values a second at most; null: as fast as it goes. */
  pace?: number | null | undefined;
  /** What is under the current key already, too, since it got a new version inside (`keys rotate`): values under its older versions have the same key id, so nothing else finds them. By default only what is not under the current key. */
  everything?: boolean | undefined;
}

/** A run, and where what does not open stands. */
export type RewrapRunDetail = RewrapRun & {
  /** Values that do not open, a hundred at most. */
  failures: Array<RewrapFailure>;
};

/** A value that does not open: where it is, and nothing of it. */
export interface RewrapFailure {
  /** What kind of value it is. */
  place: "tenant_key" | "credential" | "secret" | "answer";
  /** The id of what owns it. */
  owner: string;
  /** Which of its values. */
  field: string;
  /** Which version of it. */
  version: number;
  /** The key's id, as the configuration or the KMS names it. */
  key_id: string;
  /** `unreadable`: no sealed value. `does_not_open`: altered, moved, or its key is missing. `key_disabled`. `sample_does_not_open`: found when a sample was opened at the end. */
  reason: "unreadable" | "does_not_open" | "key_disabled" | "sample_does_not_open";
}

/** What is absent stays. */
export interface RewrapRunPatch {
  /** `paused` after the batch in hand; `running` resumes; `stopped` ends it for good. */
  state?: "running" | "paused" | "stopped" | undefined;
  /** Values a second at most; null: as fast as it goes. */
  pace?: number | null | undefined;
}

/** The policy from now on. */
export interface SealingPolicyRequest {
  /** What wraps the data keys of accounts. `direct`: the KMS, each one. `tenant`: one key per tenant, which the KMS wraps and each process remembers for some minutes. What belongs to no tenant is always wrapped by the KMS. */
  policy: "direct" | "tenant";
}

/** A proof by trial that a copy of the database without its keys opens nothing. */
export interface KeyDrill {
  /** Whether everything opens with its keys, and nothing without; false where nothing is sealed. */
  proven: boolean;
  /** Values that were tried, 200 at most, at random. */
  sample: number;
  /** How many opened with the real keys. */
  opened: number;
  /** How many opened with random keys of the same names. */
  opened_without_keys: number;
  /** How many opened in the name of each other environment. */
  opened_with_keys_of: Record<string, number>;
}

/** What was left of a tenant, and is no more. */
export interface DeletedTenant {
  /** Whose accounts and key. */
  tenant_id: string;
  /** Accounts that this call disconnected, by what became of their grants. */
  disconnected: {
    /** Grants that the provider ended. */
    revoked: number;
    /** Grants that the provider can't be asked to end, or credentials that were typed. */
    not_supported: number;
    /** Grants that the provider would not end, or was not there to. */
    failed: number;
  };
  /** Accounts that are left for another call; 0: the tenant is deleted. */
  remaining: number;
  /** Keys of the tenant that this call destroyed, earlier versions among them. */
  keys_destroyed: number;
}

/** A page of the audit log. */
export interface AuditEventPage {
  /** The records of this page, newest first. */
  data: Array<AuditEvent>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
}

/** One record of the audit log. */
export interface AuditEvent {
  /** The record's id. */
  id: string;
  /** When it was written, by the database's clock. */
  at: string;
  /** Who did it: `key_…`, `usr_…`, `worker`, `connect`, `command_line`. */
  actor: string;
  /** What was done. */
  action: string;
  /** The id or the name of what it was done to. */
  target: string;
  /** The account that it is about; null: it is about none. */
  integrated_account_id: string | null;
  /** The environment's name. */
  environment: string;
  /** The key-encryption key that was used; null: none was. */
  key_id: string | null;
  /** Names, versions and purposes; never a secret. */
  detail: Record<string, unknown>;
  /** Of its link in the environment's chain, over everything before it; null: it is sealed within seconds. */
  hash: string | null;
}

/** What came of looking at a part of the audit log. */
export interface AuditVerification {
  /** Whether all that was looked at is as it was sealed. */
  ok: boolean;
  /** Records that are, before the first that is not. */
  checked: number;
  first_broken: AuditFault;
}

/** The first that is not; null: all are. */
export type AuditFault = {
  /** `edited`, `removed`, `added`, `reordered`: what became of the record. `unsealed`: it has no link, though the sealer is at work. `link_altered`: its link was changed. `rewritten`: an anchor knows another chain. `cut_off`: the end is gone. `anchor_forged`, `anchor_key_unknown`: an anchor's signature does not hold, or its key is not known. `anchors_gone`: there should be later ones. */
  problem: "edited" | "removed" | "added" | "reordered" | "unsealed" | "link_altered" | "rewritten" | "cut_off" | "anchor_forged" | "anchor_key_unknown" | "anchors_gone";
  /** The record's id; null: nothing says which it was. */
  id: string | null;
  /** Its number in the chain; null: it has none. */
  seq: number | null;
  /** Its time; null: nothing says when it was. */
  at: string | null;
  /** The same in words. */
  explanation: string;
} | null;

/** A page of anchors. */
export interface AuditAnchorPage {
  /** The anchors of this page, newest first. */
  data: Array<AuditAnchor>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
}

/** What the chain was at a moment, signed. Keep it where the database is not. */
export interface AuditAnchor {
  /** The environment's id. */
  environment_id: string;
  /** `head`: the chain as it was. `retired`: the records up to here were removed at the end of their time. `restored`: the database came back from a copy, and older anchors beyond it belong to what was lost. */
  kind: "head" | "retired" | "restored";
  /** The number of the link. */
  seq: number;
  /** Of that link. */
  hash: string;
  /** When it was signed. */
  at: string;
  /** Records before it were removed at the end of their time; null: none were. */
  rows_since: string | null;
  /** Records before it were written by a version without proofs; null: none were. */
  unproven_until: string | null;
  /** Why, of a restored one; null: nothing was said. */
  note: string | null;
  /** The key that signed it. */
  key_id: string;
  /** Ed25519, in base64url, over the anchor without it as canonical JSON (RFC 8785), with `type` `evergrant-audit-anchor/1`. */
  signature: string;
}

/** Where the environment's chain of audit records stands. */
export interface AuditChain {
  /** How many records were sealed so far, those that were removed since included. */
  sealed_records: number;
  /** When the latest was; null: none was yet. */
  sealed_at: string | null;
  /** When the sealer last had nothing left to do; null: none has run. Over a minute ago, no worker runs, or none keeps up. */
  looked_at: string | null;
  /** The anchor that knows most; null: there is none yet. */
  latest_anchor: AuditAnchor | null;
  /** The daily check; null: none was made yet. */
  latest_check: {
    /** When it was. */
    at: string;
    /** The first record that was looked at. */
    from_seq: number;
    /** The last. */
    to_seq: number;
    /** What was found; null: all was well. */
    fault: AuditFault;
  } | null;
  /** The key that signs anchors now. */
  key_id: string;
  /** It, for whoever checks anchors elsewhere: Ed25519, 32 bytes in base64url. */
  public_key: string;
}

/** A page of anomalies. */
export interface AnomalyList {
  /** Newest first. */
  data: Array<Anomaly>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
}

/** Something that is unlike the past, from its first sign until it was quiet. */
export interface Anomaly {
  /** The anomaly's id. */
  id: string;
  /** `decrypt_rate`: a caller opened more credentials than it ever does. `tenant_spread`: of more tenants. `dormant_key`: a key that was not used for long opened something. `new_network`: a key from a network that it never came from. `unknown_path`: something was opened in a way that no part of Evergrant does. `needs_reauth_spike`: unusually many accounts of an integration need re-authorization. */
  kind: "decrypt_rate" | "tenant_spread" | "dormant_key" | "new_network" | "unknown_path" | "needs_reauth_spike";
  /** What happened, in one sentence. */
  summary: string;
  caller: AnomalyCaller;
  /** The integration that it is about; null: it is about a caller. */
  integration_name: string | null;
  /** Of the first sign. */
  started_at: string;
  /** Of the latest sign. */
  last_at: string;
  /** When it had been quiet for long enough to be over; null: it goes on. */
  ended_at: string | null;
  measured: AnomalyMeasure;
  /** What else is known, by kind: tenants, networks, days; ids and counts, never a secret. */
  detail: Record<string, string | number | boolean | null>;
  /** Whether it stopped the API key by itself. */
  has_stopped_key: boolean;
  /** When somebody said that they saw it; null: nobody did. */
  acknowledged_at: string | null;
  /** Who: the id of a key or an administrator; null: nobody. */
  acknowledged_by: string | null;
}

/** Who it is about; null: it is about an integration. */
export type AnomalyCaller = {
  /** Its id in the audit log: a key, an administrator, or a process such as `worker`. */
  id: string;
  /** What it is: an API key, an administrator, a process. */
  type: "api_key" | "admin" | "process";
  /** As people know it; null: it has none. */
  name: string | null;
  /** Of a key: its last four characters; null of others. */
  ends_with: string | null;
  /** Of a key that is stopped now: since when. */
  stopped_at: string | null;
  /** Of a key that is revoked: since when. */
  revoked_at: string | null;
} | null;

/** Of kinds that count something: what was furthest from the past; null of others. */
export type AnomalyMeasure = {
  /** What was counted. */
  observed: number;
  /** What is usual around this hour of the day; 0: nothing is. */
  usual: number;
  /** It rings above this. */
  bound: number;
  /** The time that it was counted over. */
  window_seconds: number;
} | null;

/** When alarms of this environment ring, and what they stop. */
export interface AnomalyPolicy {
  /** So many times its usual level a caller may go before it rings. */
  factor: number;
  least: AnomalyLevels;
  /** The same for a caller of which fewer than two days are known: these alone bound it. */
  newcomer: AnomalyLevels;
  /** A key that opened nothing for so many days rings when it does. */
  dormant_days: number;
  /** When leaving customers ring. */
  spike: {
    /** At least so many accounts of an integration must need re-authorization within a day. */
    accounts: number;
    /** And such a share of those that were alive. */
    share: number;
  };
  /** Kinds that stop the API key at once, within a second everywhere. Empty by default: people decide. */
  stop_on: Array<"decrypt_rate" | "tenant_spread" | "dormant_key" | "new_network" | "unknown_path">;
  /** What differs for single callers, by their ids. */
  callers: Record<string, CallerAnomalyPolicy>;
}

/** Nothing rings at or below these, whatever is usual. */
export interface AnomalyLevels {
  /** Credentials opened within a minute. */
  reads_per_minute: number;
  /** Credentials opened within an hour. */
  reads_per_hour: number;
  /** Tenants whose credentials were opened within a minute. */
  tenants_per_minute: number;
  /** Tenants whose credentials were opened within an hour. */
  tenants_per_hour: number;
}

/** What differs for one caller. */
export interface CallerAnomalyPolicy {
  levels?: SomeAnomalyLevels | undefined;
  /** In place of the environment's `stop_on`. */
  stop_on?: Array<"decrypt_rate" | "tenant_spread" | "dormant_key" | "new_network" | "unknown_path"> | undefined;
}

/** In place of `least` and `newcomer`, for a caller that does more by its nature, such as once a month. */
export interface SomeAnomalyLevels {
  /** Credentials opened within a minute. */
  reads_per_minute?: number | undefined;
  /** Credentials opened within an hour. */
  reads_per_hour?: number | undefined;
  /** Tenants whose credentials were opened within a minute. */
  tenants_per_minute?: number | undefined;
  /** Tenants whose credentials were opened within an hour. */
  tenants_per_hour?: number | undefined;
}

/** What is absent stays; null is the default again. */
export interface AnomalyPolicyPatch {
  /** So many times its usual level a caller may go before it rings. */
  factor?: number | null | undefined;
  /** Levels; what is absent stays as it is. */
  least?: SomeAnomalyLevels | null | undefined;
  /** Levels; what is absent stays as it is. */
  newcomer?: SomeAnomalyLevels | null | undefined;
  /** A key that opened nothing for so many days rings when it does. */
  dormant_days?: number | null | undefined;
  /** When leaving customers ring. */
  spike?: {
    /** At least so many accounts of an integration must need re-authorization within a day. */
    accounts?: number | undefined;
    /** And such a share of those that were alive. */
    share?: number | undefined;
  } | null | undefined;
  /** Kinds that stop the API key at once, within a second everywhere. Empty by default: people decide. */
  stop_on?: Array<"decrypt_rate" | "tenant_spread" | "dormant_key" | "new_network" | "unknown_path"> | null | undefined;
  /** What differs for single callers, by their ids, of at most 200; null takes one's away, and what is absent stays, of one caller too. */
  callers?: Record<string, CallerAnomalyPolicy | null> | null | undefined;
}

/** An API key, and whether it is stopped. */
export interface StoppableApiKey {
  /** The key's id. */
  id: string;
  /** The key's name. */
  name: string;
  /** Its last four characters. */
  ends_with: string;
  /** Since when it is stopped; null: it is in force. */
  stopped_at: string | null;
  /** Who stopped it: a key, an administrator, or `worker` where an alarm did; null: nobody. */
  stopped_by: string | null;
}

/** A page of API keys. */
export interface ApiKeyList {
  /** Newest first. */
  data: Array<ApiKey>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
}

/** An API key. The key itself is shown once, when it is made. */
export interface ApiKey {
  /** The key's id. */
  id: string;
  /** What it is for. */
  name: string;
  /** Its last four characters. */
  ends_with: string;
  /** `valid`: it works. `stopped`: refused until an owner starts it again. `expired` and `revoked`: refused for good. */
  state: "valid" | "stopped" | "expired" | "revoked";
  /** What it may do. */
  permissions: Array<"accounts:read" | "accounts:write" | "tokens:read" | "proxy" | "unified" | "links:write" | "integrations:read" | "integrations:write" | "webhooks:read" | "webhooks:write" | "audit:read" | "approvals:read" | "settings:write" | "keys:read" | "keys:write" | "export">;
  /** Only these customers; null: all. */
  tenant_ids: Array<string> | null;
  /** Only these integrations; null: all. */
  integration_names: Array<string> | null;
  /** Ranges from which it may be used; null: anywhere. */
  addresses: Array<string> | null;
  /** An instant, RFC 3339 in UTC. */
  created_at: string;
  /** Who made it: an administrator, another key, or `command_line`. */
  created_by: string;
  /** Its latest request, to the minute; null: none yet. */
  last_used_at: string | null;
  /** When it ends; null: it does not. */
  expires_at: string | null;
  /** Since when it is stopped; null: it is not. */
  stopped_at: string | null;
  /** Who stopped it: an administrator, a key, or `worker` where an alarm did; null: nobody. */
  stopped_by: string | null;
  /** When it was revoked; null: it was not. */
  revoked_at: string | null;
}

/** An API key, and what it was used for lately. */
export interface ApiKeyDetail {
  /** The key's id. */
  id: string;
  /** What it is for. */
  name: string;
  /** Its last four characters. */
  ends_with: string;
  /** `valid`: it works. `stopped`: refused until an owner starts it again. `expired` and `revoked`: refused for good. */
  state: "valid" | "stopped" | "expired" | "revoked";
  /** What it may do. */
  permissions: Array<"accounts:read" | "accounts:write" | "tokens:read" | "proxy" | "unified" | "links:write" | "integrations:read" | "integrations:write" | "webhooks:read" | "webhooks:write" | "audit:read" | "approvals:read" | "settings:write" | "keys:read" | "keys:write" | "export">;
  /** Only these customers; null: all. */
  tenant_ids: Array<string> | null;
  /** Only these integrations; null: all. */
  integration_names: Array<string> | null;
  /** Ranges from which it may be used; null: anywhere. */
  addresses: Array<string> | null;
  /** An instant, RFC 3339 in UTC. */
  created_at: string;
  /** Who made it: an administrator, another key, or `command_line`. */
  created_by: string;
  /** Its latest request, to the minute; null: none yet. */
  last_used_at: string | null;
  /** When it ends; null: it does not. */
  expires_at: string | null;
  /** Since when it is stopped; null: it is not. */
  stopped_at: string | null;
  /** Who stopped it: an administrator, a key, or `worker` where an alarm did; null: nobody. */
  stopped_by: string | null;
  /** When it was revoked; null: it was not. */
  revoked_at: string | null;
  activity: ApiKeyActivity;
}

/** What a key was used for lately. */
export interface ApiKeyActivity {
  /** Credentials that it opened within 24 hours: token reads and calls. */
  openings: number;
  /** Of how many customers within one of those hours, the most. */
  most_tenants: number;
  /** Where it was used from within 90 days, the latest first, at most ten. */
  networks: Array<{
    /** A network. */
    network: string;
    /** When it was used from there last, to the hour. */
    last_seen_at: string;
  }>;
  /** Keys that were made with it and are in force. They stay when it goes. */
  made_keys: Array<string>;
}

/** An API key with itself: the only time. */
export interface NewApiKey {
  /** The key's id. */
  id: string;
  /** What it is for. */
  name: string;
  /** Its last four characters. */
  ends_with: string;
  /** `valid`: it works. `stopped`: refused until an owner starts it again. `expired` and `revoked`: refused for good. */
  state: "valid" | "stopped" | "expired" | "revoked";
  /** What it may do. */
  permissions: Array<"accounts:read" | "accounts:write" | "tokens:read" | "proxy" | "unified" | "links:write" | "integrations:read" | "integrations:write" | "webhooks:read" | "webhooks:write" | "audit:read" | "approvals:read" | "settings:write" | "keys:read" | "keys:write" | "export">;
  /** Only these customers; null: all. */
  tenant_ids: Array<string> | null;
  /** Only these integrations; null: all. */
  integration_names: Array<string> | null;
  /** Ranges from which it may be used; null: anywhere. */
  addresses: Array<string> | null;
  /** An instant, RFC 3339 in UTC. */
  created_at: string;
  /** Who made it: an administrator, another key, or `command_line`. */
  created_by: string;
  /** Its latest request, to the minute; null: none yet. */
  last_used_at: string | null;
  /** When it ends; null: it does not. */
  expires_at: string | null;
  /** Since when it is stopped; null: it is not. */
  stopped_at: string | null;
  /** Who stopped it: an administrator, a key, or `worker` where an alarm did; null: nobody. */
  stopped_by: string | null;
  /** When it was revoked; null: it was not. */
  revoked_at: string | null;
  /** The key itself. Nobody can show it again. */
  key: string;
}

/** An API key to be made. */
export interface ApiKeyRequest {
  /** What it is for, in your words. */
  name: string;
  /** What it may do. None that you lack yourself. */
  permissions: Array<"accounts:read" | "accounts:write" | "tokens:read" | "proxy" | "unified" | "links:write" | "integrations:read" | "integrations:write" | "webhooks:read" | "webhooks:write" | "audit:read" | "approvals:read" | "settings:write" | "keys:read" | "keys:write" | "export">;
  /** Only these customers; absent: all. */
  tenant_ids?: Array<string> | undefined;
  /** Only these integrations; absent: all. */
  integration_names?: Array<string> | undefined;
  /** Ranges in CIDR form from which it may be used; absent: anywhere. */
  addresses?: Array<string> | undefined;
  /** When it ends, in seconds from now, up to ten years; absent: it does not end. */
  expires_in?: number | undefined;
}

/** How the integrations of this environment do. */
export interface Health {
  /** One entry for each integration with accounts. */
  integrations: Array<IntegrationHealth>;
}

/** How one integration does. */
export interface IntegrationHealth {
  /** The integration's name. */
  integration_name: string;
  accounts: AccountCounts;
  /** Attempts in the window. */
  refreshes: number;
  /** Of the attempts in the window that succeeded or failed, not of superseded ones, 0 to 1; null: there was none. */
  success_rate: number | null;
  latency_ms: Latency;
  /** Failed attempts in the window, by outcome. */
  failures: Record<string, number>;
}

/** Accounts by status. */
export interface AccountCounts {
  /** Waiting for the customer. */
  connecting: number;
  /** With a grant. */
  active: number;
  /** Whose grant is dead. */
  needs_reauth: number;
  /** Ended. */
  disconnected: number;
}

/** How long token endpoints took, in milliseconds. */
export interface Latency {
  /** Half are faster, ms; null: no attempt. */
  p50: number | null;
  /** 19 of 20 are faster, ms; null: no attempt. */
  p95: number | null;
}

/** How an environment does, and what lies ahead of it. */
export interface Overview {
  /** When this was read. */
  at: string;
  /** Where the window begins. */
  since: string;
  /** False for a while after an upgrade: attempts are those since, while a worker counts the others. */
  is_counted: boolean;
  accounts: AccountStates;
  /** Accounts that wait for their customers. */
  needs_reauth: {
    /** Of accounts that have a grant, or had one that died; null: there are none. */
    share: number | null;
    /** The same when the window began; null: not known. */
    share_before: number | null;
  };
  /** Refreshes of all integrations. */
  refreshes: {
    /** Attempts in the window. */
    count: number;
    /** Of those that succeeded or failed, not of superseded ones; null: there was none. */
    success_rate: number | null;
    /** In the window before. */
    count_before: number | null;
    /** The same of the window before; null: there was none, or it is not kept. */
    success_rate_before: number | null;
  };
  /** What token reads got, and how long they waited. */
  token_reads: {
    /** Token reads in the window, by the API and for the proxy. */
    count: number;
    /** With a token that was valid. */
    served: number;
    /** Of reads that could have been: not of those for an account that ended or waits for its customer. */
    served_share: number | null;
    /** The same of the window before; null: not known. */
    served_share_before: number | null;
    /** Reads without a token, by the problem's code. */
    problems: Record<string, number>;
    /** Reads that waited for a refresh. */
    waited: number;
    /** 19 of 20 of those waited less; null: none waited. */
    wait_p95_ms: number | null;
    /** The same of the window before; null: none waited, or it is not kept. */
    wait_p95_before_ms: number | null;
  };
  /** What is late. */
  backlog: {
    /** Accounts whose alarm rang over a minute ago and that wait for a worker. 10000 stands for more. */
    overdue: number;
    /** How long ago the oldest of those alarms rang; 0: none. */
    oldest_seconds: number;
    /** Accounts whose alarm rang and that wait behind an open breaker, as they should. 10000 stands for more. */
    behind_breakers: number;
  };
  /** Accounts that somebody has to look at. */
  attention: {
    /** Active accounts whose token ended and whose refreshes fail, wait behind an open breaker or are impossible: requests for them are refused. 10000 stands for more. */
    without_token: number;
    /** Active accounts whose token is valid and whose refreshes fail. 10000 stands for more. */
    failing: number;
    /** The first to look at, six at most: without a token, those whose customers must come back since lately, those whose tokens end next. Held ones stand with their mass failure. */
    accounts: Array<Account>;
  };
  /** Whether events arrive. */
  webhooks: {
    /** Endpoints whose latest attempt was taken. */
    working: number;
    /** Endpoints whose latest attempts failed. */
    failing: number;
    /** Endpoints that are turned off. */
    disabled: number;
    /** Of them: turned off by Evergrant, since they failed for days or said that they are gone. */
    given_up: number;
    /** Deliveries that wait to be sent. 10000 stands for more. */
    due: number;
    /** Deliveries that failed and are tried again later. */
    retrying: number;
    /** How long the oldest of those that are due waits; 0: none. */
    oldest_seconds: number;
    /** Attempts in the window. */
    attempts: number;
    /** Of them: taken. */
    delivered: number;
    latency_ms: Delay;
  };
  /** One entry for each integration with accounts, by name. */
  integrations: Array<IntegrationOverview>;
}

/** Accounts by status. */
export interface AccountStates {
  /** Waiting for the customer. */
  connecting: number;
  /** With a grant, held ones among them. */
  active: number;
  /** Whose grant is dead. */
  needs_reauth: number;
  /** Ended. */
  disconnected: number;
  /** Of the active ones: held by the mass-disconnect guard. */
  held: number;
}

/** How long something took, in milliseconds. */
export interface Delay {
  /** Half are faster, ms; null: there was none. */
  p50: number | null;
  /** 19 of 20 are faster, ms; null: there was none. */
  p95: number | null;
}

/** How one integration does, and what lies ahead of it. */
export interface IntegrationOverview {
  /** The integration's name. */
  integration_name: string;
  accounts: AccountStates;
  /** Attempts in the window. */
  refreshes: number;
  /** Of the attempts in the window; null: there was none. */
  success_rate: number | null;
  latency_ms: Delay;
  /** Why attempts in the window failed, most first. */
  failures: Array<FailureReason>;
  /** Open ones, the longest first; normally none. */
  breakers: Array<OpenBreaker>;
  budget: ClientBudget;
  due: DueRefreshes;
  cliff: GrantCliff;
}

/** Why attempts failed. */
export interface FailureReason {
  /** The outcome of the attempts. */
  outcome: string;
  /** The rule that decided; null: nothing had to be decided. */
  rule: string | null;
  /** What it means, for people; null: the rule is none any more. */
  meaning: string | null;
  /** So many. */
  attempts: number;
}

/** Token endpoints that are left alone for now. */
export interface OpenBreaker {
  /** `provider`: it is unwell. `client`: it rejects your OAuth client. `rate_limit`: it asks to slow down. */
  cause: "provider" | "client" | "rate_limit";
  /** `half_open`: the pause is over, and one account asks. */
  state: "open" | "half_open";
  /** Since when. */
  opened_at: string;
  /** When one account asks next. */
  probe_at: string | null;
  /** OAuth clients and hosts whose breaker is open for this cause. */
  clients: number;
  /** Active accounts behind them. 10000 stands for more. */
  accounts: number;
}

/** What the client may ask of its token endpoint; null: no limit is known. */
export interface ClientBudget {
  /** Token requests in a minute. */
  per_minute: number | null;
  /** Token requests at a time. */
  concurrency: number | null;
}

/** Null: no worker has counted it yet. */
export type DueRefreshes = {
  /** When it was counted: once a minute, by a worker. */
  counted_at: string;
  /** Where the first step begins. */
  starts_at: string;
  /** The length of a step. */
  step_seconds: number;
  /** Refreshes due in each step, an hour of them. */
  refreshes: Array<number>;
} | null;

/** Null: none is known. */
export type GrantCliff = {
  /** When the first of them ends. */
  at: string;
  /** A day later. */
  until: string;
  /** Grants that end between the two, and that no refresh prolongs. */
  accounts: number;
} | null;

/** How things went, step by step. */
export interface Series {
  /** Where the first step begins. */
  since: string;
  /** The length of a step: a minute, a quarter of an hour or an hour, by the window. */
  step_seconds: number;
  /** Each step up to now, also where nothing happened. */
  points: Array<SeriesPoint>;
}

/** One step of time. */
export interface SeriesPoint {
  /** Where the step begins. */
  at: string;
  /** Attempts that ended in it. */
  refreshes: number;
  /** Of them; null: there was none. */
  success_rate: number | null;
  latency_ms: Delay;
  /** At its end; null: not known, or there were no accounts. */
  needs_reauth_share: number | null;
  /** 19 of 20 token reads that waited for a refresh waited less; null: none did, or asked for one integration. */
  token_wait_p95_ms: number | null;
}

/** What is left alone for now, the longest first. */
export interface OpenBreakers {
  /** One for each integration and cause; normally none. */
  data: Array<IntegrationBreaker>;
}

/** Token endpoints of an integration that are left alone for now. */
export type IntegrationBreaker = OpenBreaker & {
  /** The integration's name. */
  integration_name: string;
};

/** What the unified API can do for an account. */
export interface UnifiedCapabilities {
  /** The account's integration. */
  integration_name: string;
  /** One entry for each model that the integration maps. */
  models: Array<UnifiedModelCapabilities>;
}

/** A page of contacts. */
export interface CrmContactList {
  /** A page of them, in the provider's order or the one asked for. */
  result: Array<CrmContact>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
  /** The provider's own records, each at the place of its own in `result`; on request. */
  raw?: Array<unknown> | undefined;
}

/** People whom the customer deals with. */
export interface CrmContact {
  /** The provider's id of it. */
  id: string | null;
  /** Given name. */
  first_name: string | null;
  /** Family name. */
  last_name: string | null;
  /** The whole name. Where a provider keeps parts alone, it is made of them. */
  name: string | null;
  /** What they do. */
  job_title: string | null;
  /** E-mail addresses, the main one first. */
  emails: Array<{
    /** The address. */
    address: string | null;
    /** What it is for: work, home, other. */
    kind: string | null;
  }> | null;
  /** Telephone numbers, the main one first. */
  phones: Array<{
    /** As the provider has it. */
    number: string | null;
    /** What it is for, in the provider's word or ours: work, mobile, home, fax. */
    kind: string | null;
  }> | null;
  /** Where it is. */
  address: {
    /** Street and number, in one text. */
    street: string | null;
    /** City. */
    city: string | null;
    /** State, province or region. */
    state: string | null;
    /** Postal code. */
    postal_code: string | null;
    /** Country, as the provider writes it. */
    country: string | null;
  } | null;
  /** The company that they belong to first: its id at the provider. */
  company_id: string | null;
  /** Who of the customer's team looks after it: their id at the provider. */
  owner_id: string | null;
  /** Notes about them. */
  description: string | null;
  /** When it was made. */
  created_at: string | null;
  /** When anything of it changed last. */
  updated_at: string | null;
  /** What the mapping has besides the model, by the names that it gives. */
  custom_fields: Record<string, unknown>;
}

/** One of the contacts. */
export interface CrmContactAnswer {
  result: CrmContact;
  /** Of lists alone. */
  next_cursor: null;
  /** The provider's own record; on request. */
  raw?: unknown;
}

/** What may be written of a contact; null clears a field. Which of it a provider can hold, its capabilities tell. */
export interface CrmContactWrite {
  /** Given name. */
  first_name?: string | null | undefined;
  /** Family name. */
  last_name?: string | null | undefined;
  /** The whole name. Where a provider keeps parts alone, it is made of them. */
  name?: string | null | undefined;
  /** What they do. */
  job_title?: string | null | undefined;
  /** E-mail addresses, the main one first. */
  emails?: Array<{
    /** The address. */
    address?: string | null | undefined;
    /** What it is for: work, home, other. */
    kind?: string | null | undefined;
  }> | null | undefined;
  /** Telephone numbers, the main one first. */
  phones?: Array<{
    /** As the provider has it. */
    number?: string | null | undefined;
    /** What it is for, in the provider's word or ours: work, mobile, home, fax. */
    kind?: string | null | undefined;
  }> | null | undefined;
  /** Where it is. */
  address?: {
    /** Street and number, in one text. */
    street?: string | null | undefined;
    /** City. */
    city?: string | null | undefined;
    /** State, province or region. */
    state?: string | null | undefined;
    /** Postal code. */
    postal_code?: string | null | undefined;
    /** Country, as the provider writes it. */
    country?: string | null | undefined;
  } | null | undefined;
  /** The company that they belong to first: its id at the provider. */
  company_id?: string | null | undefined;
  /** Who of the customer's team looks after it: their id at the provider. */
  owner_id?: string | null | undefined;
  /** Notes about them. */
  description?: string | null | undefined;
  /** What the mapping has besides the model, by the names that it gives. */
  custom_fields?: Record<string, unknown> | undefined;
}

/** A record was removed. */
export interface UnifiedDeleted {
  /** It is not there any more. */
  result: null;
  /** Of lists alone. */
  next_cursor: null;
}

/** A page of companies. */
export interface CrmCompanyList {
  /** A page of them, in the provider's order or the one asked for. */
  result: Array<CrmCompany>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
  /** The provider's own records, each at the place of its own in `result`; on request. */
  raw?: Array<unknown> | undefined;
}

/** Organizations that the customer deals with. */
export interface CrmCompany {
  /** The provider's id of it. */
  id: string | null;
  /** Its name. */
  name: string | null;
  /** Its address on the web, as the provider writes it. */
  website: string | null;
  /** Telephone numbers, the main one first. */
  phones: Array<{
    /** As the provider has it. */
    number: string | null;
    /** What it is for, in the provider's word or ours: work, mobile, home, fax. */
    kind: string | null;
  }> | null;
  /** Where it is. */
  address: {
    /** Street and number, in one text. */
    street: string | null;
    /** City. */
    city: string | null;
    /** State, province or region. */
    state: string | null;
    /** Postal code. */
    postal_code: string | null;
    /** Country, as the provider writes it. */
    country: string | null;
  } | null;
  /** Its trade, in the provider's word. */
  industry: string | null;
  /** How many work there. */
  employee_count: number | null;
  /** What it takes in a year, in the account's currency. */
  annual_revenue: number | null;
  /** Who of the customer's team looks after it: their id at the provider. */
  owner_id: string | null;
  /** Notes about it. */
  description: string | null;
  /** When it was made. */
  created_at: string | null;
  /** When anything of it changed last. */
  updated_at: string | null;
  /** What the mapping has besides the model, by the names that it gives. */
  custom_fields: Record<string, unknown>;
}

/** One of the companies. */
export interface CrmCompanyAnswer {
  result: CrmCompany;
  /** Of lists alone. */
  next_cursor: null;
  /** The provider's own record; on request. */
  raw?: unknown;
}

/** What may be written of a company; null clears a field. Which of it a provider can hold, its capabilities tell. */
export interface CrmCompanyWrite {
  /** Its name. */
  name?: string | null | undefined;
  /** Its address on the web, as the provider writes it. */
  website?: string | null | undefined;
  /** Telephone numbers, the main one first. */
  phones?: Array<{
    /** As the provider has it. */
    number?: string | null | undefined;
    /** What it is for, in the provider's word or ours: work, mobile, home, fax. */
    kind?: string | null | undefined;
  }> | null | undefined;
  /** Where it is. */
  address?: {
    /** Street and number, in one text. */
    street?: string | null | undefined;
    /** City. */
    city?: string | null | undefined;
    /** State, province or region. */
    state?: string | null | undefined;
    /** Postal code. */
    postal_code?: string | null | undefined;
    /** Country, as the provider writes it. */
    country?: string | null | undefined;
  } | null | undefined;
  /** Its trade, in the provider's word. */
  industry?: string | null | undefined;
  /** How many work there. */
  employee_count?: number | null | undefined;
  /** What it takes in a year, in the account's currency. */
  annual_revenue?: number | null | undefined;
  /** Who of the customer's team looks after it: their id at the provider. */
  owner_id?: string | null | undefined;
  /** Notes about it. */
  description?: string | null | undefined;
  /** What the mapping has besides the model, by the names that it gives. */
  custom_fields?: Record<string, unknown> | undefined;
}

/** A page of deals. */
export interface CrmDealList {
  /** A page of them, in the provider's order or the one asked for. */
  result: Array<CrmDeal>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
  /** The provider's own records, each at the place of its own in `result`; on request. */
  raw?: Array<unknown> | undefined;
}

/** Sales that may come about, and that did. */
export interface CrmDeal {
  /** The provider's id of it. */
  id: string | null;
  /** Its name. */
  name: string | null;
  /** What it is worth, in `currency`. */
  amount: number | null;
  /** ISO 4217; null where the provider has one for all. */
  currency: string | null;
  /** What has become of it. */
  status: "open" | "won" | "lost" | null;
  /** Where in its pipeline it stands, in the provider's word or id. */
  stage: string | null;
  /** Its pipeline, in the provider's word or id. */
  pipeline: string | null;
  /** How likely it is to be won, 0 to 1. */
  probability: number | null;
  /** When it is to be decided, or was. */
  close_date: string | null;
  /** Whom it is with: the company's id at the provider. */
  company_id: string | null;
  /** Whom it is with: the contact's id at the provider. */
  contact_id: string | null;
  /** Who of the customer's team looks after it: their id at the provider. */
  owner_id: string | null;
  /** Notes about it. */
  description: string | null;
  /** When it was made. */
  created_at: string | null;
  /** When anything of it changed last. */
  updated_at: string | null;
  /** What the mapping has besides the model, by the names that it gives. */
  custom_fields: Record<string, unknown>;
}

/** One of the deals. */
export interface CrmDealAnswer {
  result: CrmDeal;
  /** Of lists alone. */
  next_cursor: null;
  /** The provider's own record; on request. */
  raw?: unknown;
}

/** What may be written of a deal; null clears a field. Which of it a provider can hold, its capabilities tell. */
export interface CrmDealWrite {
  /** Its name. */
  name?: string | null | undefined;
  /** What it is worth, in `currency`. */
  amount?: number | null | undefined;
  /** ISO 4217; null where the provider has one for all. */
  currency?: string | null | undefined;
  /** What has become of it. */
  status?: "open" | "won" | "lost" | null | undefined;
  /** Where in its pipeline it stands, in the provider's word or id. */
  stage?: string | null | undefined;
  /** Its pipeline, in the provider's word or id. */
  pipeline?: string | null | undefined;
  /** How likely it is to be won, 0 to 1. */
  probability?: number | null | undefined;
  /** When it is to be decided, or was. */
  close_date?: string | null | undefined;
  /** Whom it is with: the company's id at the provider. */
  company_id?: string | null | undefined;
  /** Whom it is with: the contact's id at the provider. */
  contact_id?: string | null | undefined;
  /** Who of the customer's team looks after it: their id at the provider. */
  owner_id?: string | null | undefined;
  /** Notes about it. */
  description?: string | null | undefined;
  /** What the mapping has besides the model, by the names that it gives. */
  custom_fields?: Record<string, unknown> | undefined;
}

/** A page of tickets. */
export interface TicketingTicketList {
  /** A page of them, in the provider's order or the one asked for. */
  result: Array<TicketingTicket>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
  /** The provider's own records, each at the place of its own in `result`; on request. */
  raw?: Array<unknown> | undefined;
}

/** Requests that the customer's team works on. */
export interface TicketingTicket {
  /** The provider's id of it. */
  id: string | null;
  /** What it is about, in a line. */
  subject: string | null;
  /** What was written when it was opened. */
  description: string | null;
  /** Whose turn it is: `pending` waits for the requester, `on_hold` for others. */
  status: "new" | "open" | "pending" | "on_hold" | "solved" | "closed" | null;
  /** How much it matters. */
  priority: "low" | "normal" | "high" | "urgent" | null;
  /** Its kind, in the provider's word. */
  type: string | null;
  /** The way that it came, in the provider's word. */
  channel: string | null;
  /** Who asks: their id at the provider. */
  requester_id: string | null;
  /** Who asks: their e-mail address, where the record has it. */
  requester_email: string | null;
  /** Who works on it: their id at the provider. */
  assignee_id: string | null;
  /** Which team or group works on it: its id at the provider. */
  team_id: string | null;
  /** The requester's organization: its id at the provider. */
  company_id: string | null;
  /** Words that it is marked with. */
  tags: Array<string> | null;
  /** When it is to be solved. */
  due_at: string | null;
  /** When it was made. */
  created_at: string | null;
  /** When anything of it changed last. */
  updated_at: string | null;
  /** What the mapping has besides the model, by the names that it gives. */
  custom_fields: Record<string, unknown>;
}

/** One of the tickets. */
export interface TicketingTicketAnswer {
  result: TicketingTicket;
  /** Of lists alone. */
  next_cursor: null;
  /** The provider's own record; on request. */
  raw?: unknown;
}

/** What may be written of a ticket; null clears a field. Which of it a provider can hold, its capabilities tell. */
export interface TicketingTicketWrite {
  /** What it is about, in a line. */
  subject?: string | null | undefined;
  /** What was written when it was opened. */
  description?: string | null | undefined;
  /** Whose turn it is: `pending` waits for the requester, `on_hold` for others. */
  status?: "new" | "open" | "pending" | "on_hold" | "solved" | "closed" | null | undefined;
  /** How much it matters. */
  priority?: "low" | "normal" | "high" | "urgent" | null | undefined;
  /** Its kind, in the provider's word. */
  type?: string | null | undefined;
  /** The way that it came, in the provider's word. */
  channel?: string | null | undefined;
  /** Who asks: their id at the provider. */
  requester_id?: string | null | undefined;
  /** Who asks: their e-mail address, where the record has it. */
  requester_email?: string | null | undefined;
  /** Who works on it: their id at the provider. */
  assignee_id?: string | null | undefined;
  /** Which team or group works on it: its id at the provider. */
  team_id?: string | null | undefined;
  /** The requester's organization: its id at the provider. */
  company_id?: string | null | undefined;
  /** Words that it is marked with. */
  tags?: Array<string> | null | undefined;
  /** When it is to be solved. */
  due_at?: string | null | undefined;
  /** What the mapping has besides the model, by the names that it gives. */
  custom_fields?: Record<string, unknown> | undefined;
}

/** A page of employees. */
export interface HrisEmployeeList {
  /** A page of them, in the provider's order or the one asked for. */
  result: Array<HrisEmployee>;
  /** Asks for the next page as `cursor`; null: this is the last one. */
  next_cursor: string | null;
  /** The provider's own records, each at the place of its own in `result`; on request. */
  raw?: Array<unknown> | undefined;
}

/** People who work for the customer, or did. Nothing of pay, health or birth: a product that needs it calls the provider through the proxy. */
export interface HrisEmployee {
  /** The provider's id of it. */
  id: string | null;
  /** The number that their company knows them by. */
  employee_number: string | null;
  /** Given name. */
  first_name: string | null;
  /** Family name. */
  last_name: string | null;
  /** The name that they go by. */
  name: string | null;
  /** Their address at work. */
  work_email: string | null;
  /** Their own address. */
  personal_email: string | null;
  /** Their number at work. */
  work_phone: string | null;
  /** Their own number. */
  mobile_phone: string | null;
  /** What they do. */
  job_title: string | null;
  /** Where they work, in the company's word. */
  department: string | null;
  /** A part above departments, in the company's word. */
  division: string | null;
  /** The place of their work, in the company's word. */
  location: string | null;
  /** Whom they report to: that person's id at the provider. */
  manager_id: string | null;
  /** Whether they work there now. */
  employment_status: "active" | "inactive" | null;
  /** Full time, part time and the like, in the provider's word. */
  employment_type: string | null;
  /** Their first day. */
  hired_on: string | null;
  /** Their last day; null while they have none. */
  ended_on: string | null;
  /** Where it is. */
  address: {
    /** Street and number, in one text. */
    street: string | null;
    /** City. */
    city: string | null;
    /** State, province or region. */
    state: string | null;
    /** Postal code. */
    postal_code: string | null;
    /** Country, as the provider writes it. */
    country: string | null;
  } | null;
  /** When it was made. */
  created_at: string | null;
  /** When anything of it changed last. */
  updated_at: string | null;
  /** What the mapping has besides the model, by the names that it gives. */
  custom_fields: Record<string, unknown>;
}

/** One of the employees. */
export interface HrisEmployeeAnswer {
  result: HrisEmployee;
  /** Of lists alone. */
  next_cursor: null;
  /** The provider's own record; on request. */
  raw?: unknown;
}

/** What may be written of a employee; null clears a field. Which of it a provider can hold, its capabilities tell. */
export interface HrisEmployeeWrite {
  /** The number that their company knows them by. */
  employee_number?: string | null | undefined;
  /** Given name. */
  first_name?: string | null | undefined;
  /** Family name. */
  last_name?: string | null | undefined;
  /** The name that they go by. */
  name?: string | null | undefined;
  /** Their address at work. */
  work_email?: string | null | undefined;
  /** Their own address. */
  personal_email?: string | null | undefined;
  /** Their number at work. */
  work_phone?: string | null | undefined;
  /** Their own number. */
  mobile_phone?: string | null | undefined;
  /** What they do. */
  job_title?: string | null | undefined;
  /** Where they work, in the company's word. */
  department?: string | null | undefined;
  /** A part above departments, in the company's word. */
  division?: string | null | undefined;
  /** The place of their work, in the company's word. */
  location?: string | null | undefined;
  /** Whom they report to: that person's id at the provider. */
  manager_id?: string | null | undefined;
  /** Whether they work there now. */
  employment_status?: "active" | "inactive" | null | undefined;
  /** Full time, part time and the like, in the provider's word. */
  employment_type?: string | null | undefined;
  /** Their first day. */
  hired_on?: string | null | undefined;
  /** Their last day; null while they have none. */
  ended_on?: string | null | undefined;
  /** Where it is. */
  address?: {
    /** Street and number, in one text. */
    street?: string | null | undefined;
    /** City. */
    city?: string | null | undefined;
    /** State, province or region. */
    state?: string | null | undefined;
    /** Postal code. */
    postal_code?: string | null | undefined;
    /** Country, as the provider writes it. */
    country?: string | null | undefined;
  } | null | undefined;
  /** What the mapping has besides the model, by the names that it gives. */
  custom_fields?: Record<string, unknown> | undefined;
}

/** What each route takes and answers, by operationId. */
export interface Operations {
  /** The JSON Schema of an integration document */
  getIntegrationSchema: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: JsonSchema;
  };
  /** The integrations of this environment: its own definitions over the catalogue */
  listIntegrations: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: IntegrationList;
  };
  /** One integration document */
  getIntegration: {
    path: {
      /** The integration's name. */
      name: string;
    };
    query: {
      /** `omit`: without what goes without saying, as somebody would write it. It means the same. */
      defaults?: "show" | "omit" | undefined;
    };
    body: undefined;
    answer: IntegrationDocument;
  };
  /** Define an integration in this environment */
  putIntegration: {
    path: {
      /** The integration's name. */
      name: string;
    };
    query: {
      /** Ask for a second person's approval where hosts would change while accounts live on them. */
      approval?: "ask" | undefined;
      /** Why, for whoever decides. Up to 500 characters. */
      reason?: string | undefined;
      /** What `defined_at` of its status was when you read it, or `never` for null: where somebody else put it since, nothing is written (409). Absent: whatever is there is replaced. */
      unchanged_since?: string | undefined;
    };
    body: IntegrationDocument;
    answer: IntegrationDocument | Approval;
  };
  /** Remove this environment's definition; the catalogue's, if any, is in force again */
  deleteIntegration: {
    path: {
      /** The integration's name. */
      name: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: null;
  };
  /** Set the OAuth client of an integration in this environment, and what it lays over the definition */
  updateEnvironmentIntegration: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: EnvironmentIntegrationPatch;
    answer: EnvironmentIntegration;
  };
  /** The effective configuration of every integration that this environment configured */
  listEnvironmentIntegrations: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: EnvironmentIntegrationList;
  };
  /** The effective configuration of one integration, each value with its origin */
  getEnvironmentIntegration: {
    path: {
      /** The integration's name. */
      name: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: EnvironmentIntegration;
  };
  /** How an integration stands right now: breakers, budgets, open links */
  getIntegrationStatus: {
    path: {
      /** The integration's name. */
      name: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: IntegrationStatus;
  };
  /** What this environment may lay over an integration's definition */
  listOverridableFields: {
    path: {
      /** The integration's name. */
      name: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: OverridableFieldList;
  };
  /** Look at a definition as PUT would, without putting it */
  validateIntegration: {
    path: Record<string, never>;
    query: {
      /** That the definition must have; it may leave it out then, as with PUT. */
      name?: string | undefined;
      /** `false`: its form alone is looked at, as while somebody types. */
      effect?: "true" | "false" | undefined;
    };
    body: IntegrationDocument;
    answer: DefinitionTrial;
  };
  /** How a definition maps the models of the unified API, and what that can do */
  listIntegrationMappings: {
    path: {
      /** The integration's name. */
      name: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: IntegrationMappingList;
  };
  /** Try a mapping on a sample, without a call */
  tryMapping: {
    path: {
      /** The integration's name. */
      name: string;
    };
    query: Record<string, never>;
    body: MappingTrialRequest;
    answer: MappingTrial;
  };
  /** Try a definition against a provider on the worker's machine that misbehaves on command */
  startIntegrationCheck: {
    path: {
      /** The integration's name. */
      name: string;
    };
    query: Record<string, never>;
    body: CheckRequest;
    answer: IntegrationCheck;
  };
  /** The latest checks of a definition, and whether they are offered here */
  listIntegrationChecks: {
    path: {
      /** The integration's name. */
      name: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: IntegrationCheckList;
  };
  /** One check, as far as it is */
  getIntegrationCheck: {
    path: {
      /** The integration's name. */
      name: string;
      /** The check. */
      id: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: IntegrationCheck;
  };
  /** Requests that need a second person */
  listApprovals: {
    path: Record<string, never>;
    query: {
      /** `open`: nobody has decided, or it is being carried out. `over`: the rest. */
      state?: "open" | "over" | undefined;
      /** Entries on a page, 1 to 200. */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, as it came. Without it, the first page. */
      cursor?: string | undefined;
    };
    body: undefined;
    answer: ApprovalList;
  };
  /** One request: who asks for what, and what you may do about it */
  getApproval: {
    path: {
      /** The request's id. */
      id: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: Approval;
  };
  /** List accounts, newest first, or search for them */
  listAccounts: {
    path: Record<string, never>;
    query: {
      /** Accounts of this tenant alone. */
      tenant_id?: string | undefined;
      /** Accounts of this integration alone. */
      integration_name?: string | undefined;
      /** Accounts with this status alone. */
      status?: "connecting" | "active" | "needs_reauth" | "disconnected" | undefined;
      /** How a word begins in the tenant's id, the user reference, the external account's label or its id, whatever the case; `berl` finds `Acme Berlin`, and `acme b` does. What begins with `ia_` is the beginning of an account's id. */
      search?: string | undefined;
      /** Accounts whose `last_error` has this code. */
      last_error_code?: string | undefined;
      /** `true`: accounts that the mass-disconnect guard holds; `false`: the others. */
      hold?: "true" | "false" | undefined;
      /** `true`: accounts whose `scopes.missing` is not empty; `false`: the others. */
      scopes_missing?: "true" | "false" | undefined;
      /** `true`: active accounts whose last refresh failed, and which are not held; `false`: all others. */
      refresh_failing?: "true" | "false" | undefined;
      /** Active accounts whose token ends within so many seconds, or has ended. */
      expires_within?: number | undefined;
      /** The order; with `-` from the greatest down. Accounts without an instant come last, in the other direction first. By `tenant_id` and `created_at`, which never change, each account comes once, whatever happens while you read; by another it may come again, or be passed, when it changes meanwhile. */
      sort?: "created_at" | "-created_at" | "updated_at" | "-updated_at" | "refresh_due_at" | "-refresh_due_at" | "expires_at" | "-expires_at" | "tenant_id" | "-tenant_id" | undefined;
      /** Entries on a page, 1 to 200. */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, as it came, with the same `sort`. Without it, the first page. */
      cursor?: string | undefined;
    };
    body: undefined;
    answer: AccountPage;
  };
  /** Import existing credentials */
  importAccount: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: AccountImport;
    answer: AccountDetail;
  };
  /** How many accounts match, by status */
  countAccounts: {
    path: Record<string, never>;
    query: {
      /** Accounts of this tenant alone. */
      tenant_id?: string | undefined;
      /** Accounts of this integration alone. */
      integration_name?: string | undefined;
      /** How a word begins in the tenant's id, the user reference, the external account's label or its id, whatever the case; `berl` finds `Acme Berlin`, and `acme b` does. What begins with `ia_` is the beginning of an account's id. */
      search?: string | undefined;
      /** Accounts whose `last_error` has this code. */
      last_error_code?: string | undefined;
      /** `true`: accounts whose `scopes.missing` is not empty; `false`: the others. */
      scopes_missing?: "true" | "false" | undefined;
      /** Active accounts whose token ends within so many seconds, or has ended. */
      expires_within?: number | undefined;
    };
    body: undefined;
    answer: MatchingAccounts;
  };
  /** How many accounts a run would act on */
  previewAccountRun: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: AccountRunPreviewRequest;
    answer: AccountRunPreview;
  };
  /** Do one thing to many accounts */
  startAccountRun: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: AccountRunRequest;
    answer: AccountRun;
  };
  /** Runs over many accounts, newest first */
  listAccountRuns: {
    path: Record<string, never>;
    query: {
      /** Entries on a page, 1 to 200. */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, as it came. Without it, the first page. */
      cursor?: string | undefined;
    };
    body: undefined;
    answer: AccountRunPage;
  };
  /** How far a run is */
  getAccountRun: {
    path: {
      /** The run's id. */
      id: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: AccountRun;
  };
  /** Pause, resume or cancel a run, or change its pace */
  changeAccountRun: {
    path: {
      /** The run's id. */
      id: string;
    };
    query: Record<string, never>;
    body: AccountRunPatch;
    answer: AccountRun;
  };
  /** What became of each account of a run */
  listAccountRunResults: {
    path: {
      /** The run's id. */
      id: string;
    };
    query: {
      /** Accounts with this outcome alone. */
      outcome?: "pending" | "done" | "failed" | "skipped" | undefined;
      /** Entries on a page, 1 to 200. */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, as it came. Without it, the first page. */
      cursor?: string | undefined;
    };
    body: undefined;
    answer: AccountRunResultPage;
  };
  /** The re-authorization links that a run made, for whoever began it */
  listAccountRunLinks: {
    path: {
      /** The run's id. */
      id: string;
    };
    query: {
      /** Entries on a page, 1 to 200. */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, as it came. Without it, the first page. */
      cursor?: string | undefined;
    };
    body: undefined;
    answer: AccountRunLinkPage;
  };
  /** The latest attempts of several accounts, in short */
  listLifelines: {
    path: Record<string, never>;
    query: {
      /** Accounts, 100 at most, with commas between them. */
      ids: string;
      /** Attempts of so many hours, 1 to 720. */
      hours?: number | undefined;
      /** So many of each account, 1 to 50: the latest. */
      each?: number | undefined;
    };
    body: undefined;
    answer: LifelineList;
  };
  /** What happened to an account, newest first */
  listAccountTimeline: {
    path: {
      /** The account's id. */
      id: string;
    };
    query: {
      /** Lines of this kind alone. */
      kind?: "attempt" | "status" | "change" | "event" | undefined;
      /** Entries on a page, 1 to 200. */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, as it came. Without it, the first page. */
      cursor?: string | undefined;
    };
    body: undefined;
    answer: TimelinePage;
  };
  /** One account, and every value in force for it with the level that says it */
  getAccount: {
    path: {
      /** The account's id. */
      id: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: AccountDetail;
  };
  /** Change an account's metadata, its overrides, or the OAuth client that it brought itself */
  updateAccount: {
    path: {
      /** The account's id. */
      id: string;
    };
    query: Record<string, never>;
    body: AccountPatch;
    answer: AccountDetail;
  };
  /** Disconnect: revoke at the provider and erase the tokens */
  disconnectAccount: {
    path: {
      /** The account's id. */
      id: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: Disconnection;
  };
  /** Refresh now, whatever the schedule says */
  refreshAccount: {
    path: {
      /** The account's id. */
      id: string;
    };
    query: Record<string, never>;
    body: Nothing | undefined;
    answer: Account;
  };
  /** Let an account go that the mass-disconnect guard holds */
  releaseAccount: {
    path: {
      /** The account's id. */
      id: string;
    };
    query: Record<string, never>;
    body: Nothing | undefined;
    answer: Account;
  };
  /** A token that lives at least min_ttl seconds */
  getToken: {
    path: {
      /** The account's id. */
      id: string;
    };
    query: {
      /** Seconds that the token must live from now, at most a year. Without it, the integration's buffer counts (30 seconds unless its document says otherwise). Nothing changes for credentials without an end. */
      min_ttl?: number | undefined;
    };
    body: undefined;
    answer: Token | Credentials;
  };
  /** What was tried and why, newest first */
  listRefreshAttempts: {
    path: {
      /** The account's id. */
      id: string;
    };
    query: {
      /** Entries on a page, 1 to 200. */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, as it came. Without it, the first page. */
      cursor?: string | undefined;
    };
    body: undefined;
    answer: RefreshAttemptPage;
  };
  /** Integrations whose accounts failed together and are held */
  listMassFailures: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: MassFailureList;
  };
  /** How an integration stands with the mass-disconnect guard */
  getMassFailure: {
    path: {
      /** The integration's name. */
      name: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: MassFailure;
  };
  /** Release the held accounts: their grants are alive */
  releaseMassFailure: {
    path: {
      /** The integration's name. */
      name: string;
    };
    query: Record<string, never>;
    body: Nothing | undefined;
    answer: MassFailure;
  };
  /** Confirm the failure: the held grants are dead */
  confirmMassFailure: {
    path: {
      /** The integration's name. */
      name: string;
    };
    query: Record<string, never>;
    body: Nothing | undefined;
    answer: MassFailure;
  };
  /** Make a link with which a customer connects or re-authorizes */
  createLinkToken: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: LinkTokenRequest;
    answer: LinkToken;
  };
  /** Confirm who connected through a link with session_binding */
  completeConnectSession: {
    path: {
      /** The session's id, as it came with the browser. */
      id: string;
    };
    query: Record<string, never>;
    body: ConnectConfirmation;
    answer: Account;
  };
  /** The settings of this key's environment */
  getEnvironment: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Environment;
  };
  /** Change return URLs, allowed origins, branding and the address of links */
  updateEnvironment: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: EnvironmentPatch;
    answer: Environment;
  };
  /** Whether a colour could be the accent of the connect pages */
  judgeAccent: {
    path: Record<string, never>;
    query: {
      /** For the light card. */
      light?: string | undefined;
      /** For the dark card. */
      dark?: string | undefined;
    };
    body: undefined;
    answer: AccentView;
  };
  /** Have events sent to an address */
  createWebhookEndpoint: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: WebhookEndpointRequest;
    answer: NewWebhookEndpoint;
  };
  /** List the endpoints of the environment */
  listWebhookEndpoints: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: WebhookEndpointList;
  };
  /** One endpoint, and how it does */
  getWebhookEndpoint: {
    path: {
      /** The endpoint's id. */
      id: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: WebhookEndpoint;
  };
  /** Change an endpoint, or take a disabled one into use again */
  updateWebhookEndpoint: {
    path: {
      /** The endpoint's id. */
      id: string;
    };
    query: Record<string, never>;
    body: WebhookEndpointPatch;
    answer: WebhookEndpoint;
  };
  /** Remove an endpoint, its secrets and its log */
  deleteWebhookEndpoint: {
    path: {
      /** The endpoint's id. */
      id: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: null;
  };
  /** Replace the signing secret, with both in use for a day */
  rotateWebhookSecret: {
    path: {
      /** The endpoint's id. */
      id: string;
    };
    query: Record<string, never>;
    body: Nothing | undefined;
    answer: RotatedSecret;
  };
  /** Send a test event to this endpoint alone */
  testWebhookEndpoint: {
    path: {
      /** The endpoint's id. */
      id: string;
    };
    query: Record<string, never>;
    body: Nothing | undefined;
    answer: PingSent;
  };
  /** Send the events of some time once more */
  replayWebhookEvents: {
    path: {
      /** The endpoint's id. */
      id: string;
    };
    query: Record<string, never>;
    body: ReplayRequest;
    answer: Replay;
  };
  /** Events as they happen */
  streamEvents: {
    path: Record<string, never>;
    query: {
      /** Those of this type. */
      event_type?: "integrated_account:created" | "integrated_account:authentication_error" | "integrated_account:reactivated" | "integrated_account:scopes_changed" | "integrated_account:refresh_delayed" | "integrated_account:reauth_soon" | "integrated_account:disconnected" | "integration:client_error" | "integration:degraded" | "integration:recovered" | "integration:mass_failure" | "environment:needs_reauth_spike" | "security:anomaly" | "approval:requested" | "approval:ended" | "webhook_endpoint:failing" | "webhook_endpoint:disabled" | "webhook_endpoint:ping" | undefined;
      /** Those of this account. */
      account?: string | undefined;
      /** An account of which every change is told, a refresh too. */
      watch?: string | undefined;
      /** Ends after so many seconds; 0: with what was missed. */
      seconds?: number | undefined;
    };
    body: undefined;
    answer: string;
  };
  /** List what happened, newest first */
  listEvents: {
    path: Record<string, never>;
    query: {
      /** Those of this type. */
      event_type?: "integrated_account:created" | "integrated_account:authentication_error" | "integrated_account:reactivated" | "integrated_account:scopes_changed" | "integrated_account:refresh_delayed" | "integrated_account:reauth_soon" | "integrated_account:disconnected" | "integration:client_error" | "integration:degraded" | "integration:recovered" | "integration:mass_failure" | "environment:needs_reauth_spike" | "security:anomaly" | "approval:requested" | "approval:ended" | "webhook_endpoint:failing" | "webhook_endpoint:disabled" | "webhook_endpoint:ping" | undefined;
      /** Those of this account. */
      account?: string | undefined;
      /** Entries on a page, 1 to 200. */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, as it came. Without it, the first page. */
      cursor?: string | undefined;
    };
    body: undefined;
    answer: EventPage;
  };
  /** One event with its deliveries */
  getEvent: {
    path: {
      /** The event's id. */
      id: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: EventDetail;
  };
  /** List deliveries with their attempts, by the newest event first */
  listWebhookDeliveries: {
    path: Record<string, never>;
    query: {
      /** Those to this endpoint. */
      endpoint?: string | undefined;
      /** Those of this status. */
      status?: "pending" | "delivered" | "failed" | undefined;
      /** Those of events of this type. */
      event_type?: "integrated_account:created" | "integrated_account:authentication_error" | "integrated_account:reactivated" | "integrated_account:scopes_changed" | "integrated_account:refresh_delayed" | "integrated_account:reauth_soon" | "integrated_account:disconnected" | "integration:client_error" | "integration:degraded" | "integration:recovered" | "integration:mass_failure" | "environment:needs_reauth_spike" | "security:anomaly" | "approval:requested" | "approval:ended" | "webhook_endpoint:failing" | "webhook_endpoint:disabled" | "webhook_endpoint:ping" | undefined;
      /** Entries on a page, 1 to 200. */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, as it came. Without it, the first page. */
      cursor?: string | undefined;
    };
    body: undefined;
    answer: WebhookDeliveryPage;
  };
  /** One delivery with its attempts */
  getWebhookDelivery: {
    path: {
      /** The delivery's id. */
      id: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: WebhookDelivery;
  };
  /** Send an event to an endpoint once more */
  redeliverWebhook: {
    path: {
      /** The delivery's id. */
      id: string;
    };
    query: Record<string, never>;
    body: Nothing | undefined;
    answer: WebhookDelivery;
  };
  /** The keys of this environment, what each still seals, and re-wraps */
  listKeys: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: SealingKeys;
  };
  /** Bring everything under the current key */
  startRewrap: {
    path: Record<string, never>;
    query: {
      /** Why, for whoever decides. Up to 500 characters. */
      reason?: string | undefined;
    };
    body: RewrapRequest | undefined;
    answer: Approval;
  };
  /** How far a re-wrap is */
  getRewrap: {
    path: {
      /** The run's id. */
      id: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: RewrapRunDetail;
  };
  /** Pause, resume or stop a re-wrap, or change its pace */
  changeRewrap: {
    path: {
      /** The run's id. */
      id: string;
    };
    query: Record<string, never>;
    body: RewrapRunPatch;
    answer: RewrapRun;
  };
  /** Let a key wrap and open nothing any more */
  disableKey: {
    path: {
      /** The key's id, as the configuration or the KMS names it. */
      kid: string;
    };
    query: {
      /** Why, for whoever decides. Up to 500 characters. */
      reason?: string | undefined;
    };
    body: Nothing | undefined;
    answer: Approval;
  };
  /** Let a disabled key work again */
  enableKey: {
    path: {
      /** The key's id, as the configuration or the KMS names it. */
      kid: string;
    };
    query: {
      /** Why, for whoever decides. Up to 500 characters. */
      reason?: string | undefined;
    };
    body: Nothing | undefined;
    answer: Approval;
  };
  /** Choose what wraps the data keys of accounts */
  setKeyPolicy: {
    path: Record<string, never>;
    query: {
      /** Why, for whoever decides. Up to 500 characters. */
      reason?: string | undefined;
    };
    body: SealingPolicyRequest;
    answer: Approval;
  };
  /** Try whether a copy of the database opens without its keys */
  drillKeys: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Nothing | undefined;
    answer: KeyDrill;
  };
  /** Disconnect all accounts of a tenant and destroy its key */
  deleteTenant: {
    path: {
      /** Your customer, by your product's own id. */
      tenant_id: string;
    };
    query: {
      /** Accounts that this call ends at most; by default as many as fit into some seconds. */
      limit?: number | undefined;
    };
    body: undefined;
    answer: DeletedTenant;
  };
  /** Destroy the key of a tenant alone */
  destroyTenantKey: {
    path: {
      /** Your customer, by your product's own id. */
      tenant_id: string;
    };
    query: {
      /** Although accounts hang on it, which must be connected anew then. */
      force?: "true" | "false" | undefined;
      /** Why, for whoever decides. Up to 500 characters. */
      reason?: string | undefined;
    };
    body: undefined;
    answer: Approval;
  };
  /** Search the audit log, newest first */
  listAuditEvents: {
    path: Record<string, never>;
    query: {
      /** Those about this account. */
      account?: string | undefined;
      /** Those of this actor. */
      actor?: string | undefined;
      /** Those of this action. */
      action?: string | undefined;
      /** Those from then on. */
      from?: string | undefined;
      /** Those before. */
      to?: string | undefined;
      /** Entries on a page, 1 to 200. */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, as it came. Without it, the first page. */
      cursor?: string | undefined;
    };
    body: undefined;
    answer: AuditEventPage;
  };
  /** Check that records are as they were written */
  verifyAuditEvents: {
    path: Record<string, never>;
    query: {
      /** Begins behind the record with this number; by default so that the newest `limit` records are looked at. */
      after?: number | undefined;
      /** Records to look at, at most 100,000. The whole log: `evergrant audit verify`. */
      limit?: number | undefined;
    };
    body: undefined;
    answer: AuditVerification;
  };
  /** List the signed anchors, newest first */
  listAuditAnchors: {
    path: Record<string, never>;
    query: {
      /** Entries on a page, 1 to 200. */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, as it came. Without it, the first page. */
      cursor?: string | undefined;
    };
    body: undefined;
    answer: AuditAnchorPage;
  };
  /** Where the chain of records stands */
  getAuditChain: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: AuditChain;
  };
  /** What is unlike the past */
  listAnomalies: {
    path: Record<string, never>;
    query: {
      /** `unacknowledged`: those that go on or ended within a week, and that nobody acknowledged. `all`: also the rest, for 400 days. */
      state?: "unacknowledged" | "all" | undefined;
      /** Only this kind. */
      kind?: "decrypt_rate" | "tenant_spread" | "dormant_key" | "new_network" | "unknown_path" | "needs_reauth_spike" | undefined;
      /** Entries on a page, 1 to 200. */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, as it came. Without it, the first page. */
      cursor?: string | undefined;
    };
    body: undefined;
    answer: AnomalyList;
  };
  /** One anomaly */
  getAnomaly: {
    path: {
      /** The anomaly's id. */
      id: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: Anomaly;
  };
  /** Say that you saw an anomaly */
  acknowledgeAnomaly: {
    path: {
      /** The anomaly's id. */
      id: string;
    };
    query: Record<string, never>;
    body: Nothing | undefined;
    answer: Anomaly;
  };
  /** When alarms ring, and what they stop */
  getAnomalyPolicy: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: AnomalyPolicy;
  };
  /** Change when alarms ring, and what they stop */
  updateAnomalyPolicy: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: AnomalyPolicyPatch;
    answer: AnomalyPolicy;
  };
  /** Stop an API key for now */
  stopApiKey: {
    path: {
      /** The API key's id. */
      id: string;
    };
    query: Record<string, never>;
    body: Nothing | undefined;
    answer: StoppableApiKey;
  };
  /** Start a stopped API key again */
  restartApiKey: {
    path: {
      /** The API key's id. */
      id: string;
    };
    query: Record<string, never>;
    body: Nothing | undefined;
    answer: StoppableApiKey;
  };
  /** The API keys of the environment */
  listApiKeys: {
    path: Record<string, never>;
    query: {
      /** `in_force`: those that work, and those that are stopped and can be started again. `over`: revoked or expired. `all`. */
      state?: "in_force" | "over" | "all" | undefined;
      /** Entries on a page, 1 to 200. */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, as it came. Without it, the first page. */
      cursor?: string | undefined;
    };
    body: undefined;
    answer: ApiKeyList;
  };
  /** Make an API key */
  createApiKey: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: ApiKeyRequest;
    answer: NewApiKey;
  };
  /** One API key, and what it was used for lately */
  getApiKey: {
    path: {
      /** The API key's id. */
      id: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: ApiKeyDetail;
  };
  /** Revoke an API key for good */
  revokeApiKey: {
    path: {
      /** The API key's id. */
      id: string;
    };
    query: Record<string, never>;
    body: undefined;
    answer: ApiKey;
  };
  /** Accounts by state and refreshes of a window, by integration */
  getHealthStats: {
    path: Record<string, never>;
    query: {
      /** The time until now: a whole number and `m` (minutes), `h` (hours) or `d` (days), at most 30 days. */
      window?: string | undefined;
    };
    body: undefined;
    answer: Health;
  };
  /** How the environment does, and what lies ahead of it */
  getOverviewStats: {
    path: Record<string, never>;
    query: {
      /** The time until now: a whole number and `m` (minutes), `h` (hours) or `d` (days), at most 30 days. */
      window?: string | undefined;
    };
    body: undefined;
    answer: Overview;
  };
  /** How things went over a window, step by step */
  getStatsSeries: {
    path: Record<string, never>;
    query: {
      /** The time until now: a whole number and `m` (minutes), `h` (hours) or `d` (days), at most 30 days. */
      window?: string | undefined;
      /** Of this integration alone; absent: of all. */
      integration_name?: string | undefined;
    };
    body: undefined;
    answer: Series;
  };
  /** Token endpoints that are left alone for now */
  listOpenBreakers: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: OpenBreakers;
  };
  /** What the unified API can do for an account */
  getUnifiedCapabilities: {
    path: Record<string, never>;
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
    };
    body: undefined;
    answer: UnifiedCapabilities;
  };
  /** List contacts of an account's provider */
  listCrmContacts: {
    path: Record<string, never>;
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Has this e-mail address. */
      email?: string | undefined;
      /** Belongs to this company. */
      company_id?: string | undefined;
      /** Looked after by this person. */
      owner_id?: string | undefined;
      /** Changed at this instant or later. */
      updated_after?: string | undefined;
      /** Made at this instant or later. */
      created_after?: string | undefined;
      /** Sorts by a field, with a minus in front from the last to the first. */
      sort?: "created_at" | "-created_at" | "updated_at" | "-updated_at" | undefined;
      /** Records of a page, 1 to 200; no more than the provider allows (`max_limit`). */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, with the same filters and sort. */
      cursor?: string | undefined;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: undefined;
    answer: CrmContactList;
  };
  /** Make a contact at an account's provider */
  createCrmContacts: {
    path: Record<string, never>;
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: CrmContactWrite;
    answer: CrmContactAnswer;
  };
  /** Read a contact of an account's provider */
  getCrmContacts: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: undefined;
    answer: CrmContactAnswer;
  };
  /** Change a contact at an account's provider */
  updateCrmContacts: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: CrmContactWrite;
    answer: CrmContactAnswer;
  };
  /** Remove a contact at an account's provider */
  deleteCrmContacts: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
    };
    body: undefined;
    answer: UnifiedDeleted;
  };
  /** List companies of an account's provider */
  listCrmCompanies: {
    path: Record<string, never>;
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Is called exactly this. */
      name?: string | undefined;
      /** Looked after by this person. */
      owner_id?: string | undefined;
      /** Changed at this instant or later. */
      updated_after?: string | undefined;
      /** Made at this instant or later. */
      created_after?: string | undefined;
      /** Sorts by a field, with a minus in front from the last to the first. */
      sort?: "created_at" | "-created_at" | "updated_at" | "-updated_at" | undefined;
      /** Records of a page, 1 to 200; no more than the provider allows (`max_limit`). */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, with the same filters and sort. */
      cursor?: string | undefined;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: undefined;
    answer: CrmCompanyList;
  };
  /** Make a company at an account's provider */
  createCrmCompanies: {
    path: Record<string, never>;
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: CrmCompanyWrite;
    answer: CrmCompanyAnswer;
  };
  /** Read a company of an account's provider */
  getCrmCompanies: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: undefined;
    answer: CrmCompanyAnswer;
  };
  /** Change a company at an account's provider */
  updateCrmCompanies: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: CrmCompanyWrite;
    answer: CrmCompanyAnswer;
  };
  /** Remove a company at an account's provider */
  deleteCrmCompanies: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
    };
    body: undefined;
    answer: UnifiedDeleted;
  };
  /** List deals of an account's provider */
  listCrmDeals: {
    path: Record<string, never>;
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** What has become of it. */
      status?: "open" | "won" | "lost" | undefined;
      /** Belongs to this company. */
      company_id?: string | undefined;
      /** Looked after by this person. */
      owner_id?: string | undefined;
      /** Changed at this instant or later. */
      updated_after?: string | undefined;
      /** Made at this instant or later. */
      created_after?: string | undefined;
      /** Sorts by a field, with a minus in front from the last to the first. */
      sort?: "created_at" | "-created_at" | "updated_at" | "-updated_at" | undefined;
      /** Records of a page, 1 to 200; no more than the provider allows (`max_limit`). */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, with the same filters and sort. */
      cursor?: string | undefined;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: undefined;
    answer: CrmDealList;
  };
  /** Make a deal at an account's provider */
  createCrmDeals: {
    path: Record<string, never>;
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: CrmDealWrite;
    answer: CrmDealAnswer;
  };
  /** Read a deal of an account's provider */
  getCrmDeals: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: undefined;
    answer: CrmDealAnswer;
  };
  /** Change a deal at an account's provider */
  updateCrmDeals: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: CrmDealWrite;
    answer: CrmDealAnswer;
  };
  /** Remove a deal at an account's provider */
  deleteCrmDeals: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
    };
    body: undefined;
    answer: UnifiedDeleted;
  };
  /** List tickets of an account's provider */
  listTicketingTickets: {
    path: Record<string, never>;
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whose turn it is. */
      status?: "new" | "open" | "pending" | "on_hold" | "solved" | "closed" | undefined;
      /** How much it matters. */
      priority?: "low" | "normal" | "high" | "urgent" | undefined;
      /** Asked by this person. */
      requester_id?: string | undefined;
      /** Worked on by this person. */
      assignee_id?: string | undefined;
      /** Asked by somebody of this organization. */
      company_id?: string | undefined;
      /** Changed at this instant or later. */
      updated_after?: string | undefined;
      /** Made at this instant or later. */
      created_after?: string | undefined;
      /** Sorts by a field, with a minus in front from the last to the first. */
      sort?: "created_at" | "-created_at" | "updated_at" | "-updated_at" | undefined;
      /** Records of a page, 1 to 200; no more than the provider allows (`max_limit`). */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, with the same filters and sort. */
      cursor?: string | undefined;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: undefined;
    answer: TicketingTicketList;
  };
  /** Make a ticket at an account's provider */
  createTicketingTickets: {
    path: Record<string, never>;
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: TicketingTicketWrite;
    answer: TicketingTicketAnswer;
  };
  /** Read a ticket of an account's provider */
  getTicketingTickets: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: undefined;
    answer: TicketingTicketAnswer;
  };
  /** Change a ticket at an account's provider */
  updateTicketingTickets: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: TicketingTicketWrite;
    answer: TicketingTicketAnswer;
  };
  /** Remove a ticket at an account's provider */
  deleteTicketingTickets: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
    };
    body: undefined;
    answer: UnifiedDeleted;
  };
  /** List employees of an account's provider */
  listHrisEmployees: {
    path: Record<string, never>;
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether they work there now. */
      employment_status?: "active" | "inactive" | undefined;
      /** Changed at this instant or later. */
      updated_after?: string | undefined;
      /** Made at this instant or later. */
      created_after?: string | undefined;
      /** Sorts by a field, with a minus in front from the last to the first. */
      sort?: "first_name" | "-first_name" | "last_name" | "-last_name" | "hired_on" | "-hired_on" | undefined;
      /** Records of a page, 1 to 200; no more than the provider allows (`max_limit`). */
      limit?: number | undefined;
      /** The `next_cursor` of the page before, with the same filters and sort. */
      cursor?: string | undefined;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: undefined;
    answer: HrisEmployeeList;
  };
  /** Make an employee at an account's provider */
  createHrisEmployees: {
    path: Record<string, never>;
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: HrisEmployeeWrite;
    answer: HrisEmployeeAnswer;
  };
  /** Read an employee of an account's provider */
  getHrisEmployees: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: undefined;
    answer: HrisEmployeeAnswer;
  };
  /** Change an employee at an account's provider */
  updateHrisEmployees: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
      /** Whether the provider's own record is wanted beside each, as `raw`. */
      raw?: "true" | "false" | undefined;
    };
    body: HrisEmployeeWrite;
    answer: HrisEmployeeAnswer;
  };
  /** Remove an employee at an account's provider */
  deleteHrisEmployees: {
    path: {
      /** The provider's id of the record. */
      id: string;
    };
    query: {
      /** The account whose provider is asked. */
      integrated_account_id: string;
    };
    body: undefined;
    answer: UnifiedDeleted;
  };
}

/** Method and path of each route. */
export const routes = {
  getIntegrationSchema: ["GET", "/integrations/schema.json"],
  listIntegrations: ["GET", "/integrations"],
  getIntegration: ["GET", "/integrations/{name}"],
  putIntegration: ["PUT", "/integrations/{name}"],
  deleteIntegration: ["DELETE", "/integrations/{name}"],
  updateEnvironmentIntegration: ["PATCH", "/environment-integration"],
  listEnvironmentIntegrations: ["GET", "/environment-integrations"],
  getEnvironmentIntegration: ["GET", "/environment-integrations/{name}"],
  getIntegrationStatus: ["GET", "/integrations/{name}/status"],
  listOverridableFields: ["GET", "/environment-integrations/{name}/overridable-fields"],
  validateIntegration: ["POST", "/integration-trials"],
  listIntegrationMappings: ["GET", "/integrations/{name}/mappings"],
  tryMapping: ["POST", "/integrations/{name}/mappings/try"],
  startIntegrationCheck: ["POST", "/integrations/{name}/checks"],
  listIntegrationChecks: ["GET", "/integrations/{name}/checks"],
  getIntegrationCheck: ["GET", "/integrations/{name}/checks/{id}"],
  listApprovals: ["GET", "/approvals"],
  getApproval: ["GET", "/approvals/{id}"],
  listAccounts: ["GET", "/integrated-accounts"],
  importAccount: ["POST", "/integrated-accounts"],
  countAccounts: ["GET", "/integrated-accounts/counts"],
  previewAccountRun: ["POST", "/account-runs/preview"],
  startAccountRun: ["POST", "/account-runs"],
  listAccountRuns: ["GET", "/account-runs"],
  getAccountRun: ["GET", "/account-runs/{id}"],
  changeAccountRun: ["PATCH", "/account-runs/{id}"],
  listAccountRunResults: ["GET", "/account-runs/{id}/results"],
  listAccountRunLinks: ["GET", "/account-runs/{id}/links"],
  listLifelines: ["GET", "/integrated-accounts/lifelines"],
  listAccountTimeline: ["GET", "/integrated-accounts/{id}/timeline"],
  getAccount: ["GET", "/integrated-accounts/{id}"],
  updateAccount: ["PATCH", "/integrated-accounts/{id}"],
  disconnectAccount: ["DELETE", "/integrated-accounts/{id}"],
  refreshAccount: ["POST", "/integrated-accounts/{id}/refresh"],
  releaseAccount: ["POST", "/integrated-accounts/{id}/release"],
  getToken: ["GET", "/integrated-accounts/{id}/token"],
  listRefreshAttempts: ["GET", "/integrated-accounts/{id}/refresh-attempts"],
  listMassFailures: ["GET", "/mass-failures"],
  getMassFailure: ["GET", "/integrations/{name}/mass-failure"],
  releaseMassFailure: ["POST", "/integrations/{name}/mass-failure/release"],
  confirmMassFailure: ["POST", "/integrations/{name}/mass-failure/confirm"],
  createLinkToken: ["POST", "/link-tokens"],
  completeConnectSession: ["POST", "/connect-sessions/{id}/complete"],
  getEnvironment: ["GET", "/environment"],
  updateEnvironment: ["PATCH", "/environment"],
  judgeAccent: ["GET", "/environment/accent"],
  createWebhookEndpoint: ["POST", "/webhook-endpoints"],
  listWebhookEndpoints: ["GET", "/webhook-endpoints"],
  getWebhookEndpoint: ["GET", "/webhook-endpoints/{id}"],
  updateWebhookEndpoint: ["PATCH", "/webhook-endpoints/{id}"],
  deleteWebhookEndpoint: ["DELETE", "/webhook-endpoints/{id}"],
  rotateWebhookSecret: ["POST", "/webhook-endpoints/{id}/rotate-secret"],
  testWebhookEndpoint: ["POST", "/webhook-endpoints/{id}/test"],
  replayWebhookEvents: ["POST", "/webhook-endpoints/{id}/replay"],
  streamEvents: ["GET", "/events/stream"],
  listEvents: ["GET", "/events"],
  getEvent: ["GET", "/events/{id}"],
  listWebhookDeliveries: ["GET", "/webhook-deliveries"],
  getWebhookDelivery: ["GET", "/webhook-deliveries/{id}"],
  redeliverWebhook: ["POST", "/webhook-deliveries/{id}/redeliver"],
  listKeys: ["GET", "/keys"],
  startRewrap: ["POST", "/keys/rewrap"],
  getRewrap: ["GET", "/keys/rewrap/{id}"],
  changeRewrap: ["PATCH", "/keys/rewrap/{id}"],
  disableKey: ["POST", "/keys/{kid}/disable"],
  enableKey: ["POST", "/keys/{kid}/enable"],
  setKeyPolicy: ["PUT", "/keys/policy"],
  drillKeys: ["POST", "/keys/drill"],
  deleteTenant: ["DELETE", "/tenants/{tenant_id}"],
  destroyTenantKey: ["DELETE", "/tenants/{tenant_id}/key"],
  listAuditEvents: ["GET", "/audit-events"],
  verifyAuditEvents: ["GET", "/audit-events/verify"],
  listAuditAnchors: ["GET", "/audit-events/anchors"],
  getAuditChain: ["GET", "/audit-events/chain"],
  listAnomalies: ["GET", "/anomalies"],
  getAnomaly: ["GET", "/anomalies/{id}"],
  acknowledgeAnomaly: ["POST", "/anomalies/{id}/acknowledge"],
  getAnomalyPolicy: ["GET", "/anomaly-policy"],
  updateAnomalyPolicy: ["PATCH", "/anomaly-policy"],
  stopApiKey: ["POST", "/api-keys/{id}/stop"],
  restartApiKey: ["POST", "/api-keys/{id}/restart"],
  listApiKeys: ["GET", "/api-keys"],
  createApiKey: ["POST", "/api-keys"],
  getApiKey: ["GET", "/api-keys/{id}"],
  revokeApiKey: ["DELETE", "/api-keys/{id}"],
  getHealthStats: ["GET", "/stats/health"],
  getOverviewStats: ["GET", "/stats/overview"],
  getStatsSeries: ["GET", "/stats/series"],
  listOpenBreakers: ["GET", "/stats/breakers"],
  getUnifiedCapabilities: ["GET", "/unified/capabilities"],
  listCrmContacts: ["GET", "/unified/crm/contacts"],
  createCrmContacts: ["POST", "/unified/crm/contacts"],
  getCrmContacts: ["GET", "/unified/crm/contacts/{id}"],
  updateCrmContacts: ["PATCH", "/unified/crm/contacts/{id}"],
  deleteCrmContacts: ["DELETE", "/unified/crm/contacts/{id}"],
  listCrmCompanies: ["GET", "/unified/crm/companies"],
  createCrmCompanies: ["POST", "/unified/crm/companies"],
  getCrmCompanies: ["GET", "/unified/crm/companies/{id}"],
  updateCrmCompanies: ["PATCH", "/unified/crm/companies/{id}"],
  deleteCrmCompanies: ["DELETE", "/unified/crm/companies/{id}"],
  listCrmDeals: ["GET", "/unified/crm/deals"],
  createCrmDeals: ["POST", "/unified/crm/deals"],
  getCrmDeals: ["GET", "/unified/crm/deals/{id}"],
  updateCrmDeals: ["PATCH", "/unified/crm/deals/{id}"],
  deleteCrmDeals: ["DELETE", "/unified/crm/deals/{id}"],
  listTicketingTickets: ["GET", "/unified/ticketing/tickets"],
  createTicketingTickets: ["POST", "/unified/ticketing/tickets"],
  getTicketingTickets: ["GET", "/unified/ticketing/tickets/{id}"],
  updateTicketingTickets: ["PATCH", "/unified/ticketing/tickets/{id}"],
  deleteTicketingTickets: ["DELETE", "/unified/ticketing/tickets/{id}"],
  listHrisEmployees: ["GET", "/unified/hris/employees"],
  createHrisEmployees: ["POST", "/unified/hris/employees"],
  getHrisEmployees: ["GET", "/unified/hris/employees/{id}"],
  updateHrisEmployees: ["PATCH", "/unified/hris/employees/{id}"],
  deleteHrisEmployees: ["DELETE", "/unified/hris/employees/{id}"],
} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>;
