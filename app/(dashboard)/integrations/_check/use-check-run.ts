"use client";

import { useEffect, useRef, useState } from "react";
import type { IntegrationCheckView } from "#api/schemas/integration-check";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import type { ApiProblem } from "../../../_queries/problem.ts";

const everyMs = 700;

export type CheckRunState = {
  /** The one that runs, or ran last. */
  run: IntegrationCheckView | null;
  problem: ApiProblem | null;
  isBusy: boolean;
  /** `text`: a definition to try instead of what is in force. */
  start: (text: string | null) => Promise<void>;
};

export function isGoingOn(run: IntegrationCheckView | null): boolean {
  return run !== null && (run.state === "queued" || run.state === "running");
}

/** Starts a check, and looks how far it is until it is over. */
export function useCheckRun(name: string, initial: IntegrationCheckView | null): CheckRunState {
  const [run, setRun] = useState(initial);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const failures = useRef(0);
  const going = isGoingOn(run) ? run : null;
  const id = going?.id ?? null;
  const integration = going?.integration_name ?? name;

  useEffect(() => {
    if (id === null) return undefined;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout>;
    const look = async (): Promise<void> => {
      const answer = await sendToApi<IntegrationCheckView>("GET", `/integrations/${integration}/checks/${id}`);
      if (isOver) return;
      if (answer.kind === "ok") {
        failures.current = 0;
        setProblem(null);
        setRun(answer.value);
        if (!isGoingOn(answer.value)) return;
      } else {
        failures.current += 1;
        setProblem(answer.problem);
      }
      timer = setTimeout(() => void look(), everyMs * Math.min(10, 1 + failures.current));
    };
    timer = setTimeout(() => void look(), everyMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [id, integration]);

  const start = async (text: string | null): Promise<void> => {
    setBusy(true);
    setProblem(null);
    const body = text === null ? "{}" : `{"document":${text}}`;
    const answer = await sendToApi<IntegrationCheckView>("POST", `/integrations/${name}/checks`, body);
    setBusy(false);
    if (answer.kind === "ok") setRun(answer.value);
    else setProblem(answer.problem);
  };
  return { run, problem, isBusy, start };
}
