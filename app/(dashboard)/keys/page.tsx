import type { Metadata } from "next";
import { PageHeader } from "../../_components/page-header.tsx";
import { isPermitted } from "../../_components/permitted.ts";
import { ProblemState } from "../../_components/problem-state.tsx";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { SummarySentence } from "../../_components/summary-sentence.tsx";
import { readApprovals } from "../../_queries/approvals.ts";
import { readFailures, readKeys } from "../../_queries/keys.ts";
import { readRole } from "../../_queries/session.ts";
import { ApprovalTable } from "../approvals/(list)/approval-table.tsx";
import { DrillSection } from "./drill-section.tsx";
import { KeyTable } from "./key-table.tsx";
import { judgeKeys } from "./key-words.ts";
import { PolicySection } from "./policy-section.tsx";
import { RewrapSection } from "./rewrap-section.tsx";

export const metadata: Metadata = { title: "Keys" };

export default async function KeysPage() {
  const [answer, approvals, role] = await Promise.all([readKeys(), readApprovals({ state: "open" }), readRole()]);
  if (answer.kind === "problem") {
    return (
      <>
        <PageHeader title="Keys" />
        <ProblemState problem={answer.problem} />
      </>
    );
  }
  const keys = answer.value;
  const { tone, says, next } = judgeKeys(keys);
  const [run] = keys.runs;
  const failures = run === undefined || run.failed === 0 ? [] : await readFailures(run.id);
  const mayWrite = isPermitted(role, "keys:write");
  // What can't be read of requests must not keep the keys from showing.
  const asked =
    approvals.kind === "ok"
      ? approvals.value.data.filter(({ kind }) => kind.startsWith("key.") || kind === "tenant.delete_key")
      : [];
  return (
    <>
      <PageHeader title="Keys" />
      <SummarySentence tone={tone} lead={says} rest={next} />
      {asked.length > 0 && (
        <section aria-labelledby="asked" className="mt-8">
          <SectionHeading id="asked" title="Asked for" note="each needs a second person" />
          <ApprovalTable name="Requests about keys" approvals={asked} />
        </section>
      )}
      <section aria-labelledby="versions" className="mt-8">
        <SectionHeading id="versions" title="Versions" note="of this environment, in the key service" />
        <KeyTable view={keys} mayWrite={mayWrite} asked={asked} />
      </section>
      <div className="mt-8">
        <RewrapSection view={keys} mayWrite={mayWrite} asked={asked} failures={failures} />
      </div>
      <div className="mt-8 grid items-start gap-x-6 gap-y-8 lg:grid-cols-2">
        <PolicySection view={keys} mayWrite={mayWrite} asked={asked} />
        <DrillSection mayRun={mayWrite} />
      </div>
    </>
  );
}
