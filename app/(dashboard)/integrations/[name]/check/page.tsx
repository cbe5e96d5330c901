import type { Metadata } from "next";
import { isPermitted } from "../../../../_components/permitted.ts";
import { ProblemState } from "../../../../_components/problem-state.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { SectionHeading } from "../../../../_components/section-heading.tsx";
import { toneClasses } from "../../../../_components/status.ts";
import { readChecks, readEntry } from "../../../../_queries/integration.ts";
import { readRole } from "../../../../_queries/session.ts";
import { CheckPanel } from "../../_check/check-panel.tsx";
import { runWords } from "../../_check/check-words.ts";
import { IntegrationHeader } from "../_parts/integration-header.tsx";

type Props = { params: Promise<{ name: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const entry = await readEntry((await params).name);
  return { title: `Check of ${entry.kind === "ok" ? entry.value.label : "an integration"} · Integrations` };
}

export default async function CheckPage({ params }: Props) {
  const { name } = await params;
  const [entry, checks, role] = await Promise.all([readEntry(name), readChecks(name), readRole()]);
  if (entry.kind === "problem") {
    return (
      <>
        <h1 className="sr-only">Check</h1>
        <ProblemState problem={entry.problem} />
      </>
    );
  }
  if (checks.kind === "problem") {
    return (
      <>
        <IntegrationHeader entry={entry.value} active="/check" />
        <div className="mt-5">
          <ProblemState problem={checks.problem} />
        </div>
      </>
    );
  }
  const [latest = null, ...earlier] = checks.value.data;
  return (
    <>
      <IntegrationHeader entry={entry.value} active="/check" />
      <div className="mt-4 flex flex-col gap-5">
        <p className="max-w-3xl text-sm text-muted">
          The definition is tried on an engine and a PostgreSQL of its own, against a provider on the worker&apos;s
          machine that does what providers do: it loses answers, forgets refresh tokens, sends pages instead of JSON.
          Nothing is sent to {entry.value.label}, and no account is touched.
        </p>
        <CheckPanel
          key={latest?.id ?? "none"}
          name={name}
          label={entry.value.label}
          initial={latest}
          how={checks.value.how}
          mayStart={isPermitted(role, "integrations:write") && entry.value.format !== null}
        />
        {earlier.length > 0 && (
          <section aria-labelledby="earlier">
            <SectionHeading id="earlier" title="Earlier checks" note="kept for 30 days" />
            <ul className="card divide-y divide-line text-sm">
              {earlier.map((run) => {
                const { tone, title } = runWords(run);
                return (
                  <li key={run.id} className="flex flex-wrap items-baseline justify-between gap-x-4 px-4 py-2.5">
                    <span className={toneClasses[tone].text}>{title}</span>
                    <span className="text-xs text-subtle">
                      <RelativeTime at={run.created_at} />
                      {!run.in_force && ", of a definition that was sent"}
                    </span>
                  </li>
                );
              })}
            </ul>
          </section>
        )}
      </div>
    </>
  );
}
