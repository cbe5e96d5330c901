"use client";

import { CircleCheck, CircleDashed, CircleX, CloudOff } from "lucide-react";
import { asSentence } from "../../../_components/as-sentence.ts";
import { countOf } from "../../../_components/figures.ts";
import type { Check } from "./use-check.ts";

export type Mistake = { pointer: string; detail: string; from: number; to: number; line: number; column: number };

type Props = {
  mistakes: readonly Mistake[];
  check: Check;
  isJson: boolean;
  onJump: (mistake: Mistake) => void;
  /** Where there are several of these. */
  name?: string;
};

/** Every mistake with its place: a press goes there. How many there are is announced. */
export function Mistakes({ mistakes, check, isJson, onJump, name = "Mistakes" }: Props) {
  return (
    <section aria-label={name} className="text-sm">
      <output className="flex items-center gap-2 py-1">
        <Verdict count={mistakes.length} check={check} isJson={isJson} />
      </output>
      {mistakes.length > 0 && (
        <ul className="mt-1 card max-h-80 divide-y divide-line overflow-y-auto">
          {mistakes.map((mistake) => (
            <li key={`${mistake.pointer} ${mistake.detail}`}>
              <button
                type="button"
                onClick={() => onJump(mistake)}
                className="grid w-full grid-cols-[4rem_minmax(0,1fr)] items-baseline gap-x-2 px-3 py-2 text-left -outline-offset-2 hover:bg-sunken"
              >
                <span className="font-mono text-xs text-subtle">
                  <span className="sr-only">Line </span>
                  {mistake.line}
                  <span aria-hidden>:</span>
                  <span className="sr-only">, column </span>
                  {mistake.column}
                </span>
                <span className="min-w-0">
                  {mistake.pointer !== "" && (
                    <code className="block font-mono text-xs leading-5 wrap-anywhere text-muted">
                      {mistake.pointer}
                    </code>
                  )}
                  <span className="wrap-anywhere">{asSentence(mistake.detail)}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Verdict({ count, check, isJson }: { count: number; check: Check; isJson: boolean }) {
  if (count > 0) {
    return (
      <>
        <CircleX size={16} aria-hidden className="shrink-0 text-bad" />
        <span className="font-medium text-bad">{isJson ? countOf(count, "mistake") : "This is no JSON yet"}</span>
      </>
    );
  }
  switch (check.kind) {
    case "unknown":
      return (
        <>
          <CloudOff size={16} aria-hidden className="shrink-0 text-warn" />
          <span>It could not be checked: {check.problem.detail ?? check.problem.title}</span>
        </>
      );
    case "waiting":
      return (
        <>
          <CircleDashed size={16} aria-hidden className="shrink-0 text-subtle" />
          <span className="text-muted">Checked as you type</span>
        </>
      );
    case "checked":
      return (
        <>
          <CircleCheck size={16} aria-hidden className="shrink-0 text-good" />
          <span>No mistakes</span>
        </>
      );
  }
}
