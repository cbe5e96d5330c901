import type { TokenRequestFailure } from "#core/domain/refresh/classify-token-failure";
import type { TokenSubject } from "./describe-token-subject.ts";
import type { Step, TokenNames, TokenPlay, TokenScenario, Trip } from "./scenario.ts";
import {
  failure,
  good,
  isClient,
  json,
  missingWith,
  noRefreshToken,
  oauthError,
  refusal,
  type LifeForm,
} from "./token-steps.ts";

/** The lab's catalogue of misbehaviour: what a token endpoint may do to somebody who asks it. */
export function misbehaviours(subject: TokenSubject): readonly TokenScenario[] {
  const secondStep = subject.integration.secondStep?.when === "always" ? [secondStepFails] : [];
  return [...all, ...secondStep].map(({ play, ...scenario }) => ({
    ...scenario,
    play(about, tokens) {
      if (about.refreshShape === null) return "no good answer could be made (see above)";
      const steps = play(about, tokens);
      if (typeof steps === "string") return steps;
      return isRenewed(about) ? { route: "account", steps } : atCode(steps);
    },
  }));
}

interface Misbehaviour {
  readonly id: string;
  readonly title: string;
  readonly play: (subject: TokenSubject, tokens: TokenNames) => string | readonly Step[];
}

function isRenewed(subject: TokenSubject): boolean {
  return isClient(subject) || subject.refreshShape?.says.refreshToken === true;
}

