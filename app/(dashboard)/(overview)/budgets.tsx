import { formatCount } from "../../_components/figures.ts";
import type { BudgetUse } from "./trend-data.ts";
import { wordTime } from "./time-ticks.ts";

const shown = 4;

/** How much of what a client may ask for is due at the busiest five minutes of the hour. */
export function Budgets({ uses }: { uses: BudgetUse[] }) {
  const byUse = uses.toSorted((a, b) => b.peak / b.limit - a.peak / a.limit);
  if (byUse.length === 0) return null;
  return (
    <ul className="mt-3 flex flex-col gap-2 border-t border-line pt-3 text-xs">
      {byUse.slice(0, shown).map(({ name, limit, peak, peakAt }) => {
        const share = peak / limit;
        return (
          <li key={name} className="grid items-center gap-x-4 gap-y-1 sm:grid-cols-2">
            <span className="flex min-w-0 justify-between gap-2">
              <span className="truncate">{name}</span>
              <span className={`shrink-0 ${share > 1 ? "font-medium text-warn" : "text-muted"}`}>
                {formatCount(peak)} of {formatCount(limit)}
                {peak > 0 && ` at ${wordTime(peakAt, 300)}`}
              </span>
            </span>
            <span aria-hidden className="relative h-1.5 rounded-full bg-sunken">
              <span
                className={`absolute inset-y-0 left-0 rounded-full ${share > 1 ? "bg-warn-solid" : "bg-accent"}`}
                style={{ width: `${Math.min(share, 1) * 100}%` }}
              />
            </span>
          </li>
        );
      })}
      {byUse.length > shown && <li className="text-subtle">{byUse.length - shown} more clients have a budget</li>}
    </ul>
  );
}
