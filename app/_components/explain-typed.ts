import type { CredentialKind } from "./credential-kind.ts";
import { typedWords } from "./credential-kind.ts";
import { conditionOf, explainStatus } from "./status.ts";

/** Why an account that holds typed credentials is as it is, and what comes next and from whom: nothing of it is refreshed. */
export function explainTyped(
  account: Parameters<typeof explainStatus>[0],
  now: number,
  kind: Exclude<CredentialKind, "token">,
): { why: string; next: string } {
  const { it } = typedWords[kind];
  switch (conditionOf(account, now)) {
    case "active":
    case "refresh_failing":
    case "no_valid_token":
      return { why: `${it} does not end.`, next: "It is used until the provider rejects it. Nothing for you to do." };
    case "held":
      return {
        why: "The provider rejected it, and many others of the same integration within minutes.",
        next: "The status is kept, and the customer was not told. Requests are still served with it.",
      };
    case "disconnected":
      return {
        why: "The connection was ended, and what the customer typed was erased.",
        next: "To connect again, the customer opens a new connect link.",
      };
    case "connecting":
      return {
        why: "The customer sent the form of a connect link, and the provider has not accepted anything yet.",
        next: "It is the customer's move. If nothing comes of it, this entry is removed after a day.",
      };
    case "needs_reauth":
      return explainStatus(account, now);
  }
}
