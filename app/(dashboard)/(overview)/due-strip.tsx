import type { IntegrationOverview } from "#api/schemas/overview";
import { countOf, formatCount } from "../../_components/figures.ts";

type Props = { due: IntegrationOverview["due"]; budget: IntegrationOverview["budget"] };

const height = 28;
const gap = 2;
const steps = 12;
const barWidth = 10;
const width = steps * (barWidth + gap) - gap;

/** The refreshes of the hour to come, by five minutes, and what the client may ask for as a line over them. */
export function DueStrip({ due, budget }: Props) {
  if (due === null) return <span className="text-xs text-subtle">not counted</span>;
  const { refreshes, step_seconds: seconds } = due;
  const all = refreshes.reduce((sum, n) => sum + n, 0);
  const limit = budget.per_minute === null ? null : (budget.per_minute * seconds) / 60;
  const most = Math.max(...refreshes);
  const isOver = limit !== null && most > limit;
  // A budget far above what is due would flatten everything; it is said then, and not drawn.
  const isLimitShown = limit !== null && limit <= most * 4;
  const top = Math.max(most, isLimitShown ? limit : 0, 1);
  const y = (value: number): number => height - (value / top) * (height - 2);
  const words = [
    `${countOf(all, "refresh", "refreshes")} due in the next hour`,
    ...(limit === null ? [] : [`budget ${formatCount(limit)} in 5 min`]),
    ...(isOver ? ["more than the budget: later ones wait"] : []),
  ].join(", ");
  return (
    <span className="flex items-end gap-2.5" title={words}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label={words}
        className="shrink-0 overflow-visible"
      >
        <rect x="0" y={height - 1} width={width} height="1" className="fill-line" />
        {refreshes.map((n, index) => (
          <rect
            // oxlint-disable-next-line react/no-array-index-key -- a place in time
            key={index}
            x={index * (barWidth + gap)}
            y={n === 0 ? height : Math.min(y(n), height - 2)}
            width={barWidth}
            height={n === 0 ? 0 : Math.max(height - y(n), 2)}
            rx="1.5"
            className={limit !== null && n > limit ? "fill-warn-solid" : "fill-info-solid"}
          />
        ))}
        {isLimitShown && (
          <line
            x1={-2}
            x2={width + 2}
            y1={y(limit)}
            y2={y(limit)}
            className="stroke-ink"
            strokeWidth="1"
            strokeDasharray="3 2"
          />
        )}
      </svg>
      <span aria-hidden className="text-xs whitespace-nowrap">
        {formatCount(all)}
        {isOver && <span className="block text-warn">over budget</span>}
      </span>
    </span>
  );
}
