import type { Metadata } from "next";
import type { ApprovalView } from "#api/schemas/approval";
import { Breadcrumb } from "../../../_components/breadcrumb.tsx";
import { CodeBlock } from "../../../_components/code-block.tsx";
import { CopyButton } from "../../../_components/copy-button.tsx";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { SectionHeading } from "../../../_components/section-heading.tsx";
import { readApproval } from "../../../_queries/approvals.ts";
import { ApprovalExplanation, ApprovalStatus } from "../_parts/approval-status.tsx";
import { ApprovalActions } from "./approval-actions.tsx";
import { ApprovalChanges } from "./approval-changes.tsx";
import { ApprovalFactList } from "./approval-facts.tsx";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const approval = await readApproval((await params).id);
  return { title: approval.kind === "ok" ? `${approval.value.summary} · Approvals` : "Request for approval" };
}

export default async function ApprovalPage({ params }: Props) {
  const answer = await readApproval((await params).id);
  if (answer.kind === "problem") {
    return (
      <>
        <h1 className="sr-only">Request for approval</h1>
        <ProblemState problem={answer.problem} />
      </>
    );
  }
  const approval = answer.value;
  return (
    <>
      <Breadcrumb steps={[{ href: "/approvals", label: "Approvals" }]} />
      <header className="mb-5">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 text-xl leading-7 font-semibold tracking-tight wrap-anywhere">{approval.summary}</h1>
          <ApprovalStatus approval={approval} variant="pill" />
        </div>
        <p className="flex flex-wrap items-center gap-x-4 text-sm text-muted">
          <span className="inline-flex items-center gap-1">
            <code className="font-mono text-xs">{approval.id}</code>
            <CopyButton text={approval.id} label="Copy the request's id" />
          </span>
        </p>
      </header>

      <ApprovalActions approval={approval}>
        <ApprovalExplanation approval={approval} />
      </ApprovalActions>

      <div className="mt-8 grid items-start gap-x-6 gap-y-8 lg:grid-cols-[minmax(0,8fr)_minmax(0,5fr)]">
        <div className="flex min-w-0 flex-col gap-8">
          <Consequences approval={approval} />
          <ApprovalChanges changes={approval.changes} />
          <Parameters approval={approval} />
        </div>
        <ApprovalFactList approval={approval} />
      </div>
    </>
  );
}

function Consequences({ approval }: { approval: ApprovalView }) {
  if (approval.consequences.length === 0) return null;
  return (
    <section aria-labelledby="consequences">
      <SectionHeading id="consequences" title="What follows from it" note="as it was when it was asked" />
      <ul className="card list-disc space-y-1.5 py-3.5 pr-4 pl-8 text-sm marker:text-subtle">
        {approval.consequences.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </section>
  );
}

function Parameters({ approval }: { approval: ApprovalView }) {
  return (
    <section aria-labelledby="parameters">
      <SectionHeading id="parameters" title="Exactly what is carried out" />
      <details className="group card overflow-hidden">
        <summary className="flex min-h-10 list-none items-center justify-between gap-4 px-4 py-2 text-sm -outline-offset-2 hover:bg-sunken">
          <span className="min-w-0">
            <span className="group-open:hidden">Show the parameters</span>
            <span className="hidden group-open:inline">Parameters</span>
          </span>
          <code className="min-w-0 truncate font-mono text-xs text-subtle" title={approval.parameters_hash}>
            SHA-256 {approval.parameters_hash.slice(0, 16)}…
          </code>
        </summary>
        <div className="border-t border-line">
          <CodeBlock label="Parameters" code={JSON.stringify(approval.parameters, null, 2)} />
        </div>
      </details>
    </section>
  );
}
