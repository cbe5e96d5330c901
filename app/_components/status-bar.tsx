import type { AccountView } from "#api/schemas/account";
import { classNames } from "./class-names.ts";
import { formatCount } from "./figures.ts";
import { StatusIcon } from "./status-icon.tsx";
import { statuses, toneClasses } from "./status.ts";

type Counts = Record<AccountView["status"], number>;
const order = ["active", "connecting", "needs_reauth", "disconnected"] as const;

/** Accounts by status as one bar, and the same in icons and figures below it. */
export function StatusBar({ counts }: { counts: Counts }) {
  const present = order.filter((status) => counts[status] > 0);
  if (present.length === 0) return <span className="text-subtle">No accounts</span>;
  return (
    <span className="flex flex-col gap-1.5">
      <span aria-hidden className="flex h-1.5 gap-px overflow-hidden rounded-full">
        {present.map((status) => (
          <span
            key={status}
            className={classNames("min-w-1", toneClasses[statuses[status].tone].solid)}
            style={{ flexGrow: counts[status] }}
          />
        ))}
      </span>
      <span className="flex flex-wrap gap-x-3 text-xs">
        {present.map((status) => (
          <span key={status} title={statuses[status].label} className="inline-flex items-center gap-1">
            <StatusIcon name={statuses[status].icon} className={toneClasses[statuses[status].tone].text} />
            {formatCount(counts[status])}
            <span className="sr-only">{statuses[status].label}</span>
          </span>
        ))}
      </span>
    </span>
  );
}
