import { attemptResults } from "../../../../_components/attempt-words.ts";
import type { Tone } from "../../../../_components/status.ts";

type FailureWords = { label: string; tone: Tone; means: string; next: string };

const explained: Readonly<Record<string, { means: string; next: string }>> = {
  transient: {
    means: "The provider was unwell, or could not be reached.",
    next: "Nothing for you to do: it is tried again, and tokens stay valid until they end.",
  },
  rate_limited: {
    means: "The provider asked to slow down.",
    next: "Its Retry-After is kept. Where it happens often, set a budget: refresh/perMinute, under Values.",
  },
  reauthorize: {
    means: "The provider no longer accepts the grant: it was revoked, ran out, or its refresh token was used twice.",
    next: "The customer has to come back: send a re-authorization link.",
  },
  held: {
    means: "The provider rejected the grant, and many others of the same client within minutes.",
    next: "Nobody was told. Decide on the overview whether the grants are dead.",
  },
  client_misconfigured: {
    means: "The provider refuses your OAuth client, whatever the account.",
    next: "Set a client id and secret that it accepts, below. The accounts come back at once.",
  },
  in_doubt: {
    means: "The request was sent and its answer was lost: the provider may have acted on it.",
    next: "Evergrant settles it by what the definition says of refresh tokens that are used twice.",
  },
  superseded: {
    means: "Newer tokens were there first, so this answer was put aside.",
    next: "Nothing is lost, and nothing is to be done.",
  },
};

/** What a code of the failures means, and whose move it is. */
export function failureWords(code: string): FailureWords {
  const known = Object.hasOwn(attemptResults, code) ? attemptResults[code as keyof typeof attemptResults] : undefined;
  const words = Object.hasOwn(explained, code) ? explained[code] : undefined;
  return {
    label: known?.label ?? code,
    tone: known?.tone ?? "none",
    means: words?.means ?? "The API has a code for it that this page does not know.",
    next: words?.next ?? "Look at the attempts of an account.",
  };
}