/** Where nothing is ever refreshed, the one request that may fail is that for the first token. */
function atCode([step]: readonly Step[]): string | TokenPlay {
  if (step?.expected.kind !== "failure")
    return "its tokenResponse reads no refresh token, so nothing is ever refreshed";
  const { behaviour, answered, timeoutSeconds } = step;
  const trip: Trip = {
    behaviour: () => behaviour,
    answered: `${answered} (to a code)`,
    expected: { kind: "refused" },
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
  return { route: "connect", trip };
}

const all: readonly Misbehaviour[] = [
  {
    id: "rotation",
    title: "New tokens",
    play: (subject, tokens) =>
      isClient(subject)
        ? [good(subject, tokens, 1), good(subject, tokens, 2)]
        : [good(subject, tokens, 1), good(subject, tokens, 2, { carries: tokens.refresh(1) })],
  },
  {
    id: "refresh_token_kept",
    title: "No refresh token in the answer",
    play: (subject, tokens) =>
      isClient(subject)
        ? noRefreshToken
        : [good(subject, tokens, 1, { rotates: false }), good(subject, tokens, 2, { carries: tokens.refresh(0) })],
  },
  {
    id: "reuse_refused",
    title: "Used refresh token refused",
    play: (subject, tokens) => (isClient(subject) ? noRefreshToken : [refusal(subject, tokens)]),
  },
  {
    id: "answer_lost",
    title: "Answer lost, then asked again",
    play: (subject, tokens) => [
      {
        behaviour: { kind: "reset" },
        answered: "connection cut",
        expected: failure(subject, tokens, lost, { isInnocent: true }),
      },
      isReplayTaken(subject) ? good(subject, tokens, 1) : refusal(subject, tokens),
    ],
  },
  {
    id: "error_in_200",
    title: "An error with status 200",
    play: (subject, tokens) => [
      {
        behaviour: json(200, { error: "invalid_grant" }),
        answered: "200 invalid_grant",
        expected: failure(subject, tokens, oauthError("invalid_grant", 200)),
      },
    ],
  },
  {
    id: "html_502",
    title: "A gateway's error page",
    play: (subject, tokens) => [
      {
        behaviour: { kind: "html", status: 502 },
        answered: "502 HTML",
        expected: failure(subject, tokens, httpError(502, true, null), { isInnocent: true }),
      },
    ],
  },
  {
    id: "slow_down",
    title: "Slow down, with Retry-After",
    play: (subject, tokens) => [
      {
        behaviour: json(429, {}, { "retry-after": "7" }),
        answered: "429, Retry-After: 7",
        expected: failure(subject, tokens, httpError(429, false, 7), { isInnocent: true }),
      },
    ],
  },
  {
    id: "slow_down_without_time",
    title: "Slow down, without Retry-After",
    play: (subject, tokens) => [
      {
        behaviour: json(429, {}),
        answered: "429",
        expected: failure(subject, tokens, httpError(429, false, null), { isInnocent: true }),
      },
    ],
  },
  { id: "no_expires_in", title: "No expires_in", play: withLife("unsaid") },
  { id: "textual_expires_in", title: "expires_in as text", play: withLife("text") },
  {
    id: "expires_in_milliseconds",
    title: "expires_in in milliseconds",
    play: (subject, tokens) =>
      subject.integration.expiresInUnit === "seconds"
        ? "the document says that expires_in counts seconds"
        : withLife("milliseconds")(subject, tokens),
  },
  {
    id: "partial_scopes",
    title: "Fewer scopes than asked for",
    play: (subject, tokens) => {
      const { scopes } = subject.integration;
      if (scopes.length === 0) return "the document asks for no scopes";
      if (scopes.length === 1) return "the document asks for one scope; there are no fewer to grant";
      if (subject.refreshShape?.says.scopes !== true) return "its tokenResponse reads no scopes";
      const some = scopes.find((scope) => missingWith(subject, [scope]).length > 0);
      if (some === undefined) return "each of its scopes contains all the others (scopeImplies)";
      return [good(subject, tokens, 1, { scopes: [some] })];
    },
  },
  {
    id: "slow_endpoint",
    title: "Slower than timeoutSeconds",
    play: (subject, tokens) => [
      {
        behaviour: { kind: "hang" },
        answered: "nothing for 1 s, its deadline",
        expected: failure(subject, tokens, lost, { isInnocent: true }),
        timeoutSeconds: 1,
      },
    ],
  },
  {
    id: "no_token_in_200",
    title: "A 200 without a token",
    play: (subject, tokens) => [
      {
        behaviour: json(200, { status: "ok" }),
        answered: "200, no token",
        expected: failure(
          subject,
          tokens,
          { kind: "unreadable_answer", status: 200, detail: "" },
          { isInnocent: true },
        ),
      },
    ],
  },
  {
    id: "invalid_client",
    title: "OAuth client rejected",
    play: (subject, tokens) => [
      {
        behaviour: json(401, { error: "invalid_client" }),
        answered: "401 invalid_client",
        expected: failure(subject, tokens, oauthError("invalid_client", 401)),
      },
    ],
  },
];

/** Only where a second step follows each refresh. */
const secondStepFails: Misbehaviour = {
  id: "second_step_fails",
  title: "The second step fails",
  play: (subject, tokens) => {
    const first = good(subject, tokens, 1);
    const failed = {
      kind: "failure",
      failure: httpError(502, true, null),
      carries: isClient(subject) ? null : tokens.refresh(0),
      isInnocent: true,
      // The refresh itself worked, so the rest of it is tried again soon.
      ...(isClient(subject) ? {} : { waits: [54, 66] as const }),
    } as const;
    return [
      {
        ...first,
        secondBehaviour: { kind: "html", status: 502 },
        answered: `${first.answered}, then 502`,
        expected: failed,
      },
      good(subject, tokens, 2, isClient(subject) ? {} : { carries: tokens.refresh(1) }),
    ];
  },
};

function withLife(life: LifeForm) {
  return (subject: TokenSubject, tokens: TokenNames): string | readonly Step[] => {
    switch (subject.refreshShape?.says.lifetime) {
      case "free":
        return [good(subject, tokens, 1, { life })];
      case "fixed":
        return "its tokenResponse works the lifetime out from something else than a number of seconds";
      default:
        return "its tokenResponse reads no lifetime";
    }
  };
}

const lost: TokenRequestFailure = { kind: "answer_lost", detail: "" };

function httpError(status: number, isPage: boolean, retryAfterSeconds: number | null): TokenRequestFailure {
  return { kind: "http_error", status, isPage, retryAfterSeconds };
}

/** A provider that does not rotate, or has a grace, answers the same refresh token again; the others have spent it. */
function isReplayTaken({ integration }: TokenSubject): boolean {
  const { rule } = integration.refreshPolicy.rotation;
  return rule === "none" || rule === "grace";
}
