import { positionOf } from "./lifeline-parts.tsx";
import type { Span } from "./choose-span.ts";

/** Instants in UTC under the bars, as fine as the span asks for. */
export function Axis({ span, y }: { span: Span; y: number }) {
  return (
    <g>
      {span.ticks.map((tick) => {
        const x = positionOf(tick, span);
        return (
          <g key={tick}>
            <rect x={`${x}%`} y="24" width="1" height={y - 22} className="fill-line" />
            {x > 3 && x < 95 && (
              <text x={`${x}%`} y={y + 14} textAnchor="middle" className="fill-subtle font-mono text-[11px]">
                {labelOf(tick, span.tickSeconds)}
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}

function labelOf(at: number, tickSeconds: number): string {
  const iso = new Date(at).toISOString();
  if (tickSeconds < 60) return iso.slice(11, 19);
  if (tickSeconds < 86_400 && !iso.includes("T00:00")) return iso.slice(11, 16);
  return new Date(at).toLocaleDateString("en", { month: "short", day: "numeric", timeZone: "UTC" });
}
