import { CircleSlash } from "lucide-react";
import type { Metadata } from "next";
import { Breadcrumb } from "../../../../_components/breadcrumb.tsx";
import { ButtonLink } from "../../../../_components/button.tsx";
import { isPermitted } from "../../../../_components/permitted.ts";
import { PlainPage } from "../../../../_components/plain-page.tsx";
import { ProblemState } from "../../../../_components/problem-state.tsx";
import { readRole } from "../../../../_queries/session.ts";
import { readEndpoint } from "../../../../_queries/webhooks.ts";
import { EditEndpoint } from "./edit-endpoint.tsx";

export const metadata: Metadata = { title: "Edit endpoint" };

export default async function EditEndpointPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const [answer, role] = await Promise.all([readEndpoint(id), readRole()]);
  if (!isPermitted(role, "webhooks:write")) {
    return (
      <PlainPage icon={CircleSlash} title="Your role may not change endpoints" inside>
        <p>An owner or an operator of this installation can.</p>
        <ButtonLink href={`/webhooks/${id}`}>Show the endpoint</ButtonLink>
      </PlainPage>
    );
  }
  return (
    <div className="mx-auto max-w-3xl">
      <Breadcrumb
        steps={[
          { href: "/webhooks", label: "Webhooks" },
          ...(answer.kind === "ok" ? [{ href: `/webhooks/${id}`, label: answer.value.url }] : []),
        ]}
      />
      <h1 className="mb-5 text-xl font-semibold tracking-tight">Edit endpoint</h1>
      {answer.kind === "problem" ? <ProblemState problem={answer.problem} /> : <EditEndpoint endpoint={answer.value} />}
    </div>
  );
}
