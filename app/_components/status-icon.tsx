import { assertNever } from "./assert-never.ts";
import { CircleAlert, CircleDashed, CirclePause, CircleSlash, Unlink } from "lucide-react";
import type { StatusIconName } from "./status.ts";

/** The shapes of the status map, all on a 14 px square, so that words beside them align. */
export function StatusIcon({ name, className = "" }: { name: StatusIconName; className?: string }) {
  const shared = { size: 14, strokeWidth: 2.25, "aria-hidden": true, className: `shrink-0 ${className}` } as const;
  switch (name) {
    case "filled":
      return (
        <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden className={`shrink-0 ${className}`}>
          <circle cx="7" cy="7" r="4.5" fill="currentColor" />
        </svg>
      );
    case "half":
      return (
        <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden className={`shrink-0 ${className}`}>
          <circle cx="7" cy="7" r="4.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
          <path d="M7 2.25a4.75 4.75 0 0 0 0 9.5z" fill="currentColor" />
        </svg>
      );
    case "alert":
      return <CircleAlert {...shared} />;
    case "dashed":
      return <CircleDashed {...shared} />;
    case "broken-link":
      return <Unlink {...shared} />;
    case "pause":
      return <CirclePause {...shared} />;
    case "slash":
      return <CircleSlash {...shared} />;
  }
  return assertNever(name);
}
