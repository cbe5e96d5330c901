import type { ApprovalView } from "#api/schemas/approval";
import { Fact, InstantFact } from "../../../_components/facts.tsx";
import { SectionHeading } from "../../../_components/section-heading.tsx";
import { kindWords, personName } from "../_parts/approval-words.ts";

export function ApprovalFactList({ approval }: { approval: ApprovalView }) {
  const words = kindWords[approval.kind];
  return (
    <section aria-labelledby="facts" className="min-w-0">
      <SectionHeading id="facts" title="Facts" />
      <dl className="card divide-y divide-line text-sm">
        <Fact name="What">{words.name}</Fact>
        <Fact name={words.subject}>
          <code className="font-mono text-xs wrap-anywhere">{approval.subject}</code>
        </Fact>
        <PersonFact name="Asked by" person={approval.requested_by} />
        <InstantFact name="Asked" at={approval.requested_at} none="–" />
        <Fact name="Reason">
          {approval.reason === null ? (
            <span className="text-subtle">None given</span>
          ) : (
            <span className="wrap-anywhere">{approval.reason}</span>
          )}
        </Fact>
        {approval.waits_until !== null && <InstantFact name="Not before" at={approval.waits_until} none="–" />}
        {approval.approved_by !== null && <PersonFact name="Approved by" person={approval.approved_by} />}
        {approval.approved_at !== null && <InstantFact name="Approved" at={approval.approved_at} none="–" />}
        {approval.ended_by !== null && <PersonFact name="Ended by" person={approval.ended_by} />}
        {approval.ended_at === null ? (
          <InstantFact name="Over by" at={approval.expires_at} none="–" />
        ) : (
          <InstantFact name="Ended" at={approval.ended_at} none="–" />
        )}
      </dl>
    </section>
  );
}

function PersonFact({ name, person }: { name: string; person: ApprovalView["requested_by"] }) {
  return (
    <Fact name={name}>
      <span className="wrap-anywhere">{personName(person)}</span>
      {person.email !== null && person.name !== null && (
        <span className="block text-xs wrap-anywhere text-subtle">{person.email}</span>
      )}
    </Fact>
  );
}
