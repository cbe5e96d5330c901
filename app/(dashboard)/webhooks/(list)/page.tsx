import type { Metadata } from "next";
import { isPermitted } from "../../../_components/permitted.ts";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { readRole } from "../../../_queries/session.ts";
import { readEndpoints } from "../../../_queries/webhooks.ts";
import { WebhooksHeader } from "../_parts/webhooks-header.tsx";
import { EndpointTable } from "./endpoint-table.tsx";
import { GettingStarted } from "./getting-started.tsx";

export const metadata: Metadata = { title: "Webhooks" };

export default async function WebhooksPage() {
  const [endpoints, role] = await Promise.all([readEndpoints(), readRole()]);
  const mayWrite = isPermitted(role, "webhooks:write");
  const hasSome = endpoints.kind === "ok" && endpoints.value.length > 0;
  return (
    <>
      <WebhooksHeader active="endpoints" mayAdd={mayWrite && hasSome} />
      <div className="mt-4">
        {endpoints.kind === "problem" && <ProblemState problem={endpoints.problem} />}
        {endpoints.kind === "ok" && !hasSome && <GettingStarted mayWrite={mayWrite} />}
        {endpoints.kind === "ok" && hasSome && <EndpointTable endpoints={endpoints.value} />}
      </div>
    </>
  );
}
