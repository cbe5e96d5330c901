import { isVisible, type Caller } from "../domain/access/permission.ts";
import type { Account } from "../domain/account/account.ts";
import type { AuditRecord } from "../domain/audit/audit-record.ts";
import type { ConnectFailure } from "../domain/connect/connect-failure.ts";
import { DomainError, assertNever } from "../domain/problem/domain-error.ts";
import type { AuthorizationSession, ConnectSession, Link, TakenAnswer } from "../ports/connect-store.ts";
import { exchangeAnswer, type CompletePorts } from "./complete-authorization.ts";
import { connectFailureProblem, conflict } from "./connect-failure-problem.ts";
import { openHeldAnswer } from "./hold-answer.ts";
import { keepGrant } from "./keep-grant.ts";
import { keepTypedAnswer } from "./keep-typed-answer.ts";

export interface ConfirmInput {
  readonly sessionId: string;
  /** Of the user who is signed in to the product in the browser that brought the session's id, as the product's own session says. */
  readonly tenantId: string;
  readonly userReference: string;
}

/** How long a second call waits for the first one's exchange, milliseconds. */
const patienceMs = 20_000;
const pauseMs = { shortest: 50, longest: 1_000 } as const;

/**
 * The product's word that the browser which authorized is signed in as the user whom the link is for (R93; session fixation,
 * draft-ietf-oauth-security-topics-update). Only with it is the code exchanged, once, however often it is given. Another tenant or
 * user ends the session: its code is thrown away.
 *
 * @throws DomainError not_found; forbidden for another tenant or user; conflict where there is nothing to confirm; and whatever the
 *   exchange failed with
 */
export async function confirmSession(ports: CompletePorts, caller: Caller, input: ConfirmInput): Promise<Account> {
  const session = await ports.connect.findSession(input.sessionId);
  const link = session === null ? null : await ports.connect.findLink(session.linkTokenId);
  // Whoever may not see the link's account may not learn that there is a session (invariant 10).
  const isTheirs =
    session?.environmentId === caller.environmentId &&
    link !== null &&
    isVisible(caller, { tenantId: link.tenantId, integrationName: session.integrationName });
  if (!isTheirs) {
    throw new DomainError("not_found", { detail: "There is no such connect session in this environment." });
  }
  if (!session.needsConfirmation) {
    throw conflict(
      "The link was made without session_binding, so there is nothing to confirm. What came of it stands in the tenant's accounts (GET /api/v1/integrated-accounts).",
    );
  }
  await refuseOthers(ports, caller, session, link, input);
  const { clock } = ports;
  const untilMs = clock.monotonicMs() + patienceMs;
  for (let current = session, pause: number = pauseMs.shortest; ; pause = Math.min(pause * 1.5, pauseMs.longest)) {
    const account = await settle(ports, caller, current, link);
    if (account !== null) return account;
    if (clock.monotonicMs() >= untilMs) {
      throw new DomainError("conflict", {
        detail:
          "The session is being completed by another request, which has not ended yet. Ask again; if it stays so, that request died on its way, and the customer must connect again.",
        retryAfterSeconds: 5,
      });
    }
    await clock.sleep(pause);
    current = (await ports.connect.findSession(session.id)) ?? current;
  }
}

/** @returns null while another request has the session in hand */
async function settle(
  ports: CompletePorts,
  caller: Caller,
  session: ConnectSession,
  link: Link,
): Promise<Account | null> {
  switch (session.status) {
    case "connected": {
      const account = await ports.accounts.find(session.environmentId, session.accountId);
      if (account === null) throw new DomainError("not_found", { detail: "The account of this session is gone." });
      return account;
    }
    case "failed":
      throw connectFailureProblem(session.failure ?? { code: "server_error", detail: null }, session);
    case "authorizing":
      throw conflict(
        "The customer has not come back from the provider yet. Confirm when the browser brings connect_session_id to the return URL.",
      );
    case "exchanging":
    // Who is asked by the page is not confirmed by the product.
    case "unapproved":
      return null;
    case "unconfirmed":
      return await complete(ports, caller, session, link);
  }
  return assertNever(session.status);
}

async function refuseOthers(
  ports: CompletePorts,
  caller: Caller,
  session: ConnectSession,
  link: Link,
  { tenantId, userReference }: ConfirmInput,
): Promise<void> {
  const others = [
    ...(tenantId === link.tenantId ? [] : ["tenant_id"]),
    ...(userReference === link.userReference ? [] : ["user_reference"]),
  ];
  if (others.length === 0) return;
  await ports.connect.refuseConfirmation(session, link.tenantId, {
    environmentId: session.environmentId,
    actor: caller.id,
    action: "connect.binding_failed",
    target: session.id,
    accountId: session.accountId,
    // A user reference may be an address of a person; the log of audits is kept for good.
    detail: { link: link.id, integration: session.integrationName, tenant_id: link.tenantId, differs: others },
  });
  ports.log.warn(
    { session: session.id, link: link.id, differs: others },
    "a connection was confirmed for somebody else",
  );
  throw connectFailureProblem({ code: "binding_failed", detail: null }, session);
}

