import type { IntegrationOverview, SeriesView } from "#api/schemas/overview";
import { ProblemState } from "../../_components/problem-state.tsx";
import { SectionHeading } from "../../_components/section-heading.tsx";
import type { Answer } from "../../_queries/problem.ts";
import { TrendCharts } from "./trend-charts.tsx";
import { loadData, trendData } from "./trend-data.ts";
import type { Window } from "./window.ts";

type Props = {
  series: Answer<SeriesView>;
  integrations: readonly IntegrationOverview[];
  labels: ReadonlyMap<string, string>;
  window: Window;
  words: string;
};

/** How refreshes went, and what is due. */
export function Trends({ series, integrations, labels, window, words }: Props) {
  return (
    <section aria-labelledby="trends" className="mt-8">
      <SectionHeading id="trends" title="How it goes" note={`${words}, times in UTC`} />
      {series.kind === "problem" ? (
        <ProblemState problem={series.problem} />
      ) : (
        <TrendCharts key={window} trend={trendData(series.value)} load={loadData(integrations, labels)} />
      )}
    </section>
  );
}
