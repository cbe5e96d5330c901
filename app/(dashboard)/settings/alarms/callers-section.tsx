import type { AnomalyPolicyView } from "#api/schemas/anomaly";
import { SectionHeading } from "../../../_components/section-heading.tsx";
import { wordCallerPolicy } from "./alarm-words.ts";
import { CallerDialog, type CallerName } from "./caller-dialog.tsx";

type Props = { policies: AnomalyPolicyView["callers"]; known: readonly CallerName[]; mayWrite: boolean };

/** Single callers, and how each differs from the rest. */
export function CallersSection({ policies, known, mayWrite }: Props) {
  const nameOf = (id: string): string => known.find((one) => one.id === id)?.name ?? id;
  const entries = Object.entries(policies);
  const others = known.filter(({ id }) => !Object.hasOwn(policies, id));
  return (
    <section aria-labelledby="callers" className="mt-8">
      <SectionHeading id="callers" title="Set apart" note="single callers">
        {mayWrite && others.length > 0 && <CallerDialog caller={null} callers={others} policy={{}} />}
      </SectionHeading>
      {entries.length === 0 ? (
        <p className="card px-4 py-4 text-sm text-muted">
          None: every caller is judged by the rules above and by its own past.
        </p>
      ) : (
        <ul className="card divide-y divide-line">
          {entries.map(([id, policy]) => (
            <li key={id} className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 px-4 py-2.5 text-sm">
              <div className="min-w-0">
                <p className="font-medium wrap-anywhere">{nameOf(id)}</p>
                <p className="text-muted">{wordCallerPolicy(policy)}.</p>
              </div>
              {mayWrite && <CallerDialog caller={{ id, name: nameOf(id) }} callers={[]} policy={policy} />}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
