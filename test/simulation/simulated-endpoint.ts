import type { AuthorizationServer, ClientSecret, RequestFailure, TokenResult } from "#core/ports/authorization-server";
import type { TokenRequestFailure } from "#core/domain/refresh/classify-token-failure";
import { cross, standing } from "./effects.ts";
import { nameOf, type Life, type Trouble } from "./life.ts";
import type { Fate } from "./provider-fates.ts";
import type { SentRequest } from "./request-book.ts";
import type { TokenAnswer } from "./simulated-provider.ts";
import { simulatedPerson, type Integration, type SimulatedWorld } from "./world.ts";

/** Later replays keep this distance, seconds (planAfterFailure), less its jitter. */
const paceSeconds = 300 * 0.9;

/** The token endpoints of all providers, as one process reaches them. */
export function createSimulatedEndpoint(world: SimulatedWorld, life: Life): AuthorizationServer<ClientSecret> {
  const { timeline } = world;

  const integrationOf = (name: string): Integration => {
    const integration = world.integrations.get(name);
    if (integration === undefined) throw new Error(`no provider ${name}`);
    return integration;
  };

  /** What the wire and the provider make of a request: its result, at the instant at which the process could have it. */
  const travel = (integration: Integration, work: () => TokenAnswer, on: Travel): Promise<TokenResult> =>
    new Promise((resolve) => {
      const { options } = integration;
      const deadlineMs = options.timeoutSeconds * 1000;
      const fate = world.fate(integration);
      const giveUp = timeline.after(deadlineMs, () => resolve(failure({ kind: "answer_lost", detail: "timeout" })));
      const settle = (afterMs: number, result: () => TokenResult): void => {
        timeline.after(afterMs, () => {
          giveUp();
          resolve(result());
        });
      };
      world.note(() => `${nameOf(life)}  the wire: ${JSON.stringify(fate)}`);
      if (fate.kind !== "answers") {
        const trouble = { fromMs: timeline.nowMs, untilMs: timeline.nowMs + deadlineMs + slowDownMs(fate) };
        world.troubles.push(trouble);
        on.troubled?.(trouble);
      }
      if (fate.kind === "loses_request") return;
      if (fate.kind === "refuses") {
        settle(Math.min(fate.backMs, deadlineMs - 1), () => failure(fate.failure));
        return;
      }
      const isLate = fate.kind === "works_late";
      const thereMs = isLate ? deadlineMs + fate.thereMs : Math.min(fate.thereMs, deadlineMs - 2);
      timeline.after(thereMs, () => {
        const answer = work();
        on.processed(answer);
        if (isLate) return;
        if (fate.kind === "loses_answer") {
          if (fate.backMs !== null) settle(fate.backMs, () => failure({ kind: "answer_lost", detail: "reset" }));
          return;
        }
        if (thereMs + fate.backMs >= deadlineMs) return;
        settle(fate.backMs, () =>
          fate.kind === "answers_unreadably"
            ? failure({ kind: "unreadable_answer", status: 200, detail: "no JSON" })
            : resultOf(answer, on.sentMs + world.startMs, integration),
        );
      });
    });

  /** A process that was paused beyond the deadline may see its own timer before the answer that lies there. */
  const arrive = async (result: TokenResult, deadlineMs: number): Promise<TokenResult> => {
    await standing(world, life);
    const isTooLate = timeline.nowMs > deadlineMs && result.kind === "tokens" && world.chance.happens(0.5);
    return isTooLate ? failure({ kind: "answer_lost", detail: "timeout" }) : result;
  };

  return {
    async refresh(resolved, _secret, refreshToken) {
      const integration = integrationOf(resolved.name);
      const { options, provider } = integration;
      const checkedMs = timeline.nowMs;
      await cross(world, life, "server.refresh", "before");
      const accountId = world.owners.get(refreshToken) ?? "nobody";
      const claim = life.claims.get(accountId);
      const sentMs = timeline.nowMs;
      const deadlineMs = sentMs + options.timeoutSeconds * 1000;
      const reason = claim?.reason ?? "alarm";
      const request = world.book.send(
        {
          accountId,
          version: claim?.version ?? 0,
          life,
          refreshToken,
          reason,
          claimedMs: claim?.atMs ?? sentMs,
          claimedBeforeMs: claim?.beforeMs ?? null,
          sentMs,
          deadlineMs,
          isFrozen: sentMs > checkedMs,
          hasNoPace: reason === "forced" || world.recalled.has(accountId),
          trouble: null,
          processedMs: null,
          refusal: null,
          issued: null,
          settledMs: null,
          result: null,
        },
        { rotation: options.rotation, paceMs: Math.min(paceSeconds, options.retry.capSeconds * 0.9) * 1000 },
      );
      world.note(
        () => `${nameOf(life)}  request ${request.id}: ${accountId} v${request.version} ${refreshToken} (${reason})`,
      );
      const traveled = await travel(integration, () => provider.refresh(refreshToken, request.id, timeline.nowMs), {
        sentMs,
        troubled(trouble) {
          request.trouble = trouble;
        },
        processed(answer) {
          request.processedMs = timeline.nowMs;
          if (answer.kind === "invalid_grant") request.refusal = answer.refusal;
          else request.issued = answer.refreshToken;
          world.note(() => `provider  request ${request.id}: ${JSON.stringify(answer)}`);
          if (life.diedMs === null) world.cross?.({ life, method: "server.refresh", side: "during" });
        },
      });
      const result = await arrive(traveled, deadlineMs);
      request.settledMs = timeline.nowMs;
      request.result = verdictOf(result);
      world.note(() => `${nameOf(life)}  request ${request.id} got ${describe(result)}`);
      await cross(world, life, "server.refresh", "after");
      return result;
    },

    async exchangeCode(resolved) {
      const integration = integrationOf(resolved.name);
      await cross(world, life, "server.exchangeCode", "before");
      const sentMs = timeline.nowMs;
      const grant = (): TokenAnswer => ({ kind: "tokens", ...integration.provider.connect(timeline.nowMs) });
      const on: Travel = {
        sentMs,
        processed: (answer) => world.note(() => `provider  a new grant: ${JSON.stringify(answer)}`),
      };
      const result = await arrive(
        await travel(integration, grant, on),
        sentMs + integration.options.timeoutSeconds * 1000,
      );
      await cross(world, life, "server.exchangeCode", "after");
      return result;
    },

    async revoke(resolved, _secret, token) {
      const { provider } = integrationOf(resolved.name);
      await cross(world, life, "server.revoke", "before");
      await timeline.pause(50);
      const isHeard = world.chance.happens(0.9);
      if (isHeard) provider.revoke(token, "revoked");
      world.note(() => `provider  ${isHeard ? "revoked" : "did not hear to revoke"} ${token}`);
      await cross(world, life, "server.revoke", "after");
      return isHeard ? { kind: "revoked" } : failure({ kind: "answer_lost", detail: "reset" });
    },

    pushAuthorization: async () => failure({ kind: "no_client" }),
    introspect: async () => failure({ kind: "not_sent", detail: "no such endpoint" }),
    clientCredentials: async () => failure({ kind: "no_client" }),
    exchangeToken: async () => failure({ kind: "no_client" }),
  };
}

