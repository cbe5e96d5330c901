import type { ApiProblem } from "../_queries/problem.ts";
import { Callout } from "./callout.tsx";

type Props = { what: string; problem: ApiProblem; className?: string };

/** Where a part of a page could not be read, and the rest could: that it says nothing does not mean that there is nothing. */
export function Unread({ what, problem, className = "" }: Props) {
  return (
    <div role="alert" className={className}>
      <Callout tone="warn" title={`${what} could not be read`} code={problem.code}>
        {problem.detail ?? "This page tries again by itself."}
      </Callout>
    </div>
  );
}

/** Whether they may not see it at all, which is no fault. */
export function isForbidden(problem: ApiProblem): boolean {
  return problem.status === 403;
}
