import type { Account } from "../domain/account/account.ts";
import { assertNever, DomainError } from "../domain/problem/domain-error.ts";
import { decideAfterAnswer } from "../domain/proxy/decide-after-answer.ts";
import { headerRecord, type HeaderFields } from "../domain/proxy/forwarded-headers.ts";
import type { ProxyTarget } from "../domain/proxy/proxy-target.ts";
import type { StreamAnswer } from "../ports/provider-streams.ts";
import type { CallPlaces } from "./call-places.ts";
import { collectPages, mostPages, type AskedPage, type CollectedPages } from "./collect-pages.ts";
import { discardAnswer } from "./discard-answer.ts";
import { forgetLifetime } from "./forget-lifetime.ts";
import { judgeAnswer, type JudgedAnswer } from "./judge-answer.ts";
import type { KeptBody } from "./kept-body.ts";
import { prepareCall, type PreparedCall } from "./prepare-call.ts";
import { noteRefusedScopes } from "./note-refused-scopes.ts";
import { probeAccount } from "./probe-account.ts";
import type { ProxyPorts } from "./proxy-ports.ts";
import { notFound, refuseByStatus } from "./account-problem.ts";
import { readCredentials, type TokenRead, type TypedRead } from "./read-token.ts";
import { renewRejected } from "./renew-rejected.ts";

/** What a caller wants of a provider. */
export interface ProxyCall {
  readonly environmentId: string;
  readonly actor: string;
  /** Whether the account exists for this caller. */
  readonly isVisible: (account: Account) => boolean;
  readonly target: ProxyTarget;
  readonly method: string;
  /** As they came. */
  readonly headers: HeaderFields;
  readonly body: KeptBody | null;
  /** Null where the caller did not say. */
  readonly bodyBytes: number | null;
  /** Ends the call; its reason is the error that is thrown then. */
  readonly signal: AbortSignal;
  /** Told what the call waits for from now on: the provider's answer, or our own work. */
  readonly onWait: (what: "provider" | "ourselves") => void;
  /** What credentials are opened for, in the audit log. `proxy` where absent. */
  readonly purpose?: "proxy" | "unified";
  /** Told what became of each time that it was sent. Nobody is told of one that could not even be tried. */
  readonly onFate?: (fate: CallFate) => void;
}

/**
 * `unknown`: on its way, and so for ever where no answer comes; the provider may have acted on it. `not_sent`: nothing of it left.
 * Otherwise the status of the answer.
 */
export type CallFate = "unknown" | "not_sent" | number;

/** What is wanted of an answer: to hand it on, to read it as a page of a list, or to read all of it, whatever it is. */
export type AnswerWish = "stream" | "page" | "whole";

/** Retry-After where all places are taken, of an account or of connections to a provider, seconds. */
const crowdedSeconds = 1;

/**
 * A call of a provider's API with an account's credentials, streamed both ways (R72). `deliver` hands the answer on; the call is
 * over when it has.
 *
 * @throws DomainError when the call could not be made, or no answer came
 */
export async function proxyCall(
  ports: ProxyPorts,
  call: ProxyCall,
  deliver: (answer: JudgedAnswer) => Promise<void>,
): Promise<void> {
  await withPlace(ports, call, async (credentials) => {
    const { judged } = await callProvider(ports, call, credentials);
    // The answer may take its time, and nothing is sent again after it.
    call.body?.drop();
    await deliver(judged);
  });
}

/**
 * The same for a list, page after page, as the definition says that its pages follow each other (R74). Each page is a call of its
 * own, so a token that dies on the way is renewed on the way.
 *
 * @param wished how many pages, at most `mostPages`
 * @param deliver gets the pages, or the provider's own answer where the first one could not be read
 */
export async function proxyPages(
  ports: ProxyPorts,
  call: ProxyCall,
  wished: number,
  deliver: (answer: JudgedAnswer | CollectedPages) => Promise<void>,
): Promise<void> {
  const work = async (first: CallCredentials): Promise<void> => {
    const ask = async (target: ProxyTarget, isFirst: boolean): Promise<AskedPage> => {
      const credentials = isFirst ? first : await readForCall(ports, call);
      // Nobody but us reads these bodies, and what they are decoded with is known.
      const headers = call.headers.filter(([name]) => name.toLowerCase() !== "accept-encoding");
      return await callProvider(ports, { ...call, target, headers }, credentials, "page");
    };
    await deliver(await collectPages(ports.expressions, call.target, Math.min(wished, mostPages), ask));
  };
  await withPlace(ports, call, work, ports.pagePlaces);
}

