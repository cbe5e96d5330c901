import { ChevronRight, Circle, CircleCheck, CircleDot } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "../../../_components/class-names.ts";

type Props = {
  number: number;
  isDone: boolean;
  /** It is the first that is not done. */
  isNext: boolean;
  title: string;
  /** What came of it. */
  outcome: ReactNode;
  /** Whether whoever looks can do it. */
  may: boolean;
  children: ReactNode;
};

/** One step: what came of it, or what is to be done; a later one unfolds for who goes another way. */
export function Step({ number, isDone, isNext, title, outcome, may, children }: Props) {
  const Icon = isDone ? CircleCheck : isNext ? CircleDot : Circle;
  const head = (
    <>
      <Icon
        size={18}
        aria-hidden
        className={classNames("mt-0.5 shrink-0", isDone ? "text-good" : isNext ? "text-accent" : "text-subtle")}
      />
      <span className="min-w-0 flex-1">
        <span className="sr-only">
          Step {number}
          {isDone ? ", done" : isNext ? ", next" : ""}:{" "}
        </span>
        <span className={classNames("font-medium", !isDone && !isNext && "text-muted")}>{title}</span>
      </span>
    </>
  );
  if (isDone) {
    return (
      <li className="px-4 py-3.5 sm:px-5">
        <p className="flex gap-3">{head}</p>
        <p className="pl-[30px] text-sm text-muted">{outcome}</p>
      </li>
    );
  }
  const body = may ? (
    children
  ) : (
    <p className="text-sm text-muted">An owner or an operator does this. The step ticks once they have.</p>
  );
  if (isNext) {
    return (
      <li className="px-4 py-4 sm:px-5" aria-current="step">
        <p className="flex gap-3">{head}</p>
        <div className="mt-3 sm:pl-[30px]">{body}</div>
      </li>
    );
  }
  return (
    <li className="px-4 py-3.5 sm:px-5">
      <details className="group">
        <summary className="flex list-none gap-3">
          {head}
          <ChevronRight size={16} aria-hidden className="mt-1 shrink-0 text-subtle group-open:rotate-90" />
        </summary>
        <div className="mt-3 sm:pl-[30px]">{body}</div>
      </details>
    </li>
  );
}
