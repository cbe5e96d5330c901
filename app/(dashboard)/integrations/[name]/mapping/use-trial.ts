"use client";

import { useEffect, useRef, useState } from "react";
import type { MappingTrialView } from "#api/schemas/mapping-trial";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import type { ApiProblem } from "../../../../_queries/problem.ts";
import type { Direction, Endpoint } from "./trial-texts.ts";

export type Asked = { mapping: string; sample: string; endpoint: Endpoint; way: Direction; status: number };

export type Trial = {
  /** Of what was tried last; null: nothing was yet. */
  found: MappingTrialView | null;
  of: Asked | null;
  problem: ApiProblem | null;
  isWaiting: boolean;
};

const waitMs = 400;

/** What comes of a mapping on a sample, a moment after somebody stopped typing. `asked` null: there is nothing to try. */
export function useTrial(name: string, category: string, model: string, asked: Asked | null): Trial {
  const [trial, setTrial] = useState<Omit<Trial, "isWaiting">>({ found: null, of: null, problem: null });
  const latest = useRef(0);
  const key = asked === null ? null : JSON.stringify(asked);
  const [done, setDone] = useState<string | null>(null);
  useEffect(() => {
    latest.current += 1;
    const mine = latest.current;
    if (key === null) return undefined;
    const timer = setTimeout(() => {
      void ask(name, category, model, JSON.parse(key) as Asked).then((answer) => {
        // Somebody typed on meanwhile.
        if (mine !== latest.current) return;
        setDone(key);
        setTrial((before) =>
          answer.kind === "ok"
            ? { found: answer.value, of: JSON.parse(key) as Asked, problem: null }
            : { ...before, problem: answer.problem },
        );
      });
    }, waitMs);
    return () => clearTimeout(timer);
  }, [name, category, model, key]);
  return { ...trial, isWaiting: key !== null && key !== done };
}

/** The texts go as they were typed, a member that stands there twice among them. */
async function ask(name: string, category: string, model: string, { mapping, sample, endpoint, way, status }: Asked) {
  const tried = way === "answer" ? `"answer":{"status":${status},"body":${sample}}` : `"given":${sample}`;
  const head = JSON.stringify({ category, model, endpoint }).slice(0, -1);
  const body = `${head},"mapping":${mapping},${tried}}`;
  return await sendToApi<MappingTrialView>("POST", `/integrations/${name}/mappings/try`, body, { isQuestion: true });
}
