import { wordTime } from "./time-ticks.ts";

export type TipRow = { name: string; value: string; colour?: string };

/** What stands at one place of a chart. */
export function ChartTip({ at, stepSeconds, rows }: { at: number; stepSeconds: number; rows: TipRow[] }) {
  const until = at + stepSeconds * 1_000;
  return (
    <div className="popup px-3 py-2 text-xs">
      <p className="text-subtle">
        {wordTime(at, stepSeconds, true)} – {wordTime(until, stepSeconds)} UTC
      </p>
      <dl className="mt-1 grid grid-cols-[auto_auto] gap-x-4 gap-y-0.5">
        {rows.map(({ name, value, colour }) => (
          <div key={name} className="contents">
            <dt className="flex items-center gap-1.5 text-muted">
              {colour !== undefined && <span className="size-2 rounded-[2px]" style={{ background: colour }} />}
              {name}
            </dt>
            <dd className="text-right font-medium">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
