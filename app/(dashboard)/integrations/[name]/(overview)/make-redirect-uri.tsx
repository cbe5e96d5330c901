"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import { Button } from "../../../../_components/button.tsx";
import { Callout } from "../../../../_components/callout.tsx";
import type { ApiProblem } from "../../../../_queries/problem.ts";

/** It is there with the integration's first setting in this environment: an empty one will do. */
export function MakeRedirectUri({ name }: { name: string }) {
  const router = useRouter();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const make = async () => {
    setBusy(true);
    setProblem(null);
    const answer = await sendToApi<EnvironmentIntegrationView>("PATCH", "/environment-integration", {
      integration_name: name,
      overrides: {},
    });
    setBusy(false);
    if (answer.kind === "problem") setProblem(answer.problem);
    else router.refresh();
  };
  return (
    <>
      <Button className="mt-2.5" disabled={isBusy} onClick={() => void make()}>
        {isBusy ? "Making it…" : "Make the redirect URI"}
      </Button>
      <div role="alert">
        {problem !== null && (
          <Callout tone="bad" title={problem.title} code={problem.code} className="mt-2.5">
            {problem.detail ?? "It was not made. Try again."}
          </Callout>
        )}
      </div>
    </>
  );
}
