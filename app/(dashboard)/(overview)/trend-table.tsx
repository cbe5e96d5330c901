import { formatLatency } from "../../_components/duration.ts";
import { formatCount, formatShare } from "../../_components/figures.ts";
import { formatShortInstant } from "../../_components/instant.ts";
import type { LoadData, TrendData } from "./trend-data.ts";

/** What the charts draw, in words: newest first, and only steps in which something was. */
export function TrendTable({ trend, load }: { trend: TrendData; load: LoadData | null }) {
  const rows = trend.refreshes
    .map((refreshes, index) => ({ refreshes, index, at: trend.since + index * trend.stepSeconds * 1_000 }))
    .filter(({ refreshes, index }) => refreshes > 0 || trend.reauth[index] !== trend.reauth[index - 1])
    .toReversed();
  return (
    <div className="mt-2 grid gap-4">
      {load !== null && load.parts.length > 0 && (
        <Frame caption="Refreshes due in the next hour" heads={["From", ...load.parts.map(({ name }) => name)]}>
          {(load.parts[0]?.due ?? []).map((_n, step) => (
            <tr key={load.startsAt + step}>
              <th scope="row" className="px-4 py-1.5 text-left font-normal whitespace-nowrap">
                {formatShortInstant(load.startsAt + step * load.stepSeconds * 1_000)}
              </th>
              {load.parts.map(({ name, due }) => (
                <Cell key={name}>{formatCount(due[step] ?? 0)}</Cell>
              ))}
            </tr>
          ))}
        </Frame>
      )}
      <Frame
        caption="Refreshes, their success and latency, and accounts to re-authorize"
        heads={["From", "Refreshes", "Success", "p50", "p95", "To re-authorize"]}
      >
        {rows.map(({ refreshes, index, at }) => (
          <tr key={at}>
            <th scope="row" className="px-4 py-1.5 text-left font-normal whitespace-nowrap">
              {formatShortInstant(at)}
            </th>
            <Cell>{formatCount(refreshes)}</Cell>
            <Cell>{worded(trend.success[index], formatShare)}</Cell>
            <Cell>{worded(trend.p50[index], formatLatency)}</Cell>
            <Cell>{worded(trend.p95[index], formatLatency)}</Cell>
            <Cell>{worded(trend.reauth[index], formatShare)}</Cell>
          </tr>
        ))}
      </Frame>
    </div>
  );
}

function worded(value: number | null | undefined, words: (value: number) => string): string {
  return value === null || value === undefined ? "–" : words(value);
}

function Frame({ caption, heads, children }: { caption: string; heads: string[]; children: React.ReactNode }) {
  return (
    // A region that scrolls can be reached by the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className="max-h-96 overflow-auto card" tabIndex={0} aria-label={caption}>
      <table className="w-full text-xs">
        <caption className="sr-only">{caption}</caption>
        <thead className="sticky top-0 bg-surface">
          <tr className="border-b border-line text-subtle">
            {heads.map((head, index) => (
              <th
                key={head}
                scope="col"
                className={`px-4 py-2 font-medium whitespace-nowrap ${index === 0 ? "text-left" : "text-right"}`}
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">{children}</tbody>
      </table>
    </section>
  );
}

function Cell({ children }: { children: React.ReactNode }) {
  return <td className="px-4 py-1.5 text-right whitespace-nowrap">{children}</td>;
}
