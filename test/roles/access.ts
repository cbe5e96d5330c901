import type { Permission } from "#core/domain/access/permission";

/**
 * Who may call a route:
 * - a permission (or several, all of them): whoever has it, by key or by role; what only people may (`users:*`) no key has;
 * - `person`: every administrator who is signed in, whatever their role, and no key;
 * - `approver`: owners and operators for what the test asks, by the request's kind, and no key;
 * - `asker`: whoever asked for it alone;
 * - `open`: anybody, without showing anything.
 */
export type Access = Permission | readonly Permission[] | "person" | "approver" | "asker" | "open";

/**
 * Every route of the API by its operation, and who may call it. Denied unless listed: a route that is not here fails the test, and so
 * does one that lets in, or keeps out, anybody else than is said here.
 */
export const accessOfOperations: Readonly<Record<string, Access>> = {
  getOpenApiDocument: "open",
  getReference: "open",
  getProblemPage: "open",
  getIntegrationSchema: "open",
  getSignInMethods: "open",
  findInvitation: "open",
  acceptInvitation: "open",

  getSession: "person",
  confirmSession: "person",
  changeOwnPassword: "person",
  listOwnSessions: "person",
  endOwnSession: "person",
  endOtherSessions: "person",

  listUsers: "users:read",
  getUser: "users:read",
  listInvitations: "users:read",
  updateUser: "users:write",
  endUserSessions: "users:write",
  inviteUser: "users:write",
  revokeInvitation: "users:write",

  listApprovals: "approvals:read",
  getApproval: "approvals:read",
  approveRequest: "approver",
  refuseRequest: "approver",
  withdrawRequest: "asker",

  createLinkToken: "links:write",
  completeConnectSession: "links:write",

  getToken: "tokens:read",
  importAccount: "accounts:write",
  listAccounts: "accounts:read",
  getAccount: "accounts:read",
  updateAccount: "accounts:write",
  disconnectAccount: "accounts:write",
  refreshAccount: "accounts:write",
  listRefreshAttempts: "accounts:read",

  listMassFailures: "accounts:read",
  getMassFailure: "accounts:read",
  releaseMassFailure: "accounts:write",
  confirmMassFailure: "accounts:write",
  getHealthStats: "accounts:read",

  listIntegrations: "integrations:read",
  getIntegration: "integrations:read",
  putIntegration: "integrations:write",
  validateIntegration: "integrations:write",
  startIntegrationCheck: "integrations:write",
  listIntegrationChecks: "integrations:read",
  getIntegrationCheck: "integrations:read",
  deleteIntegration: "integrations:write",
  updateEnvironmentIntegration: "integrations:write",
  listEnvironmentIntegrations: "integrations:read",
  getEnvironmentIntegration: "integrations:read",
  getIntegrationStatus: "integrations:read",
  listOverridableFields: "integrations:read",
  getEnvironment: "integrations:read",
  updateEnvironment: "settings:write",

  createWebhookEndpoint: "webhooks:write",
  listWebhookEndpoints: "webhooks:read",
  getWebhookEndpoint: "webhooks:read",
  updateWebhookEndpoint: "webhooks:write",
  deleteWebhookEndpoint: "webhooks:write",
  rotateWebhookSecret: "webhooks:write",
  testWebhookEndpoint: "webhooks:write",
  replayWebhookEvents: "webhooks:write",
  listEvents: "webhooks:read",
  getEvent: "webhooks:read",
  listWebhookDeliveries: "webhooks:read",
  getWebhookDelivery: "webhooks:read",
  redeliverWebhook: "webhooks:write",

  listKeys: "keys:read",
  startRewrap: "keys:write",
  getRewrap: "keys:read",
  changeRewrap: "keys:write",
  disableKey: "keys:write",
  enableKey: "keys:write",
  setKeyPolicy: "keys:write",
  drillKeys: "keys:write",
  deleteTenant: ["keys:write", "accounts:write"],
  destroyTenantKey: ["keys:write", "accounts:write"],

  listAnomalies: "audit:read",
  getAnomaly: "audit:read",
  acknowledgeAnomaly: "settings:write",
  getAnomalyPolicy: "audit:read",
  updateAnomalyPolicy: "settings:write",
  stopApiKey: "settings:write",
  restartApiKey: "keys:write",

  listAuditEvents: "audit:read",
  verifyAuditEvents: "audit:read",
  listAuditAnchors: "audit:read",
  getAuditChain: "audit:read",

  proxyGet: "proxy",
  proxyHead: "proxy",
  proxyPost: "proxy",
  proxyPut: "proxy",
  proxyPatch: "proxy",
  proxyDelete: "proxy",
  proxyOptions: "proxy",
};

