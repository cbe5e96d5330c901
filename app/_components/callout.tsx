import { CircleAlert, CircleCheck, CirclePause, Info, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import { toneClasses, type Tone } from "./status.ts";

const icons: Record<"good" | "warn" | "info" | "bad" | "hold", LucideIcon> = {
  good: CircleCheck,
  warn: TriangleAlert,
  info: Info,
  bad: CircleAlert,
  hold: CirclePause,
};

type Props = {
  tone: keyof typeof icons & Tone;
  title: string;
  children?: ReactNode;
  code?: string;
  className?: string;
};

/** A few words that must not be missed, in the tone of what they mean. */
export function Callout({ tone, title, children, code, className = "" }: Props) {
  const Icon = icons[tone];
  return (
    <div className={classNames("flex gap-2.5 rounded-md px-3 py-2.5 text-sm", toneClasses[tone].soft, className)}>
      <Icon size={16} aria-hidden className={classNames("mt-0.5 shrink-0", toneClasses[tone].text)} />
      <div className="min-w-0 flex-1">
        <p className={classNames("font-medium", toneClasses[tone].text)}>{title}</p>
        {children !== undefined && <div className="mt-0.5 wrap-anywhere text-ink">{children}</div>}
        {code !== undefined && <p className="mt-0.5 font-mono text-xs text-muted">{code}</p>}
      </div>
    </div>
  );
}
