import { CloudOff } from "lucide-react";
import type { ApiProblem } from "../_queries/problem.ts";
import { TryAgain } from "./try-again.tsx";

/** Stands where a list or page would: what happened, whose move it is, and that move. */
export function ProblemState({ problem }: { problem: ApiProblem }) {
  return (
    <section role="alert" className="card flex flex-col items-center gap-3 px-6 py-14 text-center">
      <CloudOff size={24} aria-hidden className="text-bad" />
      <div className="max-w-md">
        <h2 className="text-lg font-semibold">{problem.title}</h2>
        <p className="mt-1 text-balance text-muted">{problem.detail ?? whoseMove(problem)}</p>
        <p className="mt-2 font-mono text-xs text-subtle">
          {problem.code}
          {problem.status > 0 && ` · HTTP ${problem.status}`}
        </p>
      </div>
      <TryAgain />
    </section>
  );
}

function whoseMove(problem: ApiProblem): string {
  if (problem.status === 403) return "Your account may not see this. Ask the owner of this installation for access.";
  if (problem.status === 429) return "Too many requests for a moment. This page tries again by itself.";
  return problem.status >= 500
    ? "It is not your doing. This page tries again by itself; the API's log says more."
    : "Check the address, or start again from the overview.";
}
