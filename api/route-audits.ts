import { unifiedRouteIds, type UnifiedRouteId } from "./unified-route-ids.ts";
import type { AuditAction } from "#core/domain/audit/audit-record";
import type { AuditStatement } from "#core/domain/audit/audit-statement";

const masked: AuditStatement = { nothing: "shows masked metadata; nothing is opened" };
const documentation: AuditStatement = { nothing: "is the same for everybody" };
const asks: AuditStatement = { writes: ["approval.requested"] };

/** A refresh on the way, and what is opened for it. */
const refreshing = [
  "credential.opened",
  "secret.opened",
  "sealed_value.invalid",
  "credential.sealed",
  "account.transitioned",
  "account.updated",
  "tenant_key.created",
] as const satisfies readonly AuditAction[];

/** What an approval carries out. */
const carriedOut = [
  "approval.executed",
  "approval.failed",
  "approval.expired",
  "integration.put",
  "environment_integration.updated",
  "secret.opened",
  "secret.sealed",
  "secret.erased",
  "key.disabled",
  "key.enabled",
  "key.policy_changed",
  "rewrap.started",
  "rewrap.changed",
  "tenant_key.destroyed",
  "tenant_key.created",
] as const satisfies readonly AuditAction[];

const called: AuditStatement = { writes: ["credential.opened"], mayWrite: refreshing };

/** Whether the provider can do it is known before anything is opened, or not. */
const unifiedCall: AuditStatement = {
  mayWrite: [...refreshing, "secret.sealed"],
  because: "opens the credentials, and keeps the id of what was made where a key says that it is to be made once",
};

const unifiedAudits = Object.fromEntries(unifiedRouteIds.map((id) => [id, unifiedCall])) as Readonly<
  Record<UnifiedRouteId, AuditStatement>
>;

/**
 * What each operation of the API writes, by operationId, and each route beside it, by method and path. `createRoute`
 * (openapi/create-route.ts) takes no operationId that is missing here, so a route without its statement does not compile; tests
 * hold the statements against what is written (test/openapi/routes.db.test.ts), and the list against the routes (app.test.ts).
 *
 * Refused calls are told by the log and the metrics; of those that are recorded too, a key used from elsewhere is one.
 */
