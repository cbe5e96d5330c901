import { useId } from "react";
import { attemptResults } from "../attempt-words.ts";
import { countOf } from "../figures.ts";
import type { Lifeline } from "./build-lifeline.ts";
import { Bars, MarkShape, Patterns, positionOf } from "./lifeline-parts.tsx";

/** The lifeline at 24 px, for a row: no axis, no interaction, one sentence for those who do not see it. */
export function LifelineStrip({ lifeline, now }: { lifeline: Lifeline; now: number }) {
  const id = useId();
  const { span } = lifeline;
  const isWithin = (at: number) => at >= span.from && at <= span.to;
  const marks = lifeline.marks.filter((mark) => mark.result !== "refreshed" && isWithin(mark.at));
  return (
    <svg width="100%" height="24" role="img" aria-label={summaryOf(lifeline)} className="block overflow-visible">
      <Patterns id={id} />
      <rect width="100%" height="12" y="6" rx="2" className="fill-sunken" />
      <Bars lifeline={lifeline} id={id} span={span} y={6} height={12} />
      <rect x={`${positionOf(now, span)}%`} width="1" height="24" className="fill-ink" />
      {marks.map((mark) => (
        <svg key={mark.id} x={`${positionOf(mark.at, span)}%`} y="12" overflow="visible">
          <circle r="6" className="fill-surface" />
          <MarkShape result={mark.result} size={4.5} />
        </svg>
      ))}
    </svg>
  );
}

export function summaryOf(lifeline: Lifeline): string {
  const shown = lifeline.marks.filter((mark) => mark.at >= lifeline.span.from);
  if (shown.length === 0) return "No refresh attempts in this time";
  const counts = new Map<string, number>();
  for (const mark of shown) {
    const { label } = attemptResults[mark.result];
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const words = [...counts].map(([label, count]) => `${count} ${label.toLowerCase()}`);
  return `${countOf(shown.length, "attempt")}: ${words.join(", ")}`;
}
