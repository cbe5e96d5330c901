import type { ReactNode } from "react";
import { Button } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import type { ApiProblem } from "../../../_queries/problem.ts";

type Props = {
  /** Why it could not be looked at; null: it could, or nobody tried. */
  problem: ApiProblem | null;
  isBusy: boolean;
  isJson: boolean;
  /** Whether there is something to review. */
  mayReview: boolean;
  onReview: () => void;
  onFormat: () => void;
  /** Null: nothing was typed. */
  onUndo: (() => void) | null;
  children?: ReactNode;
};

/** What stands under an editor of a document: what went wrong, and what to press. */
export function EditorFoot({ problem, isBusy, isJson, mayReview, onReview, onFormat, onUndo, children }: Props) {
  return (
    <>
      <div role="alert" className="contents">
        {problem !== null && (
          <Callout tone="bad" title={problem.title} code={problem.code}>
            {problem.detail ?? "It could not be looked at. What you typed is still there; try again."}
          </Callout>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Button variant="primary" disabled={isBusy || !mayReview} onClick={onReview}>
          {isBusy ? "Looking at it…" : "Review and save…"}
        </Button>
        <Button disabled={!isJson} onClick={onFormat} title="Alt+Shift+F">
          Format
        </Button>
        {onUndo !== null && (
          <Button variant="ghost" onClick={onUndo}>
            Undo all
          </Button>
        )}
        {children}
      </div>
    </>
  );
}
