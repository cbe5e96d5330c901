import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { DomainError, assertNever } from "../domain/problem/domain-error.ts";
import type { CircuitSignal } from "../domain/refresh/circuit.ts";
import { circuitSignalOf } from "../domain/refresh/circuit-signal.ts";
import { classifyTokenFailure, defaultFailureRules } from "../domain/refresh/classify-token-failure.ts";
import { exhaustedBudget } from "../domain/rate-limit/rate-limit.ts";
import { budgetPatienceSeconds, type RefreshPolicy } from "../domain/refresh/refresh-policy.ts";
import { toldPace } from "../domain/refresh/told-pace.ts";
import type { TokenResult } from "../ports/authorization-server.ts";
import type { Admission, AdmissionRequest, CircuitRef } from "../ports/circuit-store.ts";
import { concludeAdmission } from "./conclude-admission.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

type TurnPorts = Pick<RefreshPorts, "circuits" | "clock" | "random" | "log">;

export interface TurnRequest {
  readonly circuit: CircuitRef;
  readonly integration: ResolvedIntegration;
  /** Whom it is asked for; null: for an account that is only about to be. */
  readonly accountId: string | null;
  /** The client is the account's own: its rejection says nothing about ours. */
  readonly ownsClient: boolean;
}

/** A token request of somebody who waits for its outcome, and that is no attempt of an account: counted like one all the same. */
export interface Turn {
  readonly kind: "granted";
  /** Asks, and remembers what that taught about the endpoint. */
  ask(send: () => Promise<TokenResult>): Promise<TokenResult>;
  /** Tells breaker and budget. Always called, once what was answered is safe. Never fails. */
  end(): Promise<void>;
}

type Refusal = Admission & { readonly kind: "refused" };

/** Waits for a place in the client's budget like a caller who needs a token, at most ten seconds; an open breaker refuses at once. */
export async function takeTurn(ports: TurnPorts, request: TurnRequest): Promise<Turn | Refusal> {
  const asked = admissionRequest(ports, request);
  const admission = await waitForPlace(ports, asked);
  return admission.kind === "refused" ? admission : turnOf(ports, request, asked, admission);
}

/**
 * The same for a request that can't come back later, such as the exchange of a code: the customer stands at the door, and the code
 * is about to end. After ten seconds it goes anyway. An open breaker does not keep it either: its outcome is told like a probe's.
 * Books that can't be kept cost nothing.
 */
export async function insistOnTurn(ports: TurnPorts, request: TurnRequest): Promise<Turn> {
  const asked = admissionRequest(ports, request);
  try {
    const admission = await waitForPlace(ports, asked);
    const passed = admission.kind === "refused" ? await ports.circuits.admit({ ...asked, insists: true }) : admission;
    if (passed.kind === "granted") return turnOf(ports, request, asked, passed);
  } catch (error) {
    ports.log.error({ circuit: request.circuit.key, error }, "a turn could not be taken; the request goes without");
  }
  return turnOf(ports, request, asked, { kind: "granted", isProbe: false, hasPlace: false });
}

function admissionRequest(ports: TurnPorts, { circuit, integration }: TurnRequest): AdmissionRequest {
  return {
    circuit,
    holder: makeId("req", ports.random.bytes(idRandomBytes)),
    reason: "on_demand",
    budget: integration.refreshPolicy.budget,
  };
}

/** Whoever waits is written down for a second: it looks again before that is over, so that scheduled work lets it go first. */
const lookMs = { soonest: 20, latest: 900 } as const;

async function waitForPlace(ports: TurnPorts, asked: AdmissionRequest): Promise<Admission> {
  const { clock } = ports;
  const untilMs = clock.monotonicMs() + budgetPatienceSeconds * 1000;
  for (;;) {
    const admission = await ports.circuits.admit(asked);
    if (admission.kind === "granted" || admission.cause !== "budget") return admission;
    const leftMs = untilMs - clock.monotonicMs();
    if (leftMs <= 0) return admission;
    const pauseMs = admission.until.getTime() - clock.now().getTime();
    await clock.sleep(Math.min(leftMs, lookMs.latest, Math.max(lookMs.soonest, pauseMs)));
  }
}

function turnOf(
  ports: TurnPorts,
  request: TurnRequest,
  { circuit, holder }: AdmissionRequest,
  admission: Admission & { readonly kind: "granted" },
): Turn {
  let signal: CircuitSignal | null = null;
  return {
    kind: "granted",
    async ask(send) {
      const result = await send();
      signal = signalOf(request, result);
      return result;
    },
    end: async () => await concludeAdmission(ports, { circuit, holder }, admission, signal),
  };
}

/** What an answer, or its lack, says about the endpoint, whatever it means for whoever asked. */
function signalOf({ integration, accountId, ownsClient }: TurnRequest, result: TokenResult): CircuitSignal | null {
  if (result.kind === "tokens") return { kind: "answered" };
  const { failure } = result;
  const { refreshPolicy } = integration;
  const rules = [...refreshPolicy.failureRules, ...defaultFailureRules];
  const { class: failureClass } = classifyTokenFailure(failure, rules, {
    ownsClient,
    grant: refreshPolicy.grant,
    asksForSubject: refreshPolicy.asksForSubject,
  });
  return circuitSignalOf(failure, failureClass, accountId, toldPace(failure, failureClass).retryAfterSeconds);
}

/** A turn that was refused, as the problem that whoever waited gets. */
export function refusedTurnProblem({ cause, until }: Refusal, budget: RefreshPolicy["budget"], now: Date): DomainError {
  const retryAfterSeconds = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000));
  switch (cause) {
    case "budget":
      return new DomainError("rate_limited", {
        detail:
          "The budget of requests to the provider's token endpoint is used up for now. Nothing was stored; try again.",
        retryAfterSeconds,
        rateLimit: exhaustedBudget(budget),
        extensions: { source: "evergrant" },
      });
    case "slowed_down":
      return new DomainError("rate_limited", {
        detail: "The provider's token endpoint asks to slow down. Nothing was stored; try again.",
        retryAfterSeconds,
        extensions: { source: "provider" },
      });
    case "client_rejected":
      return new DomainError("client_misconfigured", {
        detail: "The provider rejects our OAuth client. Nothing was stored; the operator must mend it.",
        retryAfterSeconds,
      });
    case "circuit_open":
      return new DomainError("provider_unavailable", {
        detail:
          "The provider's token endpoint fails for everybody, so it is left alone but for probes. Nothing was stored; try again.",
        retryAfterSeconds,
      });
    default:
      return assertNever(cause);
  }
}
