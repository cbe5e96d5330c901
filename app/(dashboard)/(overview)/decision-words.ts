import type { MassFailureView } from "#api/schemas/mass-failure";
import { countOf } from "../../_components/figures.ts";

type DecisionWords = { trigger: string; title: string; when: string; effects: string[]; action: string; doing: string };

/** What a decision means and does, with the numbers of now. */
export function decisionWords(
  decision: "release" | "confirm",
  { held, left }: Pick<MassFailureView, "held" | "left">,
  label: string,
): DecisionWords {
  const accounts = countOf(held, "account");
  if (decision === "confirm") {
    return {
      trigger: "Confirm…",
      title: `Confirm that ${held === 1 ? "the grant" : "the grants"} of ${accounts} of ${label} ${held === 1 ? "is" : "are"} dead?`,
      when: "For when only the customers can bring them back. It cannot be undone.",
      effects: [
        `${countOf(held, "account becomes", "accounts become")} “needs re-authorization”, in the background, one after the other.`,
        "Each gets its own event, integrated_account:authentication_error. Whatever mails your customers on it will mail them.",
        "No token is served for them any more, not even one that is still valid.",
        "Each comes back when its customer re-authorizes.",
      ],
      action: `Confirm ${accounts}`,
      doing: "Confirming…",
    };
  }
  if (held === 0) {
    return {
      trigger: "End the hold…",
      title: `End the hold of ${label}?`,
      when: "Nothing is held any more.",
      effects: ["Accounts that fail from now on count one by one again, until the guard's threshold is reached anew."],
      action: "End the hold",
      doing: "Ending…",
    };
  }
  return {
    trigger: "Release…",
    title: `Release the ${countOf(held, "held account")} of ${label}?`,
    when: "For when the grants are alive: the provider had a bad moment, or our client is mended.",
    effects: [
      `Evergrant tries ${held === 1 ? "it" : "each of them"} again, spread over minutes so that ${label} is not flooded.`,
      "Those that work go on as if nothing had happened. Nobody was told, and nobody is told now.",
      "Those that are rejected again count anew: the first become “needs re-authorization”, and past the guard's threshold the rest is held again.",
      ...(left === 0
        ? []
        : [
            `The ${countOf(left, "account")} that left before the hold ${left === 1 ? "is" : "are"} tried once more too; a refresh that works brings ${left === 1 ? "it" : "them"} back.`,
          ]),
    ],
    action: `Release ${accounts}`,
    doing: "Releasing…",
  };
}