/** What asks who it is once more, when the session has not shown it for a while (step_up_required). */
export const confirmedOperations: readonly string[] = [
  "getToken",
  "updateUser",
  "inviteUser",
  "approveRequest",
  "refuseRequest",
  "withdrawRequest",
  "startRewrap",
  "changeRewrap",
  "disableKey",
  "enableKey",
  "setKeyPolicy",
  "drillKeys",
  "deleteTenant",
  "destroyTenantKey",
  "updateAnomalyPolicy",
  "stopApiKey",
  "restartApiKey",
  "proxyGet",
  "proxyHead",
  "proxyPost",
  "proxyPut",
  "proxyPatch",
  "proxyDelete",
  "proxyOptions",
];

/** Everything else that api answers, and what lets somebody in there instead of a role. */
export const otherRoutes: Readonly<Record<string, string>> = {
  "POST /api/auth/sso": "open: leaves for the identity provider",
  "GET /api/auth/callback/oidc": "the trip's cookie, state, and what the identity provider says",
  "GET /api/auth/*": "open: @auth/core",
  "POST /api/auth/*": "@auth/core's token against forged forms, and a password",
  "ALL /api/auth/*": "refuses other methods",
  "POST /connect/retry": "a customer's cookie",
  "POST /connect/approve": "a customer's cookie",
  "POST /connect/decline": "a customer's cookie",
  "POST /connect/:token": "a link token",
  "GET /oauth/callback/:callbackId": "the trip's cookie and state",
  "GET /oauth/return/:callbackId": "the trip's cookie and state",
  "GET /api/connect/links/:id": "a customer's cookie",
  "GET /api/connect/outcome": "a customer's cookie",
  "GET /api/connect/logos/:digest": "open: pictures",
  "POST /api/connect/results": "an embedding page's secret",
  "GET /connect.js": "open: a script",
  "GET /connect.mjs": "open: a script",
  "GET /oauth/jwks/:callbackId": "open: public keys",
};

/** Every page, and what its visitor must be permitted to see anything on it. */
export const accessOfPages: Readonly<Record<string, Access | "customer">> = {
  "(dashboard)/(overview)": "accounts:read",
  "(dashboard)/accounts/(list)": "accounts:read",
  "(dashboard)/accounts/[id]": "accounts:read",
  "(dashboard)/administrators/(list)": "users:read",
  "(dashboard)/administrators/[id]": "users:read",
  "(dashboard)/approvals/(list)": "approvals:read",
  "(dashboard)/approvals/[id]": "approvals:read",
  "(dashboard)/audit": "audit:read",
  "(dashboard)/integrations/(list)": "integrations:read",
  "(dashboard)/integrations/[name]/(overview)": "integrations:read",
  "(dashboard)/integrations/[name]/check": "integrations:read",
  "(dashboard)/integrations/[name]/definition": "integrations:read",
  "(dashboard)/integrations/[name]/values": "integrations:read",
  "(dashboard)/keys": "keys:read",
  "(dashboard)/new-integration": "integrations:write",
  "(dashboard)/webhooks/(list)": "webhooks:read",
  "(dashboard)/webhooks/[id]": "webhooks:read",
  "(dashboard)/webhooks/[id]/edit": "webhooks:write",
  "(dashboard)/webhooks/events/(list)": "webhooks:read",
  "(dashboard)/webhooks/events/[id]": "webhooks:read",
  "(dashboard)/webhooks/new": "webhooks:write",
  "(dashboard)/you": "person",
  "connect/link": "customer",
  "connect/outcome": "customer",
  "sign-in": "open",
  "sign-in/confirmed": "open",
  invitation: "open",
};
