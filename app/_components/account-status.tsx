"use client";

import type { AccountView } from "#api/schemas/account";
import { classNames } from "./class-names.ts";
import { useNow } from "./clock.tsx";
import { StatusIcon } from "./status-icon.tsx";
import { conditionOf, conditions, remarkOf, toneClasses } from "./status.ts";

type Props = { account: AccountView; variant?: "line" | "pill" };

/** Icon, word and remark of an account's condition, ticking with the clock. */
export function AccountStatus({ account, variant = "line" }: Props) {
  const now = useNow();
  const condition = conditions[conditionOf(account, now)];
  const remark = remarkOf(account, now);
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
        {condition.heading ?? condition.label}
      </span>
    );
  }
  return (
    <span className="flex min-w-0 items-center gap-2">
      <StatusIcon name={condition.icon} className={tone.text} />
      <span className="min-w-0 truncate" title={remark === null ? undefined : `${condition.label} · ${remark}`}>
        <span className={classNames("font-medium", tone.text)}>{condition.label}</span>
        {remark !== null && <span className="text-muted"> · {remark}</span>}
      </span>
    </span>
  );
}