/** @throws DomainError as readCredentials does, and rate_limited where the account has too many calls under way */
export async function withPlace(
  ports: ProxyPorts,
  call: ProxyCall,
  work: (credentials: CallCredentials) => Promise<void>,
  places: CallPlaces = ports.callPlaces,
): Promise<void> {
  const credentials = await readForCall(ports, call);
  const { id } = credentials.read.account;
  const leave = places.take(id);
  if (leave === null) {
    throw new DomainError("rate_limited", {
      detail: "As many calls of this account as may be are under way in this process. Nothing was sent.",
      retryAfterSeconds: crowdedSeconds,
      extensions: { integrated_account_id: id, source: "evergrant" },
    });
  }
  try {
    await work(credentials);
  } finally {
    leave();
  }
}

/** What a call is authorized with, and when that was looked at. */
export interface CallCredentials {
  readonly read: TokenRead | TypedRead;
  readonly readMs: number;
}

/** Refreshed first where needed. @throws DomainError as readCredentials does */
export async function readForCall(ports: ProxyPorts, call: ProxyCall): Promise<CallCredentials> {
  const readMs = ports.clock.monotonicMs();
  return { readMs, read: await readCredentials(ports, inputOf(call)) };
}

function inputOf({ environmentId, actor, isVisible, target, purpose = "proxy" }: ProxyCall) {
  const { accountId } = target;
  return { environmentId, accountId, minTtlSeconds: null, actor, purpose, isVisible } as const;
}

/** With one renewal and one replay when the provider says that the token is dead; whatever else it answers is the caller's. */
export async function callProvider(
  ports: ProxyPorts,
  call: ProxyCall,
  credentials: CallCredentials,
  wish: AnswerWish = "stream",
): Promise<AskedPage> {
  const first = credentials.read;
  let { read, readMs } = credentials;
  for (let sent = 1; ; sent += 1) {
    const { prepared, answer } = await sendProven(ports, call, { read, readMs }, wish === "page");
    const judged = await judgeAnswer(ports, prepared.document.api, answer, wish);
    call.onWait("ourselves");
    const { error } = judged.reading;
    const action = decideAfterAnswer({ error, credentials: read.kind, sent, canReplay: canReplay(call) });
    if (action === "pass" || read.kind === "typed") {
      if (action === "probe_and_pass") apart(ports, probeAccount(ports, probeOf(call, read.credentialVersion)));
      if (read.kind === "token" && error === "insufficient_scope") {
        const { "www-authenticate": challenge = null } = headerRecord(answer.headers);
        apart(ports, noteRefusedScopes(ports, read.account, challenge, call.actor));
      }
      if (read.kind === "token" && read !== first && error === "invalid_token")
        apart(ports, forgetLifetime(ports, first.account, read));
      return { judged, prepared };
    }
    // What is decided on is kept: the provider may have answered while it was still being sent.
    if (action === "renew_and_replay") call.body?.hold();
    const renewing = renewRejected(ports, inputOf(call), read);
    if (action === "renew_and_pass") {
      apart(
        ports,
        renewing.then((renewed) => countRenewal(ports, renewed)),
      );
      return { judged, prepared };
    }
    const renewedMs = ports.clock.monotonicMs();
    const renewed = await renewing;
    countRenewal(ports, renewed);
    if (renewed === null) {
      call.body?.release();
      return { judged, prepared };
    }
    await discardAnswer(ports, judged.answer);
    [read, readMs] = [renewed, renewedMs];
  }
}

function countRenewal({ metrics }: ProxyPorts, renewed: TokenRead | null): void {
  metrics.proxyTokenRejected(renewed === null ? "not_refreshed" : "refreshed");
}

function canReplay({ body }: ProxyCall): boolean {
  return body === null || body.isWhole();
}

function probeOf({ environmentId, actor, target }: ProxyCall, seenVersion: number) {
  const { accountId } = target;
  return { environmentId, accountId, reason: "rejected_token", seenVersion, actor } as const;
}

/** Work that is not this caller's to wait for. */
function apart({ log }: ProxyPorts, work: Promise<unknown>): void {
  work.catch((error: unknown) => log.warn({ error }, "what a rejected call led to has failed"));
}

