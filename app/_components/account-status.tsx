"use client";

import type { AccountView } from "#api/schemas/account";
import { useNow } from "./clock.tsx";
import { StatusMark } from "./status-mark.tsx";
import { conditionOf, conditions, remarkOf } from "./status.ts";

type Props = { account: AccountView; variant?: "line" | "pill" };

/** Icon, word and remark of an account's condition, ticking with the clock. */
export function AccountStatus({ account, variant = "line" }: Props) {
  const now = useNow();
  const { heading, ...condition } = conditions[conditionOf(account, now)];
  return variant === "pill" ? (
    <StatusMark condition={{ ...condition, label: heading ?? condition.label }} variant="pill" />
  ) : (
    <StatusMark condition={condition} remark={remarkOf(account, now)} />
  );
}
