"use client";

import { X } from "lucide-react";
import { Button } from "../../../_components/button.tsx";
import { countOf, formatCount } from "../../../_components/figures.ts";
import type { TabNumber } from "../../../_queries/accounts.ts";
import type { RunAction } from "../runs/_parts/run-words.ts";
import { RunDialog } from "./run-dialog.tsx";
import { useSelection } from "./selection.tsx";

type Props = {
  actions: readonly RunAction[];
  /** The filter of the list, as the API has it in a body. */
  filter: Record<string, string | number | boolean>;
  /** How many it finds; null: not known. */
  found: TabNumber | null;
  /** Whether there are more than this page has. */
  hasMore: boolean;
};

/** What can be done with what was chosen. It floats over the end of the list, so that the list stays where it is. */
export function BulkBar({ actions, filter, found, hasMore }: Props) {
  const { chosen, pageIds, chooseFilter, clear } = useSelection();
  const count = chosen.kind === "filter" ? null : chosen.ids.size;
  if (count === 0) return null;
  const isPage = chosen.kind === "ids" && pageIds.every((id) => chosen.ids.has(id));
  const all = found === null ? "all" : `all ${formatCount(found.count)}${found.isExact ? "" : "+"}`;
  const selection = chosen.kind === "filter" ? { filter } : { ids: [...chosen.ids] };
  return (
    <section
      aria-label="Selected accounts"
      className="no-print popup sticky bottom-4 z-20 mt-4 flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5"
    >
      <p aria-live="polite" className="min-w-0 flex-[1_1_220px] text-sm">
        <span className="font-medium">
          {count === null
            ? `${all.replace(/^a/, "A")} that match are selected`
            : `${countOf(count, "account")} selected`}
        </span>
        {isPage && hasMore && (
          <button
            type="button"
            onClick={chooseFilter}
            className="ml-3 min-h-6 font-medium text-accent-ink underline decoration-line-strong underline-offset-3 hover:decoration-current pointer-coarse:min-h-11"
          >
            Select {all} that match
          </button>
        )}
      </p>
      <div className="flex flex-wrap items-center gap-2">
        {actions.map((action) => (
          <RunDialog key={action} action={action} selection={selection} onStarted={clear} />
        ))}
        <Button
          variant="ghost"
          size="icon"
          aria-label="Clear the selection"
          title="Clear the selection"
          onClick={clear}
        >
          <X size={16} aria-hidden />
        </Button>
      </div>
    </section>
  );
}
