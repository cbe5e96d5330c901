import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { buttonClass } from "./button.tsx";
import { classNames } from "./class-names.ts";
import { toneClasses } from "./status.ts";

const icons = { good: CircleCheck, info: Info, warn: TriangleAlert, bad: CircleAlert };

export type SentenceTone = keyof typeof icons;

type Props = {
  tone: SentenceTone;
  lead: string;
  rest: string;
  /** The one thing to press; absent: nothing has to be. */
  action?: { href: string; label: string } | undefined;
};

/** Whether all is well, in one sentence above a page, and whose move it is. */
export function SummarySentence({ tone, lead, rest, action }: Props) {
  const Icon = icons[tone];
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-8 gap-y-3">
      <p className="flex max-w-3xl min-w-0 flex-[1_1_20rem] gap-3 text-lg text-balance">
        <Icon size={20} aria-hidden className={classNames("mt-0.5 shrink-0", toneClasses[tone].text)} />
        <span className="min-w-0 wrap-anywhere">
          <strong className="font-semibold">{lead}</strong> <span className="text-muted">{rest}</span>
        </span>
      </p>
      {action !== undefined && (
        <Link href={action.href} prefetch={false} className={buttonClass(tone === "bad" ? "primary" : "secondary")}>
          {action.label}
        </Link>
      )}
    </div>
  );
}
