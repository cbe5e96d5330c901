import type { ReactNode } from "react";
import { StatusIcon } from "./status-icon.tsx";
import { toneClasses, type Look } from "./status.ts";

type Props = { look: Look; why: string; next: string; children?: ReactNode };

/** Why something is as it is, and whose move it is. */
export function Explanation({ look, why, next, children }: Props) {
  return (
    <div className="flex min-w-0 gap-3">
      <StatusIcon name={look.icon} className={`mt-1 ${toneClasses[look.tone].text}`} />
      <div className="min-w-0 wrap-anywhere">
        <p className="font-medium">{why}</p>
        <p className="text-pretty text-muted">{next}</p>
        {children}
      </div>
    </div>
  );
}
