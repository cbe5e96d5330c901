import { MarkShape, positionOf } from "./lifeline-parts.tsx";
import { summaryOf } from "./lifeline-strip.tsx";
import type { Lifeline, TokenBar } from "./build-lifeline.ts";

/** The picture is so many units wide, whatever its place is; half a unit is less than a pixel anywhere. */
const width = 1000;
const top = 7;
const bottom = 17;

/**
 * A lifeline at 24 px, for a row of a list: what is alike is one path, since a list has many rows. The marks stand on it unstretched.
 * One sentence says it to those who do not see it.
 */
export function LifelineRow({ lifeline, now }: { lifeline: Lifeline; now: number }) {
  const { span, tokens, gaps, marks } = lifeline;
  const x = (at: number): number => Math.round(Math.min(width, Math.max(0, positionOf(at, span) * 10)) * 2) / 2;
  const isShown = ({ from, to }: { from: number; to: number }): boolean => to > span.from && from < span.to;
  const box = (from: number, to: number, y = top, end = bottom): string =>
    x(to) > x(from) ? `M${x(from)} ${y}H${x(to)}V${end}H${x(from)}z` : "";
  const bars = tokens.filter(isShown);
  const body = (bar: TokenBar): string => box(bar.from, bar.alarmFrom ?? bar.to);
  const tail = (bar: TokenBar): string => (bar.alarmFrom === null ? "" : box(bar.alarmFrom, bar.to));
  const ticks = bars.filter(({ from }) => from >= span.from).map(({ from }) => `M${x(from)} ${top - 3}V${bottom + 3}`);
  const dead = gaps.filter((gap) => gap.kind !== "disconnected" && isShown(gap));
  const over = gaps.filter((gap) => gap.kind === "disconnected" && isShown(gap));
  const doubtful = marks.filter((mark) => mark.result === "in_doubt");
  const noted = marks.filter((mark) => mark.result !== "refreshed" && mark.at >= span.from && mark.at <= span.to);
  return (
    <svg width="100%" height="24" role="img" aria-label={summaryOf(lifeline)} className="block overflow-visible">
      <svg width="100%" height="24" viewBox={`0 0 ${width} 24`} preserveAspectRatio="none">
        <path d={`M0 ${top}H${width}V${bottom}H0z`} className="fill-sunken" />
        <Path d={dead.map((gap) => box(gap.from, gap.to)).join("")} className="fill-bad-soft" />
        <Path d={dead.map((gap) => box(gap.from, gap.to, bottom - 2)).join("")} className="fill-bad-solid" />
        <Path d={over.map((gap) => box(gap.from, gap.to, 11, 13)).join("")} className="fill-none-solid" />
        <Path d={bars.map((bar) => body(bar) + tail(bar)).join("")} className="fill-good-soft" />
        <Path d={bars.map(body).join("")} className="fill-good-solid" opacity={0.45} />
        <Path d={bars.map(tail).join("")} className="fill-good-solid" opacity={0.2} />
        <Path
          d={doubtful.map((mark) => box(mark.at, Math.max(mark.until, mark.at + (span.to - span.from) / 125))).join("")}
          className="fill-warn-solid"
        />
        <Path d={ticks.join("")} className="stroke-good-solid" isLine />
        <Path d={`M${x(now)} 1V23`} className="stroke-ink" isLine />
      </svg>
      {noted.map((mark) => (
        <svg key={mark.id} x={`${positionOf(mark.at, span)}%`} y="12" overflow="visible">
          <circle r="6" className="fill-surface" />
          <MarkShape result={mark.result} size={4.5} />
        </svg>
      ))}
    </svg>
  );
}

type PathProps = { d: string; className: string; opacity?: number; isLine?: boolean };

/** Lines keep their width however far the picture is stretched. */
function Path({ d, className, opacity, isLine = false }: PathProps) {
  if (d === "") return null;
  return (
    <path d={d} className={className} opacity={opacity} {...(isLine ? { vectorEffect: "non-scaling-stroke" } : {})} />
  );
}
