"use client";

import { useNow } from "./clock.tsx";
import { formatRelative } from "./duration.ts";
import { formatInstant } from "./instant.ts";

/** `3 min ago`, ticking, with the exact instant in the title. */
export function RelativeTime({ at, parts = 1 }: { at: string; parts?: 1 | 2 }) {
  const now = useNow();
  return (
    <time dateTime={at} title={formatInstant(at)} className="whitespace-nowrap">
      {formatRelative(Date.parse(at), now, parts)}
    </time>
  );
}
