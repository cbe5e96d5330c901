import { classNames } from "./class-names.ts";
import { StatusIcon } from "./status-icon.tsx";
import { toneClasses, type Look } from "./status.ts";

type Props = {
  condition: Look;
  /** What stands behind the label; null when it says it all. */
  remark?: string | null;
  variant?: "line" | "pill";
};

/** Icon and word of a condition: on a line, with its remark, or as a pill. */
export function StatusMark({ condition, remark = null, variant = "line" }: Props) {
  const tone = toneClasses[condition.tone];
  if (variant === "pill") {
    return (
      <span
        className={classNames(
          "inline-flex h-6 items-center gap-1.5 rounded-full pr-2.5 pl-2 text-sm font-medium whitespace-nowrap",
          tone.soft,
          tone.text,
        )}
      >
        <StatusIcon name={condition.icon} />
        {condition.label}
      </span>
    );
  }
  return (
    <span className="flex min-w-0 items-center gap-2 max-sm:items-start">
      <StatusIcon name={condition.icon} className={classNames(tone.text, "max-sm:mt-0.5")} />
      {/* On a phone there is no pointer that would bring up what was cut off. */}
      <span
        className="min-w-0 max-sm:wrap-anywhere sm:truncate"
        title={remark === null ? undefined : `${condition.label} · ${remark}`}
      >
        <span className={classNames("font-medium", tone.text)}>{condition.label}</span>
        {remark !== null && <span className="text-muted"> · {remark}</span>}
      </span>
    </span>
  );
}