async function complete(
  ports: CompletePorts,
  caller: Caller,
  session: ConnectSession,
  link: Link,
): Promise<Account | null> {
  const now = ports.clock.now();
  // Asked before the code is spent: another session of this link may have connected meanwhile.
  const { usedAt } = (await ports.connect.findLink(link.id)) ?? link;
  if (session.expiresAt <= now || (usedAt !== null && !session.isReturn)) {
    const expired: ConnectFailure = { code: "expired", detail: null };
    // It may be another call for this very session that used the link.
    if (!(await ports.connect.endUnconfirmed(session.id, expired))) return null;
    throw connectFailureProblem(expired, session);
  }
  const held = await ports.connect.findHeldAnswer(session.id);
  if (held === null) return null;
  // Opened while it is still there, as is all that the exchange needs: a key service that is away costs the call, not the code.
  const answer = await openHeldAnswer(ports, session, held.answer, caller.id);
  const hand = inHand(ports, session, {
    environmentId: session.environmentId,
    actor: caller.id,
    action: "connect.confirmed",
    target: session.id,
    accountId: session.accountId,
    detail: { link: link.id, integration: session.integrationName, tenant_id: link.tenantId },
  });
  let result: Account | ConnectFailure;
  try {
    if (answer.kind === "typed") {
      await hand.take();
      result = await keepTypedAnswer(ports, session, answer);
    } else {
      const steps = { keep: keepGrant, beforeSend: hand.take, notSent: hand.giveBack };
      result = await exchangeAnswer(ports, toTrip(session), held.verifier, answer, steps);
    }
  } catch (error) {
    if (error === takenBefore) return null;
    if (!hand.isTaken()) throw error;
    // Nothing that was typed leaves before it is stored, and stored it is once: it can be tried again.
    if (answer.kind === "typed" && isPassing(error)) {
      await hand
        .giveBack()
        .catch((failure: unknown) =>
          ports.log.warn({ session: session.id, error: failure }, "a confirmed connection could not be put back"),
        );
    }
    if (hand.isTaken()) {
      ports.log.error({ session: session.id, error }, "a confirmed connection could not be completed");
      // Should what was answered still be written, the session is connected all the same.
      await ports.connect.failSession(session.id, { code: "server_error", detail: null });
    }
    throw error;
  }
  if (!("code" in result)) return result;
  if (result.code === "provider_unreachable" && !hand.isTaken()) {
    throw new DomainError("provider_unavailable", {
      detail:
        "The provider could not be reached, so the code was not sent and still waits. Confirm again in a few seconds; ten minutes after the customer came back it is over.",
      retryAfterSeconds: 5,
    });
  }
  return await fail(ports, session, result);
}

/** Thrown where another call took the session first: all waits for what comes of that. */
const takenBefore = new Error("the session was taken by another call");

/** The session in this call's hand: once it is taken, nobody else exchanges its code, until it is given back unsent. */
function inHand({ connect, clock }: CompletePorts, { id }: ConnectSession, audit: AuditRecord) {
  let taken: TakenAnswer | null = null;
  return {
    isTaken: (): boolean => taken !== null,
    async take(): Promise<void> {
      taken = await connect.takeConfirmed(id, clock.now(), audit);
      if (taken === null) throw takenBefore;
    },
    async giveBack(): Promise<void> {
      if (taken !== null && (await connect.giveBackConfirmed(taken))) taken = null;
    },
  };
}

function isPassing(error: unknown): boolean {
  return error instanceof DomainError && (error.code === "kms_unavailable" || error.code === "database_unavailable");
}

async function fail(ports: CompletePorts, session: ConnectSession, failure: ConnectFailure): Promise<never> {
  ports.log.warn({ session: session.id, failure: failure.code }, "a confirmed connection failed");
  await ports.connect.failSession(session.id, failure);
  throw connectFailureProblem(failure, session);
}

/** What brought a code has left for an authorization server (constraint connect_session_trip). */
function toTrip({ callbackId, redirectUri, tokenEndpoint, ...session }: ConnectSession): AuthorizationSession {
  if (callbackId === null || redirectUri === null || tokenEndpoint === null) {
    throw new Error(`the session ${session.id} has a code and nowhere to exchange it`);
  }
  return { ...session, callbackId, redirectUri, tokenEndpoint };
}