type Answer = StreamAnswer & { readonly kind: "answer" };

/** A server that wants a nonce in proofs has done nothing with the request (RFC 9449 §9), so it gets it again with one. */
async function sendProven(
  ports: ProxyPorts,
  call: ProxyCall,
  credentials: CallCredentials,
  isPaged: boolean,
): Promise<{ readonly prepared: PreparedCall; readonly answer: Answer }> {
  for (let isSecond = false; ; isSecond = true) {
    const prepared = await prepareCall(ports, credentials.read, call, isPaged);
    const answer = await send(ports, call, prepared, credentials);
    const isBound = prepared.headers.some(([name]) => name === "dpop");
    const wantsNonce = isBound && noteNonce(ports, prepared, answer);
    if (!wantsNonce || isSecond || !canReplay(call)) return { prepared, answer };
    call.body?.hold();
    await discardAnswer(ports, answer);
  }
}

/** 1*NQCHAR (RFC 9449 §8.1), and no longer than a header of ours can be: every later proof has it. */
const usableNonce = /^[!#-[\]-~]{1,1000}$/;

function noteNonce({ proofs }: ProxyPorts, { origin, path }: PreparedCall, { status, headers }: Answer): boolean {
  const { "dpop-nonce": nonce, "www-authenticate": challenge = "" } = headerRecord(headers);
  if (nonce === undefined || !usableNonce.test(nonce)) return false;
  proofs.note(origin + path, nonce);
  return status === 401 && /\buse_dpop_nonce\b/.test(challenge);
}

/** What was read longer ago than this is looked at once more before anything is sent, milliseconds (checklist C2). */
const freshMs = 20;

async function send(
  ports: ProxyPorts,
  call: ProxyCall,
  prepared: PreparedCall,
  { read, readMs }: CallCredentials,
): Promise<Answer> {
  const { signal } = call;
  if (ports.clock.monotonicMs() - readMs > freshMs) {
    const account = await ports.accounts.find(call.environmentId, read.account.id);
    if (account === null) throw notFound();
    refuseByStatus(account);
  }
  signal.throwIfAborted();
  call.onWait("provider");
  call.onFate?.("unknown");
  const body = call.body === null ? null : call.body.read();
  const answer = await ports.streams.send({ ...prepared, body, bodyBytes: call.bodyBytes }, signal);
  call.onFate?.(answer.kind === "answer" ? answer.status : fateOf(answer.cause));
  if (answer.kind === "answer") return answer;
  call.onWait("ourselves");
  if (answer.cause === "waiting" && isTimeout(signal.reason)) throw crowded(read.account.id);
  signal.throwIfAborted();
  if (answer.cause === "refused") ports.metrics.egressRefused();
  throw failureOf(answer.cause, answer.detail, read.account.id);
}

function fateOf(cause: Exclude<StreamAnswer, Answer>["cause"]): CallFate {
  return cause === "lost" || cause === "aborted" ? "unknown" : "not_sent";
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DomainError && reason.code === "provider_timeout";
}

/** Whoever watches over the call can't know that it had not begun, and would have to say that it may have been acted on. */
function crowded(accountId: string): DomainError {
  return new DomainError("provider_unavailable", {
    detail: "No connection to the provider's API was free in time, so nothing was sent. Try again shortly.",
    retryAfterSeconds: crowdedSeconds,
    extensions: { integrated_account_id: accountId },
  });
}

function failureOf(
  cause: "not_sent" | "refused" | "lost" | "aborted" | "waiting",
  detail: string,
  accountId: string,
): DomainError {
  const extensions = { integrated_account_id: accountId };
  switch (cause) {
    case "not_sent":
    case "waiting":
      return new DomainError("provider_error", {
        detail: `No connection to the provider's API could be made (${detail}), so nothing was sent. Try again shortly.`,
        retryAfterSeconds: 1,
        extensions,
      });
    case "refused":
      return new DomainError("client_misconfigured", {
        detail: `The integration's API is at an address that may not be called (${detail}).`,
        extensions,
      });
    case "lost":
    case "aborted":
      return new DomainError("provider_error", {
        detail: `The connection to the provider's API ended without an answer (${detail}). The provider may have acted on the call; nothing was sent a second time.`,
        extensions,
      });
    default:
      return assertNever(cause);
  }
}
