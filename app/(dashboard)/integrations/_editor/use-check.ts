"use client";

import { useEffect, useRef, useState } from "react";
import type { DefinitionTrialView } from "#api/schemas/definition-trial";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import type { Answer, ApiProblem } from "../../../_queries/problem.ts";

export type FoundError = { pointer: string; detail: string };

export type Check =
  | { kind: "waiting" }
  | { kind: "checked"; text: string; errors: FoundError[] }
  /** Nobody could tell. */
  | { kind: "unknown"; problem: ApiProblem };

const waitMs = 500;

export async function askForTrial(
  text: string,
  name: string | null,
  withEffect: boolean,
): Promise<Answer<DefinitionTrialView>> {
  const query = new URLSearchParams({
    ...(name === null ? {} : { name }),
    ...(withEffect ? {} : { effect: "false" }),
  });
  const path = `/integration-trials${query.size === 0 ? "" : `?${query}`}`;
  return await sendToApi<DefinitionTrialView>("POST", path, text, { isQuestion: true });
}

/** What the API says of a text, a moment after somebody stopped typing. `isJson` false: it need not be asked. */
export function useCheck(text: string, isJson: boolean, name: string | null): Check {
  const [check, setCheck] = useState<Check>({ kind: "waiting" });
  const latest = useRef(0);
  useEffect(() => {
    latest.current += 1;
    const mine = latest.current;
    if (!isJson) return undefined;
    const timer = setTimeout(() => {
      void askForTrial(text, name, false).then((answer) => {
        // Somebody typed on meanwhile.
        if (mine !== latest.current) return;
        setCheck(
          answer.kind === "ok"
            ? { kind: "checked", text, errors: answer.value.errors }
            : { kind: "unknown", problem: answer.problem },
        );
      });
    }, waitMs);
    return () => clearTimeout(timer);
  }, [text, isJson, name]);
  return check;
}
