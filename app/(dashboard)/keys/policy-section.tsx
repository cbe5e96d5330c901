import { Check } from "lucide-react";
import type { ApprovalView } from "#api/schemas/approval";
import type { SealingKeysView } from "#api/schemas/keys";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { policies } from "./key-words.ts";
import { PolicyChange } from "./policy-change.tsx";

type Props = { view: SealingKeysView; mayWrite: boolean; asked: ApprovalView[] };

/** What wraps the data keys of the accounts here, and what the other way would mean. */
export function PolicySection({ view, mayWrite, asked }: Props) {
  const isAsked = asked.some(({ kind }) => kind === "key.policy_change");
  const other = view.policy === "direct" ? "tenant" : "direct";
  return (
    <section aria-labelledby="policy" className="min-w-0">
      <SectionHeading id="policy" title="Sealing policy" />
      <div className="card overflow-hidden">
        <ul className="divide-y divide-line text-sm">
          {(["direct", "tenant"] as const).map((policy) => {
            const { name, tells, good, costs } = policies[policy];
            const isCurrent = policy === view.policy;
            return (
              <li key={policy} className="px-4 py-3" aria-current={isCurrent ? "true" : undefined}>
                <p className="flex items-center gap-2 font-medium">
                  {name}
                  {isCurrent && (
                    <span className="inline-flex h-5 items-center gap-1 rounded-full bg-good-soft px-2 text-xs text-good">
                      <Check size={12} aria-hidden />
                      In force
                    </span>
                  )}
                </p>
                <p className="mt-0.5">{tells}</p>
                <p className="mt-1 text-muted">{good}</p>
                <p className="text-muted">{costs}</p>
              </li>
            );
          })}
        </ul>
        {mayWrite && (
          <div className="no-print border-t border-line px-4 py-2.5">
            {isAsked ? (
              <p className="text-sm text-subtle">A change is asked for: see above.</p>
            ) : (
              <PolicyChange to={other} />
            )}
          </div>
        )}
      </div>
    </section>
  );
}
