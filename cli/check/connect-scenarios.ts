import type { TokenSubject } from "./describe-token-subject.ts";
import type { TokenNames, TokenPlay, TokenScenario } from "./scenario.ts";
import { expectedLife, isClient, json, lifeAs, secondAnswer } from "./token-steps.ts";

const ownRequest = "the client asks for itself; nobody is sent to the provider";

/** The way in: a code, what the callback and the identity call bring, and the second step. */
export const connectScenarios: readonly TokenScenario[] = [
  {
    id: "connect",
    title: "Somebody connects",
    play(subject, tokens) {
      if (isClient(subject)) return ownRequest;
      const { codeShape } = subject;
      if (codeShape === null) return unreadable(subject);
      const { unbrought, document } = subject;
      if (unbrought.length > 0) {
        return `nothing could be made up that brings its ${unbrought.join(", ")}; show such an answer in samples/${document.name}.json`;
      }
      return { route: "connect", trip: goodTrip(subject, tokens, codeShape) };
    },
  },
  {
    id: "code_refused",
    title: "A code is refused",
    play: (subject) =>
      isClient(subject)
        ? ownRequest
        : {
            route: "connect",
            trip: {
              behaviour: () => json(400, { error: "invalid_grant" }),
              answered: "400 invalid_grant",
              expected: { kind: "refused" },
            },
          },
  },
];

function unreadable({ document }: TokenSubject): TokenPlay {
  const problem = `expected its tokenResponse to find an access token in one of its samples, in an answer with everything that it looks up, or in a standard one, saw none; if it is right, show a token answer of the documentation in samples/${document.name}.json`;
  return { route: "fault", problem };
}

function goodTrip(subject: TokenSubject, tokens: TokenNames, shape: NonNullable<TokenSubject["codeShape"]>) {
  const { integration } = subject;
  const { says } = shape;
  const answer = {
    refreshToken: says.refreshToken ? tokens.refresh(1) : null,
    expiresIn: lifeAs(subject, "said"),
    scopes: says.scopes && integration.scopes.length > 0 ? integration.scopes : undefined,
  };
  const body = shape.write({ ...answer, accessToken: tokens.access(1) });
  const isExchanged = integration.secondStep !== null;
  return {
    behaviour: (idToken: string | null) =>
      json(200, idToken === null || typeof body !== "object" ? body : { ...body, id_token: idToken }),
    answered: says.refreshToken ? "200, both tokens" : "200, an access token",
    ...(isExchanged ? { secondBehaviour: secondAnswer(shape, tokens, 1, answer) } : {}),
    expected: {
      kind: "connected",
      accessToken: isExchanged ? tokens.exchanged(1) : tokens.access(1),
      hasRefreshToken: says.refreshToken,
      lifeSeconds: expectedLife(subject, shape, "said"),
      fields: {},
    },
  } as const;
}