/** Who is asked to slow down does, whatever it costs. */
function slowDownMs(fate: Fate): number {
  if (fate.kind !== "refuses" || fate.failure.kind !== "http_error" || fate.failure.status !== 429) return 0;
  return (fate.failure.retryAfterSeconds ?? 60) * 1300;
}

interface Travel {
  readonly sentMs: number;
  processed(answer: TokenAnswer): void;
  troubled?(trouble: Trouble): void;
}

function resultOf(answer: TokenAnswer, sentAtMs: number, { provider }: Integration): TokenResult {
  if (answer.kind === "invalid_grant") {
    const failed = { status: 400, error: "invalid_grant", description: null, retryAfterSeconds: null } as const;
    return failure({ kind: "oauth_error", ...failed });
  }
  return {
    kind: "tokens",
    httpStatus: 200,
    externalAccount: simulatedPerson,
    answer: {},
    expirySource: "expires_in",
    response: {
      accessToken: answer.accessToken,
      refreshToken: answer.refreshToken,
      tokenType: "Bearer",
      expiresAt: new Date(sentAtMs + provider.lifeSeconds * 1000),
      scopes: null,
    },
  };
}

function failure(failed: TokenRequestFailure): RequestFailure {
  return { kind: "failure", failure: failed, httpStatus: "status" in failed ? failed.status : null };
}

function verdictOf(result: TokenResult): SentRequest["result"] {
  if (result.kind === "tokens") return "tokens";
  const { kind } = result.failure;
  if (kind === "answer_lost" || kind === "unreadable_answer") return "doubt";
  return kind === "oauth_error" && result.failure.error === "invalid_grant" ? "fatal" : "refused";
}

function describe(result: TokenResult): string {
  return result.kind === "tokens" ? `tokens, ${result.response.refreshToken}` : JSON.stringify(result.failure);
}
