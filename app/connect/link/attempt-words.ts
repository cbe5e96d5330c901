import type { ConnectLinkView } from "#api/schemas/connect";
import { assertNever } from "../../_components/assert-never.ts";

export type Attempt = NonNullable<ConnectLinkView["attempt"]>;

/** What is said above the form; null where the fields say it themselves. */
export type AttemptWords = { title: string; text: string; tone: "warn" | "bad" } | null;

/** Why a form came to nothing, in the end user's words, with one next step. `label` is the integration, `product` who asks. */
export function attemptWords({ code, detail }: Attempt, product: string, label: string): AttemptWords {
  switch (code) {
    case "invalid":
    case "rejected":
    case "unlike":
      return null;
    case "rate_limited":
      return {
        tone: "warn",
        title: `${label} asks for a pause`,
        text: "Nothing was connected. Wait a minute, then try again.",
      };
    case "provider_error":
      return {
        tone: "warn",
        title: `${label} reported a problem`,
        text: "Nothing was connected. It often helps to try again in a few minutes.",
      };
    case "provider_unreachable":
      return {
        tone: "warn",
        title: `${label} does not answer`,
        text: "Nothing was connected. The service may be down for a moment: try again in a few minutes.",
      };
    case "client_misconfigured":
      return {
        tone: "bad",
        title: `${product} has to repair something first`,
        text: `Nothing was connected, and you did nothing wrong. Please tell ${product}; your link stays valid.`,
      };
    case "external_account_mismatch":
      return {
        tone: "bad",
        title: "That belongs to a different account",
        text: `${detail === null ? "It" : `It belongs to ${detail}, and`} was not connected. This link renews one particular account of ${label}: use what belongs to that one.`,
      };
    case "external_account_unknown":
      return {
        tone: "warn",
        title: "It is not certain whose this is",
        text: `Nothing was changed: ${label} did not say which account this belongs to. Try again in a few minutes.`,
      };
    case "try_again":
      return {
        tone: "warn",
        title: "That did not work just now",
        text: "Nothing was connected. Try again; if it happens once more, please tell who sent you the link.",
      };
  }
  return assertNever(code);
}

/** What is wrong with one field, and the provider's own words where it gave some. */
export type FieldWords = { text: string; said: string | null };

/**
 * Null when nothing is wrong. `check` is all that a browser without cookies can be told; `isAlone`: there is no other field that
 * may be the wrong one.
 */
export function fieldWords(
  attempt: Attempt | null,
  name: string,
  label: string,
  check: string[],
  isAlone = false,
): FieldWords | null {
  const wrong = attempt?.fields.find((field) => field.name === name);
  if (attempt === null) {
    return check.includes(name) ? { text: "This was not accepted. Check it and type it again.", said: null } : null;
  }
  if (wrong === undefined) return null;
  if (wrong.message !== null) return { text: `${wrong.message}.`, said: null };
  const advice = isAlone ? "Copy it again, or make a new one there." : "Check everything that you typed.";
  const text =
    attempt.code === "unlike"
      ? `${label} does not answer as it should to this. ${advice}`
      : `${label} did not accept this. ${advice}`;
  return { text, said: attempt.detail === null ? null : `${label} says: ${attempt.detail}` };
}
