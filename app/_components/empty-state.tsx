import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

type Props = { icon: LucideIcon; title: string; children: ReactNode; action?: ReactNode };

/** Nothing to list: says why, and the next step. */
export function EmptyState({ icon: Icon, title, children, action }: Props) {
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-14 text-center">
      <span className="grid size-10 place-items-center rounded-full bg-sunken text-muted">
        <Icon size={18} aria-hidden />
      </span>
      <div className="w-full max-w-lg">
        <h2 className="text-base font-semibold">{title}</h2>
        <div className="mt-1 text-sm text-muted">{children}</div>
      </div>
      {action}
    </div>
  );
}
