import type { StatusIconName, Tone } from "../../../_components/status.ts";
import type { CatalogueEntry } from "../../../_queries/catalogue.ts";
import { concernsOf, isUnread, liveOf } from "./concerns.ts";

export type IntegrationState = { tone: Tone; icon: StatusIconName; words: string; more: string[] };

const icons = { bad: "alert", hold: "pause", warn: "half" } as const;

/** The one thing to know of an integration: what is wrong with it, or how far it is. `more`: what else is wrong. */
export function stateOf(entry: CatalogueEntry): IntegrationState {
  const [worst, ...others] = concernsOf(entry);
  if (worst !== undefined) {
    return { tone: worst.tone, icon: icons[worst.tone], words: worst.words, more: others.map(({ words }) => words) };
  }
  if (isUnread(entry)) {
    return { tone: "none", icon: "dashed", words: "How it does could not be read", more: [] };
  }
  if (entry.client === "missing") return { tone: "none", icon: "dashed", words: "No OAuth client yet", more: [] };
  if (liveOf(entry.health) === 0) return { tone: "info", icon: "filled", words: "Ready to connect", more: [] };
  return { tone: "good", icon: "filled", words: "All well", more: [] };
}
