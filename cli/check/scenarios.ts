import type { TokenRequestFailure } from "#core/domain/refresh/classify-token-failure";
import type { FaultBehaviour } from "#lab/start-fault-server";
import type { Scenario, Step, Subject, TokenNames } from "./scenario.ts";

/** The lab's catalogue of misbehaviour: what a token endpoint may do to somebody who asks it. */
export const scenarios: readonly Scenario[] = [
  {
    id: "rotation",
    title: "New tokens",
    play: (subject, tokens) =>
      isClient(subject)
        ? [good(subject, tokens, 1)]
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
    title: "Refresh token refused",
    play: (subject, tokens) => (isClient(subject) ? noRefreshToken : [refusal(subject, tokens)]),
  },
  {
    id: "answer_lost",
    title: "Answer lost, then asked again",
    play: (subject, tokens) => [
      {
        behaviour: { kind: "reset" },
        answered: "connection cut after the request",
        expected: failure(subject, tokens, { kind: "answer_lost", detail: "" }),
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
        expected: failure(subject, tokens, { kind: "http_error", status: 502, isPage: true, retryAfterSeconds: null }),
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
        expected: failure(subject, tokens, { kind: "http_error", status: 429, isPage: false, retryAfterSeconds: 7 }),
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
        expected: failure(subject, tokens, { kind: "http_error", status: 429, isPage: false, retryAfterSeconds: null }),
      },
    ],
  },
  {
    id: "no_expires_in",
    title: "No expires_in",
    play: (subject, tokens) => [good(subject, tokens, 1, { life: "unsaid" })],
  },
  {
    id: "textual_expires_in",
    title: "expires_in as text",
    play: (subject, tokens) => [good(subject, tokens, 1, { life: "text" })],
  },
  {
    id: "expires_in_milliseconds",
    title: "expires_in in milliseconds",
    play: (subject, tokens) =>
      subject.expiresInUnit === "seconds"
        ? "the document says that expires_in counts seconds"
        : [good(subject, tokens, 1, { life: "milliseconds" })],
  },
  {
    id: "partial_scopes",
    title: "Fewer scopes than asked for",
    play: (subject, tokens) => {
      const [first] = subject.scopes;
      if (first === undefined || subject.scopes.length < 2) return "the document asks for fewer than two scopes";
      return [good(subject, tokens, 1, { scopes: [first] })];
    },
  },
  {
    id: "slow_endpoint",
    title: "Slower than timeoutSeconds",
    play: (subject, tokens) => [
      {
        behaviour: { kind: "hang" },
        answered: "nothing within 1 s, the deadline here",
        expected: failure(subject, tokens, { kind: "answer_lost", detail: "" }),
        timeoutSeconds: 1,
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

const noRefreshToken = "the client asks for itself; there is no refresh token";

function isClient(subject: Subject): boolean {
  return subject.policy.grant === "client_credentials";
}

/** A provider that does not rotate, or has a grace, answers the same refresh token again; the others have spent it. */
function isReplayTaken({ policy }: Subject): boolean {
  return policy.rotation.rule === "none" || policy.rotation.rule === "grace";
}

interface GoodWishes {
  /** The refresh token that the request must carry; the one of the import where absent. */
  readonly carries?: string;
  readonly rotates?: boolean;
  readonly life?: "said" | "unsaid" | "text" | "milliseconds";
  readonly scopes?: readonly string[];
}

function good(subject: Subject, tokens: TokenNames, number: number, wishes: GoodWishes = {}): Step {
  const rotates = (wishes.rotates ?? true) && !isClient(subject);
  const life = wishes.life ?? "said";
  const body = subject.shape.write({
    accessToken: tokens.access(number),
    refreshToken: rotates ? tokens.refresh(number) : null,
    expiresIn: lifeAs(subject, life),
    ...(wishes.scopes === undefined ? {} : { scopes: wishes.scopes }),
  });
  const said = {
    said: "",
    unsaid: ", no expires_in",
    text: `, expires_in: "${String(lifeAs(subject, "text"))}"`,
    milliseconds: `, expires_in: ${String(lifeAs(subject, "milliseconds"))}`,
  };
  const scopes = wishes.scopes === undefined ? "" : `, scope ${wishes.scopes.join(" ")}`;
  return {
    behaviour: json(200, body),
    answered: `200 with ${rotates ? "access and refresh token" : "access token"}${said[life]}${scopes}`,
    expected: {
      kind: "refreshed",
      lifeSeconds: life === "unsaid" ? unsaidLife(subject) : subject.lifeSeconds,
      carries: isClient(subject) ? null : (wishes.carries ?? tokens.refresh(0)),
      ...(wishes.scopes === undefined ? {} : { grantedOnly: wishes.scopes }),
    },
  };
}

function lifeAs({ expiresInUnit, lifeSeconds }: Subject, life: NonNullable<GoodWishes["life"]>): unknown {
  const number = expiresInUnit === "milliseconds" ? lifeSeconds * 1000 : lifeSeconds;
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

/** What introspection says in a check, seconds. */
export const introspectedSeconds = 1800;

function unsaidLife({ tokenExpiryDuration, hasIntrospection }: Subject): number | null {
  return tokenExpiryDuration ?? (hasIntrospection ? introspectedSeconds : null);
}

function refusal(subject: Subject, tokens: TokenNames): Step {
  if (subject.refusal !== null) {
    const { status, body, headers } = subject.refusal;
    const answered = `${status}, the refusal of its documentation`;
    return {
      behaviour: json(status, body, headers),
      answered,
      expected: { kind: "refusal", carries: tokens.refresh(0) },
    };
  }
  return {
    behaviour: json(400, { error: "invalid_grant" }),
    answered: "400 invalid_grant",
    expected: failure(subject, tokens, oauthError("invalid_grant", 400)),
  };
}

function failure(subject: Subject, tokens: TokenNames, told: TokenRequestFailure): Step["expected"] {
  return { kind: "failure", failure: told, carries: isClient(subject) ? null : tokens.refresh(0) };
}

function oauthError(error: string, status: number): TokenRequestFailure {
  return { kind: "oauth_error", status, error, description: null, retryAfterSeconds: null };
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): FaultBehaviour {
  return { kind: "json", status, body, headers: { ...headers } };
}
