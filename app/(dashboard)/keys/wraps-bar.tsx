import { formatShare } from "../../_components/figures.ts";
import { classNames } from "../../_components/class-names.ts";
import { formatWraps, wrapsAlarm, wrapsBound } from "./key-words.ts";

/** How many data keys a key has wrapped, against what one key should: a mark stands where operators are told. */
export function WrapsBar({ wraps }: { wraps: number }) {
  const share = Math.min(1, wraps / wrapsBound);
  const isNear = wraps >= wrapsAlarm * 0.75;
  return (
    <span className="flex flex-col gap-1.5">
      <span className="leading-6 font-medium">{formatWraps(wraps)}</span>
      <span aria-hidden className="relative h-1.5 rounded-full bg-sunken">
        <span
          className={classNames(
            "absolute inset-y-0 left-0 rounded-full",
            wraps >= wrapsAlarm ? "bg-bad-solid" : isNear ? "bg-warn-solid" : "bg-good-solid",
          )}
          style={{ width: wraps === 0 ? 0 : `max(4px, ${share * 100}%)` }}
        />
        <span
          className="absolute -inset-y-1 w-px bg-line-control"
          style={{ left: `${(wrapsAlarm / wrapsBound) * 100}%` }}
        />
      </span>
      <span className="text-xs text-muted">
        {share > 0 && share < 0.0001 ? "under 0.01 %" : formatShare(share)} of the bound
        {isNear && <span className="text-warn">{wraps >= wrapsAlarm ? " · past the alarm" : " · near the alarm"}</span>}
      </span>
    </span>
  );
}
