import type { TokenSubject } from "./describe-token-subject.ts";
import { behaviourOf, samplesOf, type SampleOf, type TokenSample } from "./read-samples.ts";
import type { Step, TokenNames, TokenPlay, TokenScenario } from "./scenario.ts";
import { good, isClient, secondAnswer } from "./token-steps.ts";

/** The answers of the provider's own documentation, as they stand there: the document must make of them what they mean. */
export function documentedScenarios(subject: TokenSubject): readonly TokenScenario[] {
  const samples = samplesOf(subject.samples, "token", "refresh", "token_error");
  if (samples.length === 0) return [undocumented];
  return samples.map((sample, index) => {
    const alike = samples.filter((one) => one.what === sample.what);
    const number = alike.length === 1 ? "" : ` ${alike.indexOf(sample) + 1}`;
    return {
      id: `documented_${sample.what}${number.replace(" ", "_")}`,
      title: `${titles[sample.what]}${number}`,
      play: (about, tokens) =>
        sample.what === "token_error" ? playError(about, tokens, sample) : playTokens(about, tokens, sample, index + 1),
    };
  });
}

const titles = {
  token: "Documented token answer",
  refresh: "Documented refresh",
  token_error: "Documented refusal",
} as const;

const undocumented: TokenScenario = {
  id: "documented",
  title: "Answers of the documentation",
  play: ({ document }) => `there is no samples/${document.name}.json with any beside it`,
};

function playTokens(subject: TokenSubject, tokens: TokenNames, sample: TokenSample, number: number): TokenPlay {
  if (sample.what === "refresh" || isClient(subject)) {
    return { route: "account", steps: accountSteps(subject, tokens, sample, number) };
  }
  const { expects } = sample;
  const second = secondOf(subject, tokens, number, "connect");
  return {
    route: "connect",
    trip: {
      behaviour: (idToken) => withIdToken(behaviourOf(sample), idToken),
      answered: describe(sample),
      ...(second === null ? {} : { secondBehaviour: second }),
      expected: {
        kind: "connected",
        accessToken: second === null ? (expects.access_token ?? null) : tokens.exchanged(number),
        hasRefreshToken: expects.refresh_token === undefined ? undefined : true,
        lifeSeconds: second === null ? expects.expires_in : undefined,
        ...(expects.scopes === undefined || second !== null ? {} : { granted: expects.scopes }),
        fields: expects.fields ?? {},
      },
    },
  };
}

/** The refresh token that it brings is good for the next refresh. */
function accountSteps(subject: TokenSubject, tokens: TokenNames, sample: TokenSample, number: number): Step[] {
  const { expects } = sample;
  const second = secondOf(subject, tokens, number, "always");
  const documented: Step = {
    behaviour: behaviourOf(sample),
    answered: describe(sample),
    ...(second === null ? {} : { secondBehaviour: second }),
    expected: {
      kind: "refreshed",
      accessToken: second === null ? (expects.access_token ?? null) : tokens.exchanged(number),
      lifeSeconds: second === null ? expects.expires_in : undefined,
      carries: isClient(subject) ? null : tokens.refresh(0),
      ...(expects.scopes === undefined || second !== null ? {} : { granted: expects.scopes }),
    },
  };
  const { refresh_token: renewed } = expects;
  if (renewed === undefined || isClient(subject) || subject.refreshShape === null) return [documented];
  return [documented, good(subject, tokens, number + 1, { carries: renewed })];
}

function playError(subject: TokenSubject, tokens: TokenNames, sample: SampleOf<"token_error">): TokenPlay {
  const { status, headers, expects } = sample;
  const told = Number(headers["retry-after"]);
  const isToldOtherwise = Object.keys(headers).length > 0 && !Number.isFinite(told);
  const step: Step = {
    behaviour: behaviourOf(sample),
    answered: `${status} ${expects.error ?? "refused"}, as documented`,
    expected: {
      kind: "class",
      class: expects.class,
      error: expects.error ?? null,
      retryAfterSeconds: Number.isFinite(told) ? told : isToldOtherwise ? undefined : null,
      carries: isClient(subject) ? null : tokens.refresh(0),
    },
  };
  return { route: "account", steps: [step] };
}

function secondOf(subject: TokenSubject, tokens: TokenNames, number: number, when: "connect" | "always") {
  const { secondStep } = subject.integration;
  const shape = subject.refreshShape ?? subject.codeShape;
  if (secondStep === null || shape === null || (when === "always" && secondStep.when !== "always")) return null;
  return secondAnswer(shape, tokens, number, { refreshToken: null, expiresIn: undefined, scopes: undefined });
}

function describe({ status, expects }: TokenSample): string {
  return `${status}, ${expects.refresh_token === undefined ? "an access token" : "both tokens"}, as documented`;
}

function withIdToken(behaviour: ReturnType<typeof behaviourOf>, idToken: string | null): typeof behaviour {
  if (idToken === null || behaviour.kind !== "json") return behaviour;
  const { body } = behaviour;
  return typeof body === "object" && body !== null ? { ...behaviour, body: { ...body, id_token: idToken } } : behaviour;
}
