import { randomBytes } from "node:crypto";
import { parameterName } from "#core/domain/integration/parameter-name";
import { oauthConfigOf } from "#core/domain/integration/integration-document";
import { approveConnection } from "#core/usecases/approve-connection";
import { completeAuthorization, type CallbackInput, type CallbackOutcome } from "#core/usecases/complete-authorization";
import { createLink } from "#core/usecases/create-link";
import { startAuthorization } from "#core/usecases/start-authorization";
import { actor, readOnce, sayGoodbye, withinDeadline, type CheckWorld } from "./check-world.ts";
import { kindly } from "./check-servers.ts";
import { idTokenSubject, type TokenSubject } from "./describe-token-subject.ts";
import { judgeArrival } from "./judge-step.ts";
import type { Scenario, Trip } from "./scenario.ts";
import type { ScenarioResult, StepResult } from "./step-result.ts";

interface Played {
  readonly scenario: Scenario;
  readonly trip: Trip;
  readonly clientId: string;
}

/** A link, a click, the way back with a code, and what became of it. */
export async function runTrip(
  world: CheckWorld,
  subject: TokenSubject,
  { scenario, trip, clientId }: Played,
): Promise<ScenarioResult> {
  const { container, servers } = world;
  const browserSecret = randomBytes(32).toString("base64url");
  const sent = await depart(world, subject, browserSecret);
  if (typeof sent === "string") {
    return { kind: "played", scenario, steps: [], problems: [`expected a way to the provider, saw ${sent}`] };
  }
  const nonce = sent[parameterName(subject.integration, "nonce")] ?? null;
  const idToken = subject.claims === null ? null : idTokenFor(subject, subject.claims, { clientId, nonce });
  servers.answerWith(trip.behaviour(idToken), trip.secondBehaviour);
  servers.answerCallsWith(() => ({ kind: "json", status: 200, body: subject.identityBody }));
  const callback: CallbackInput = {
    callbackId: sent["callback"] ?? "",
    state: sent[parameterName(subject.integration, "state")] ?? null,
    code: "code-of-the-check",
    error: null,
    errorDescription: null,
    iss: subject.integration.issuer,
    parameters: { ...subject.callback, [codeName(subject)]: "code-of-the-check" },
    browserSecret,
  };
  const outcome = await withinDeadline(world, subject.document, trip.timeoutSeconds, async () => {
    const back = await completeAuthorization(container, callback);
    if (back.kind !== "unapproved") return back;
    return await approveConnection(container, { sessionId: back.session.id, browserSecret });
  });
  servers.answerCallsWith(kindly);
  const accountId = outcome.kind === "rejected" ? undefined : outcome.session.accountId;
  try {
    const requests = servers.takeTokenRequests();
    const { token, ...seen } = await describeArrival(world, outcome);
    const problems = judgeArrival(
      subject.integration.refreshPolicy,
      trip.expected,
      { ...seen, token, requests },
      subject.externalId,
    );
    return { kind: "played", scenario, steps: [{ ...seen, answered: trip.answered }], problems };
  } finally {
    await sayGoodbye(world, accountId);
  }
}

/** @returns the parameters that left for the provider, or why nothing did */
async function depart(
  { container, caller, servers }: CheckWorld,
  { document, inputs }: TokenSubject,
  browserSecret: string,
): Promise<Readonly<Record<string, string>> | string> {
  const { token } = await createLink(container, caller, {
    tenantId: actor,
    userReference: null,
    integrationNames: [document.name],
    integratedAccountId: null,
    returnUrl: null,
    scopes: [],
    sessionBinding: false,
    expiresInSeconds: 3600,
    locale: null,
    metadata: {},
  });
  const link = await container.connect.findLinkByDigest(container.digests.digest("link_token", token));
  if (link === null) throw new Error("the link was not stored");
  const start = { link, integrationName: document.name, inputs, browserSecret, connectedAccountId: null };
  const outcome = await startAuthorization(container, start);
  if (outcome.kind === "failed") return outcome.failure.code;
  if (outcome.kind !== "authorize") return outcome.kind;
  // What was pushed (RFC 9126) is not in the address.
  const sent = { ...servers.takePushed(), ...Object.fromEntries(new URL(outcome.url).searchParams) };
  const configured = await container.integrations.find(caller.environmentId, document.name);
  return { ...sent, callback: configured?.client?.callbackId ?? "" };
}

function codeName({ document }: TokenSubject): string {
  return oauthConfigOf(document)?.callback.code ?? "code";
}

async function describeArrival(
  world: CheckWorld,
  outcome: CallbackOutcome,
): Promise<Omit<StepResult, "answered"> & { readonly token: string | null }> {
  const at = world.container.clock.now();
  const nothing = { rule: null, httpStatus: null, error: null, account: null, token: null, at };
  switch (outcome.kind) {
    case "rejected":
      return { ...nothing, outcome: "rejected", explanation: "state or cookie did not match", caller: "nothing" };
    case "failed": {
      const { code, detail } = outcome.failure;
      return { ...nothing, outcome: "not connected", rule: code, explanation: detail, caller: "an error page" };
    }
    case "unapproved":
    case "unconfirmed":
      return {
        ...nothing,
        outcome: "not confirmed",
        explanation: "the link of a check asks nobody",
        caller: "nothing",
      };
    case "connected": {
      const read = await readOnce(world, outcome.account.id);
      return { ...nothing, outcome: "connected", explanation: null, account: outcome.account, ...read };
    }
  }
}

/**
 * Signed for nobody: one that comes straight from the token endpoint is believed for the connection that it came over (OpenID
 * Connect Core §3.1.3.7).
 */
function idTokenFor(
  { integration }: TokenSubject,
  claims: Readonly<Record<string, unknown>>,
  { clientId, nonce }: { readonly clientId: string; readonly nonce: string | null },
): string {
  const now = Math.floor(Date.now() / 1000);
  const standard = {
    iss: integration.issuer,
    aud: clientId,
    iat: now,
    exp: now + 600,
    ...(nonce === null ? {} : { nonce }),
  };
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return [encode({ alg: "RS256" }), encode({ sub: idTokenSubject, ...claims, ...standard }), "c2lnbmF0dXJl"].join(".");
}
