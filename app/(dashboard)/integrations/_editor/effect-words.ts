import type { DefinitionTrialView } from "#api/schemas/definition-trial";
import { countOf } from "../../../_components/figures.ts";

type Effect = NonNullable<DefinitionTrialView["effect"]>;

/** What comes of it when it is saved, in a sentence or two. */
export function effectWords({ kind, live_accounts: live }: Effect): string {
  const who = live === 0 ? "No account lives on it." : `${countOf(live, "account lives", "accounts live")} on it.`;
  switch (kind) {
    case "creates":
      return "It is new in this environment. Set its OAuth client afterwards, if it needs one.";
    case "covers_catalogue":
      return `It takes the place of the catalogue's definition in this environment. ${who} What a new version brings to the catalogue's reaches you no more.`;
    case "replaces":
      return `It replaces this environment's definition. ${who} It counts from the next request on.`;
    case "unchanged":
      return "It is in force as it stands; there is nothing to save.";
  }
}

/** What can be done where it would be refused and nobody can approve it. */
export function wayOut({ cause }: NonNullable<Effect["refusal"]>): string {
  switch (cause) {
    case "format":
      return "Define the other format under a name of its own: accounts move there as their customers connect anew.";
    case "hosts":
    case "secrets":
      return "Ask for a second person's approval, or define it under a name of its own.";
    case "unreadable":
      return "Disconnect the accounts first, or define it under a name of its own.";
  }
}
