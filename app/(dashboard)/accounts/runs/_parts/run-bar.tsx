import type { AccountRunView } from "#api/schemas/account-run";
import { formatCount } from "../../../../_components/figures.ts";

type Numbers = Pick<AccountRunView, "total" | "done" | "failed" | "skipped" | "state">;

const parts = [
  { name: "done", label: "done", solid: "bg-good-solid" },
  { name: "skipped", label: "skipped", solid: "bg-none-solid" },
  { name: "failed", label: "failed", solid: "bg-bad-solid" },
] as const;

/** How far a run is, as one bar: done, skipped, failed, and the rest empty. */
export function RunBar({ run, size = "small" }: { run: Numbers; size?: "small" | "large" }) {
  const share = (count: number): number => (run.total === 0 ? 0 : count / run.total);
  const over = run.done + run.failed + run.skipped;
  // Cut, not rounded: what is not all over must not read as 100 %.
  const percent = Math.floor(share(over) * 100);
  const words = parts
    .filter(({ name }) => run[name] > 0)
    .map(({ name, label }) => `${formatCount(run[name])} ${label}`)
    .join(", ");
  return (
    <>
      <progress aria-label="Accounts with a result" max={100} value={percent} className="sr-only">
        {percent} %
      </progress>
      <span
        aria-hidden
        title={words}
        className={`flex gap-px overflow-hidden rounded-full bg-sunken ${size === "large" ? "h-2.5" : "h-1.5"}`}
      >
        {parts.map(
          ({ name, solid }) =>
            run[name] > 0 && (
              // The least of them shows, however many the others are.
              <span key={name} className={solid} style={{ width: `max(${share(run[name]) * 100}%, 3px)` }} />
            ),
        )}
      </span>
    </>
  );
}

/** What the colours mean, with their numbers. */
export function RunLegend({ run }: { run: Numbers }) {
  const left = run.total - run.done - run.failed - run.skipped;
  const shown = [
    ...parts.map(({ name, label, solid }) => ({ label, solid, count: run[name] })),
    { label: run.state === "cancelled" ? "left alone" : "waiting", solid: "bg-sunken border border-line", count: left },
  ];
  return (
    <ul aria-label="Accounts by outcome" className="flex flex-wrap gap-x-5 gap-y-1 text-sm text-muted">
      {shown
        .filter(({ count, label }) => count > 0 || label === "done")
        .map(({ label, solid, count }) => (
          <li key={label} className="flex items-center gap-1.5">
            <span aria-hidden className={`size-2.5 rounded-full ${solid}`} />
            <span>
              <span className="font-medium text-ink">{formatCount(count)}</span> {label}
            </span>
          </li>
        ))}
    </ul>
  );
}
