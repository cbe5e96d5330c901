import { CircleCheck } from "lucide-react";
import type { IntegrationOverview } from "#api/schemas/overview";
import { attemptResults } from "../../_components/attempt-words.ts";
import { formatCount } from "../../_components/figures.ts";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { toneClasses } from "../../_components/status.ts";
import { gatherReasons } from "./gather-reasons.ts";

type Props = { integrations: IntegrationOverview[]; labels: Map<string, string>; window: string };

const shown = 6;

/** Why refreshes failed, most first: in words, by the rule that decided, and whose they were. */
export function FailureReasons({ integrations, labels, window }: Props) {
  const reasons = gatherReasons(integrations);
  const most = reasons[0]?.attempts ?? 0;
  return (
    <section aria-labelledby="failures" className="flex min-w-0 scroll-mt-16 flex-col">
      <SectionHeading id="failures" title="Why refreshes failed" note={window} />
      {reasons.length === 0 ? (
        <p className="flex items-center gap-2 card px-4 py-3 text-sm text-muted">
          <CircleCheck size={16} aria-hidden className="text-good" />
          None failed.
        </p>
      ) : (
        <ol className="card divide-y divide-line">
          {reasons.slice(0, shown).map((reason) => {
            const { tone, label } = attemptResults[reason.outcome];
            return (
              <li key={`${reason.outcome} ${reason.rule}`} className="px-4 py-3 text-sm">
                <div className="flex items-baseline justify-between gap-4">
                  <p className="min-w-0">{reason.meaning ?? `${label}.`}</p>
                  <span className="shrink-0 font-medium">{formatCount(reason.attempts)}</span>
                </div>
                <div aria-hidden className="mt-2 h-1 rounded-full bg-sunken">
                  <div
                    className={`h-1 min-w-1 rounded-full ${toneClasses[tone].solid}`}
                    style={{ width: `${(reason.attempts / most) * 100}%` }}
                  />
                </div>
                <p className="mt-1.5 flex flex-wrap gap-x-2 text-xs text-subtle">
                  <span className={toneClasses[tone].text}>{label}</span>
                  {reason.rule !== null && <code className="font-mono">{reason.rule}</code>}
                  <span className="wrap-anywhere">
                    {reason.integrations
                      .slice(0, 3)
                      .map(({ name, attempts }) => `${labels.get(name) ?? name} ${formatCount(attempts)}`)
                      .join(" · ")}
                    {reason.integrations.length > 3 && ` · ${reason.integrations.length - 3} more`}
                  </span>
                </p>
              </li>
            );
          })}
          {reasons.length > shown && (
            <li className="px-4 py-2.5 text-xs text-subtle">
              {formatCount(reasons.slice(shown).reduce((sum, { attempts }) => sum + attempts, 0))} more, of{" "}
              {reasons.length - shown} other reasons
            </li>
          )}
        </ol>
      )}
    </section>
  );
}
