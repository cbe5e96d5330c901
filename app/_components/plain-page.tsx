import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

type Props = { icon: LucideIcon; title: string; children: ReactNode; inside?: boolean };

/** One message and one next step, on the whole page or `inside` the shell. */
export function PlainPage({ icon: Icon, title, children, inside = false }: Props) {
  const Frame = inside ? "div" : "main";
  return (
    <Frame className={inside ? "grid place-items-center py-20" : "grid min-h-dvh place-items-center p-4"}>
      <div className="flex max-w-md flex-col items-center gap-4 text-center">
        <span className="grid size-10 place-items-center rounded-full bg-sunken text-muted">
          <Icon size={20} aria-hidden />
        </span>
        <h1 className="text-xl font-semibold tracking-tight text-balance">{title}</h1>
        <div className="flex flex-col items-center gap-4 text-balance text-muted">{children}</div>
      </div>
    </Frame>
  );
}