export const routeAudits = {
  importAccount: {
    writes: ["account.created", "credential.sealed", "account.transitioned"],
    mayWrite: ["secret.opened", "tenant_key.created", "credential.opened", "sealed_value.invalid"],
  },
  listAccounts: masked,
  countAccounts: masked,
  listLifelines: masked,
  listAccountTimeline: masked,
  getAccount: masked,
  updateAccount: { writes: ["account.updated"], mayWrite: refreshing },
  disconnectAccount: {
    writes: ["account.transitioned", "credential.erased"],
    mayWrite: ["credential.opened", "secret.opened", "sealed_value.invalid"],
  },
  releaseAccount: { mayWrite: ["account.updated"], because: "of one that is not held nothing changes" },
  refreshAccount: { writes: ["credential.opened", "credential.sealed"], mayWrite: refreshing },
  getToken: { writes: ["credential.opened"], mayWrite: refreshing },
  listRefreshAttempts: masked,

  previewAccountRun: { nothing: "counts, and begins nothing" },
  startAccountRun: { writes: ["account_run.started"] },
  listAccountRuns: masked,
  getAccountRun: masked,
  changeAccountRun: { writes: ["account_run.changed"] },
  listAccountRunResults: masked,
  listAccountRunLinks: { writes: ["account_run.links_read"] },

  createLinkToken: { writes: ["link_token.created"] },
  completeConnectSession: {
    writes: ["connect.confirmed"],
    mayWrite: [...refreshing, "connect.binding_failed", "secret.sealed", "secret.erased"],
  },

  getIntegrationSchema: documentation,
  listIntegrations: masked,
  getIntegration: masked,
  putIntegration: {
    mayWrite: ["integration.put", "approval.requested", "secret.erased"],
    because: "puts it, or asks for a second person where hosts of live accounts change",
  },
  deleteIntegration: { writes: ["integration.deleted"], mayWrite: ["secret.erased"] },
  updateEnvironmentIntegration: {
    writes: ["environment_integration.updated"],
    mayWrite: ["secret.sealed", "secret.opened", "secret.erased", "sealed_value.invalid"],
  },
  listEnvironmentIntegrations: masked,
  getEnvironmentIntegration: masked,
  getIntegrationStatus: masked,
  startIntegrationCheck: { writes: ["integration.checked"] },
  listIntegrationChecks: masked,
  getIntegrationCheck: masked,
  validateIntegration: { nothing: "looks at what was sent, and writes nothing" },
  listOverridableFields: masked,
  listIntegrationMappings: masked,
  tryMapping: { nothing: "evaluates what was sent, and writes nothing" },

  getEnvironment: masked,
  updateEnvironment: { writes: ["environment.updated"] },
  judgeAccent: { nothing: "computes from what is asked" },
  listEnvironments: masked,
  getSession: { nothing: "tells who is signed in; signing in was recorded" },

  getSignInMethods: { nothing: "shows ways to sign in" },
  confirmSession: { writes: ["user.confirmed"] },
  changeOwnPassword: { writes: ["user.password_changed"] },
  listOwnSessions: masked,
  endOwnSession: { writes: ["user.sessions_ended"] },
  endOtherSessions: { mayWrite: ["user.sessions_ended"], because: "there may be no other" },

  listUsers: masked,
  getUser: masked,
  updateUser: {
    mayWrite: ["user.changed", "user.role_changed", "user.disabled", "user.enabled"],
    because: "what is so already is not written again",
  },
  endUserSessions: { mayWrite: ["user.sessions_ended"], because: "there may be none" },
  listInvitations: masked,
  inviteUser: { writes: ["invitation.created"] },
  revokeInvitation: { writes: ["invitation.revoked"] },
  findInvitation: {
    nothing: "shows whom a link invites, to whoever has it; its token comes in the body, and is in no address",
  },
  acceptInvitation: { writes: ["invitation.accepted"] },

  listApprovals: masked,
  getApproval: masked,
  approveRequest: { writes: ["approval.approved"], mayWrite: carriedOut },
  refuseRequest: { writes: ["approval.refused"] },
  withdrawRequest: { writes: ["approval.withdrawn"] },

  listMassFailures: masked,
  getMassFailure: masked,
  releaseMassFailure: { writes: ["mass_failure.released"] },
  confirmMassFailure: { writes: ["mass_failure.confirmed"] },

  listKeys: masked,
  startRewrap: asks,
  getRewrap: masked,
  changeRewrap: { writes: ["rewrap.changed"] },
  disableKey: asks,
  enableKey: asks,
  setKeyPolicy: asks,
  drillKeys: { writes: ["key.drilled"], mayWrite: ["credential.opened", "secret.opened", "sealed_value.invalid"] },
  deleteTenant: {
    because: "ends accounts, and its key last, where no account is left for another call",
    mayWrite: [
      "tenant.deleted",
      "tenant_key.destroyed",
      "account.transitioned",
      "credential.erased",
      "credential.opened",
      "secret.opened",
      "sealed_value.invalid",
    ],
  },
  destroyTenantKey: asks,

  listAnomalies: masked,
  getAnomaly: masked,
  acknowledgeAnomaly: { mayWrite: ["anomaly.acknowledged"], because: "pressed again, nothing changes" },
  getAnomalyPolicy: masked,
  updateAnomalyPolicy: { mayWrite: ["anomaly.policy_changed"], because: "what is so already is not written again" },
  listApiKeys: masked,
  getApiKey: masked,
  createApiKey: { writes: ["api_key.created"] },
  revokeApiKey: { writes: ["api_key.revoked"] },
  stopApiKey: { mayWrite: ["api_key.stopped"], because: "one that is stopped already stays so" },
  restartApiKey: { mayWrite: ["api_key.restarted"], because: "one that works already does so" },

  createWebhookEndpoint: { writes: ["webhook_endpoint.created"], mayWrite: ["secret.sealed"] },
  listWebhookEndpoints: masked,
  getWebhookEndpoint: masked,
  updateWebhookEndpoint: { writes: ["webhook_endpoint.updated"], mayWrite: ["secret.sealed"] },
  deleteWebhookEndpoint: { writes: ["webhook_endpoint.deleted"], mayWrite: ["secret.erased"] },
  rotateWebhookSecret: { writes: ["secret.sealed"], mayWrite: ["webhook_endpoint.updated", "secret.erased"] },
  testWebhookEndpoint: { writes: ["webhook_endpoint.tested"] },
  replayWebhookEvents: { writes: ["webhook_endpoint.replayed"] },
  listWebhookDeliveries: masked,
  getWebhookDelivery: masked,
  redeliverWebhook: { writes: ["webhook_delivery.redelivered"] },
  listEvents: masked,
  streamEvents: masked,
  getEvent: masked,

  listAuditEvents: { nothing: "the log holds no secret, and reading it changes nothing" },
  verifyAuditEvents: { nothing: "checks the log" },
  listAuditAnchors: { nothing: "shows signed statements about the log" },
  getAuditChain: { nothing: "shows the head of the chain" },
  getHealthStats: masked,
  getOverviewStats: masked,
  getStatsSeries: masked,
  listOpenBreakers: masked,
  getOpenApiDocument: documentation,
  getReference: documentation,
  getProblemPage: documentation,

  getUnifiedCapabilities: masked,
  ...unifiedAudits,

  proxyGet: called,
  proxyHead: called,
  proxyPost: called,
  proxyPut: called,
  proxyPatch: called,
  proxyDelete: called,
  proxyOptions: called,

  // Beside the API: connecting, by whoever has a link, and signing in.
  "POST /connect/:token": {
    mayWrite: [...refreshing, "account.created", "secret.sealed", "secret.erased"],
    because: "sets out for the provider, with a verifier sealed, or stores what was typed",
  },
  "POST /connect/retry": {
    mayWrite: ["secret.sealed", "account.created", "tenant_key.created"],
    because: "sets out again",
  },
  "POST /connect/approve": { writes: ["connect.approved"], mayWrite: [...refreshing, "secret.erased"] },
  "POST /connect/decline": { writes: ["connect.declined"], mayWrite: ["secret.opened", "secret.erased"] },
  "GET /oauth/callback/:callbackId": {
    mayWrite: [...refreshing, "secret.sealed", "secret.erased", "connect.binding_failed"],
    because: "exchanges the code, where its session belongs to this browser",
  },
  "GET /oauth/return/:callbackId": { nothing: "leads the browser to where its cookie is" },
  "GET /oauth/jwks/:callbackId": { nothing: "shows public keys" },
  "GET /api/connect/links/:id": masked,
  "GET /api/connect/outcome": masked,
  "GET /api/connect/logos/:digest": masked,
  "POST /api/csp-reports": { nothing: "goes to the log: what a page's policy stopped, as a browser tells it" },
  "POST /api/connect/results": { nothing: "tells an embedding page what became of its trip, by ids" },
  "GET /connect.js": documentation,
  "GET /connect.mjs": documentation,
  "POST /api/auth/sso": {
    nothing: "sets out for the identity provider; what becomes of the trip is recorded when it is back",
  },
  "GET /api/auth/callback/oidc": {
    mayWrite: [
      "user.signed_in",
      "user.sign_in_failed",
      "user.created",
      "invitation.accepted",
      "user.role_changed",
      "user.disabled",
      "user.enabled",
    ],
    because: "signs in as the identity provider says, or does not",
  },
  "GET /api/auth/*": { nothing: "shows forms" },
  "POST /api/auth/*": {
    mayWrite: ["user.signed_in", "user.sign_in_failed", "user.signed_out"],
    because: "signs in, or does not; signs out, where somebody is in",
  },
} as const satisfies Readonly<Record<string, AuditStatement>>;

export type RouteId = keyof typeof routeAudits;
