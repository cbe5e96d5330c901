import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import { classNames } from "./class-names.ts";
import { toneClasses } from "./status.ts";

const icons = { good: CircleCheck, info: Info, warn: TriangleAlert, bad: CircleAlert };

export type SentenceTone = keyof typeof icons;

/** Whether all is well, in one sentence above a page, and whose move it is. */
export function SummarySentence({ tone, lead, rest }: { tone: SentenceTone; lead: string; rest: string }) {
  const Icon = icons[tone];
  return (
    <p className="flex max-w-3xl gap-3 text-lg text-balance">
      <Icon size={20} aria-hidden className={classNames("mt-0.5 shrink-0", toneClasses[tone].text)} />
      <span className="min-w-0 wrap-anywhere">
        <strong className="font-semibold">{lead}</strong> <span className="text-muted">{rest}</span>
      </span>
    </p>
  );
}
