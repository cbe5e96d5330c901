import type { TokenRequestFailure } from "#core/domain/refresh/classify-token-failure";
import { missingScopes } from "#core/domain/account/account";
import { withImpliedScopes } from "#core/domain/token/read-scopes";
import type { FaultBehaviour } from "#lab/start-fault-server";
import type { AnswerShape, GoodAnswer } from "./answer-shape.ts";
import { introspectedSeconds } from "./check-servers.ts";
import type { TokenSubject } from "./describe-token-subject.ts";
import { behaviourOf, samplesOf } from "./read-samples.ts";
import type { Step, TokenNames } from "./scenario.ts";

export function isClient({ integration }: TokenSubject): boolean {
  return integration.refreshPolicy.grant === "client_credentials";
}

export const noRefreshToken = "the client asks for itself; there is no refresh token";

/** How the lifetime of an access token is written. */
export type LifeForm = "said" | "unsaid" | "text" | "milliseconds";

export interface Wishes {
  /** The refresh token that the request must carry; the one of the import where absent. */
  readonly carries?: string;
  readonly rotates?: boolean;
  readonly life?: LifeForm;
  readonly scopes?: readonly string[];
}

/** A good answer, as this provider writes it. */
export function good(subject: TokenSubject, tokens: TokenNames, number: number, wishes: Wishes = {}): Step {
  const { refreshShape: shape, integration } = subject;
  if (shape === null) throw new Error("there is no good answer");
  const { says } = shape;
  const isRotating = (wishes.rotates ?? true) && !isClient(subject) && says.refreshToken;
  const life = wishes.life ?? "said";
  const answer = {
    refreshToken: isRotating ? tokens.refresh(number) : null,
    expiresIn: lifeAs(subject, life),
    scopes: says.scopes ? (wishes.scopes ?? scopesToGrant(subject)) : undefined,
  };
  const isExchanged = integration.secondStep?.when === "always";
  const scopes = wishes.scopes === undefined ? "" : `, scope ${wishes.scopes.join(" ")}`;
  return {
    behaviour: json(200, shape.write({ ...answer, accessToken: tokens.access(number) })),
    answered: `200, ${isRotating ? "both tokens new" : "a new access token"}${describeLife(answer.expiresIn, life)}${scopes}`,
    ...(isExchanged ? { secondBehaviour: secondAnswer(shape, tokens, number, answer) } : {}),
    expected: {
      kind: "refreshed",
      accessToken: isExchanged ? tokens.exchanged(number) : tokens.access(number),
      lifeSeconds: expectedLife(subject, shape, life),
      carries: isClient(subject) ? null : (wishes.carries ?? tokens.refresh(0)),
      ...(wishes.scopes === undefined ? {} : { missing: missingWith(subject, wishes.scopes) }),
    },
  };
}

/** What was asked for; undefined where nothing was: then an answer keeps what it shows. */
function scopesToGrant({ integration }: TokenSubject): readonly string[] | undefined {
  return integration.scopes.length === 0 ? undefined : integration.scopes;
}

/** Which of the requested scopes are missing when these alone are named. */
export function missingWith({ integration }: TokenSubject, scopes: readonly string[]): string[] {
  const granted = withImpliedScopes(scopes, integration.answers.scopeImplies);
  return missingScopes({ scopesRequested: integration.scopes, scopesGranted: granted });
}

/** The second step's answer: another access token, and no refresh token of its own. */
export function secondAnswer(
  shape: AnswerShape,
  tokens: TokenNames,
  number: number,
  answer: Omit<GoodAnswer, "accessToken">,
): FaultBehaviour {
  return json(200, shape.write({ ...answer, refreshToken: null, accessToken: tokens.exchanged(number) }));
}

/** In what the document says that `expires_in` counts. */
export function lifeAs({ integration, lifeSeconds }: TokenSubject, life: LifeForm): number | string | undefined {
  const number = integration.expiresInUnit === "milliseconds" ? lifeSeconds * 1000 : lifeSeconds;
  switch (life) {
    case "said":
      return number;
    case "unsaid":
      return undefined;
    case "text":
      return String(number);
    case "milliseconds":
      return lifeSeconds * 1000;
  }
}

function describeLife(expiresIn: number | string | undefined, life: LifeForm): string {
  if (life === "said") return "";
  return expiresIn === undefined ? ", no expires_in" : `, expires_in ${JSON.stringify(expiresIn)}`;
}

/** Seconds; null: nothing says so; undefined: the document reads it from somewhere that can't be written to. */
export function expectedLife(subject: TokenSubject, shape: AnswerShape, life: LifeForm): number | null | undefined {
  if (shape.says.lifetime === "fixed") return undefined;
  if (life !== "unsaid" && shape.says.lifetime === "free") return subject.lifeSeconds;
  const { tokenExpiryDuration, introspectionEndpoint } = subject.integration;
  return tokenExpiryDuration ?? (introspectionEndpoint === null ? null : introspectedSeconds);
}

/** The provider's own refusal, where its documentation shows one. */
export function refusal(subject: TokenSubject, tokens: TokenNames): Step {
  const documented = samplesOf(subject.samples, "token_error").find((one) => one.expects.class === "reauthorize");
  if (documented === undefined) {
    return {
      behaviour: json(400, { error: "invalid_grant" }),
      answered: "400 invalid_grant",
      expected: failure(subject, tokens, oauthError("invalid_grant", 400)),
    };
  }
  return {
    behaviour: behaviourOf(documented),
    answered: `${documented.status} ${documented.expects.error ?? "refused"}, as documented`,
    expected: {
      kind: "class",
      class: "reauthorize",
      error: documented.expects.error ?? null,
      retryAfterSeconds: null,
      carries: tokens.refresh(0),
    },
  };
}

export function failure(
  subject: TokenSubject,
  tokens: TokenNames,
  told: TokenRequestFailure,
  more: { readonly isInnocent?: boolean } = {},
): Step["expected"] {
  return { kind: "failure", failure: told, carries: isClient(subject) ? null : tokens.refresh(0), ...more };
}

export function oauthError(error: string, status: number): TokenRequestFailure {
  return { kind: "oauth_error", status, error, description: null, retryAfterSeconds: null };
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): FaultBehaviour {
  return { kind: "json", status, body, headers: { ...headers } };
}
