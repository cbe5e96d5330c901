import type { AuthorizationSession, ConnectStore } from "#core/ports/connect-store";
import type { Effect } from "./effects.ts";
import { environmentId, type SimulatedWorld } from "./world.ts";

/** The door of completeAuthorization: every visitor comes with a session of a link that still works. */
export function createConnectDoor(world: SimulatedWorld, effect: Effect): ConnectStore {
  const refuse = (): never => {
    throw new Error("no simulated visitor comes here");
  };
  return {
    takeSession: ({ callbackId }) =>
      effect("connect.takeSession", "database", async () => ({
        session: sessionOf(world, callbackId),
        verifier: null,
      })),
    findSessionOfBrowser: (browserDigest) =>
      effect("connect.findSessionOfBrowser", "database", async () =>
        sessionOf(world, Buffer.from(browserDigest).toString("utf8")),
      ),
    failSession: () => effect("connect.failSession", "database", async () => {}),
    findLink: (id) =>
      effect("connect.findLink", "database", async () => ({
        id,
        environmentId,
        tenantId: "tenant",
        userReference: null,
        integrationNames: [],
        integratedAccountId: null,
        returnUrl: null,
        scopes: [],
        sessionBinding: false,
        locale: null,
        metadata: {},
        accountId: null,
        usedAt: null,
        expiresAt: new Date(8.64e15),
      })),
    createLink: refuse,
    findLinkByDigest: refuse,
    bindAccount: refuse,
    createSession: refuse,
    findSession: refuse,
    holdAnswer: refuse,
    findHeldAnswer: refuse,
    takeConfirmed: refuse,
    giveBackConfirmed: refuse,
    endUnconfirmed: refuse,
    refuseConfirmation: refuse,
    holdGrant: refuse,
    findHeldGrant: refuse,
    endUnapproved: refuse,
    // No simulated visitor is asked.
    isAskedElsewhere: async () => false,
    listUnanswered: refuse,
    beginTry: refuse,
    failTry: refuse,
    findTry: refuse,
    listTries: refuse,
  };
}

/** A visitor's callback id says which account of which integration is to be connected; each visitor has a browser of their own. */
export function callbackIdOf(accountId: string, integrationName: string, visit: number): string {
  return `${accountId}/${integrationName}/${visit}`;
}

function sessionOf(world: SimulatedWorld, callbackId: string): AuthorizationSession {
  const [accountId = "", integrationName = ""] = callbackId.split("/");
  const id = `cs_${callbackId}`;
  return {
    id,
    linkTokenId: "lnk_simulated",
    environmentId,
    accountId,
    integrationName,
    callbackId,
    browserDigest: Buffer.from(callbackId),
    nonce: null,
    redirectUri: "https://evergrant.example/callback",
    issuer: null,
    tokenEndpoint: `https://${integrationName}.example/token`,
    scopesRequested: [],
    isReturn: true,
    needsConfirmation: false,
    status: world.connectedSessions.has(id) ? "connected" : "exchanging",
    failure: null,
    asked: null,
    expiresAt: new Date(8.64e15),
  };
}
