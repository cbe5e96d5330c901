import { assertNever } from "../../_components/assert-never.ts";
import type { ConnectOutcomeView } from "#api/schemas/connect";

type FailureCode = NonNullable<ConnectOutcomeView["failure"]>["code"];
type Words = { title: string; text: string; canRetry: boolean };

/** Each failure in the end user's words, with one next step. `label` is the integration, `product` who asks. */
export function failureWords(code: FailureCode, product: string, label: string): Words {
  switch (code) {
    case "access_denied":
      return {
        title: "You did not allow access",
        text: `That is fine: nothing was connected. Without it, ${product} cannot work with ${label}. If it was a slip, go back and choose to allow.`,
        canRetry: true,
      };
    case "state_mismatch":
      return {
        title: "This was started in another window",
        text: "Nothing was connected. For your safety, connecting must begin and end in the same browser. Start again here, and stay in this window.",
        canRetry: true,
      };
    case "expired":
      return {
        title: "That took too long",
        text: `Nothing was connected: for your safety, the way to ${label} and back stays open only for a short time.`,
        canRetry: true,
      };
    case "provider_error":
      return {
        title: `${label} reported a problem`,
        text: "Nothing was connected. It often helps to try again in a few minutes.",
        canRetry: true,
      };
    case "provider_unreachable":
      return {
        title: `${label} does not answer`,
        text: "Nothing was connected. The service may be down for a moment: try again in a few minutes.",
        canRetry: true,
      };
    case "client_misconfigured":
      return {
        title: `${product} has to repair something first`,
        text: `Nothing was connected, and you did nothing wrong: ${label} does not accept how ${product} is set up there. Please tell ${product}; your link stays valid.`,
        canRetry: false,
      };
    case "external_account_mismatch":
      return {
        title: "That was a different account",
        text: `Nothing was changed. This link renews one particular account of ${label}: go back and sign in there with that one.`,
        canRetry: true,
      };
    case "binding_failed":
      return {
        title: `${product} expected somebody else`,
        text: `Nothing was connected. The link was made for another user than the one who is signed in to ${product} in this browser. If it was meant for you, sign in there as yourself and start again from there.`,
        canRetry: false,
      };
    case "declined":
      return {
        title: "Nothing was connected",
        text: `You said that it was not the right account. To use another one, sign out at ${label} first, or choose the other one there.`,
        canRetry: true,
      };
    case "server_error":
      return {
        title: "Something went wrong on our side",
        text: "Nothing was connected. Try again; if it happens once more, please tell who sent you the link.",
        canRetry: true,
      };
  }
  return assertNever(code);
}
