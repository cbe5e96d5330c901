import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import { SectionHeading } from "../../../../_components/section-heading.tsx";
import type { ShownDocument } from "../../../../_queries/integration.ts";
import type { Answer } from "../../../../_queries/problem.ts";
import { quirkWords } from "../_parts/quirk-words.ts";

type Props = { document: ShownDocument; configuration: Answer<EnvironmentIntegrationView> };

/** What the definition tells people: how this provider differs, what is known about it, and where from. */
export function KnowledgeSection({ document: { notes, sources = [] }, configuration }: Props) {
  const quirks = configuration.kind === "ok" ? quirkWords(configuration.value.effective) : [];
  if (quirks.length === 0 && notes === undefined && sources.length === 0) return null;
  return (
    <section aria-labelledby="knowledge">
      <SectionHeading id="knowledge" title="What to know" note="from the definition" />
      <div className="card divide-y divide-line text-sm">
        {quirks.length > 0 && (
          <ul className="list-disc space-y-1 py-3 pr-4 pl-8 marker:text-subtle">
            {quirks.map((quirk) => (
              <li key={quirk}>{quirk}</li>
            ))}
          </ul>
        )}
        {notes !== undefined && <p className="px-4 py-3 wrap-anywhere whitespace-pre-line text-muted">{notes}</p>}
        {sources.length > 0 && (
          <details className="group px-4 py-2.5">
            <summary className="py-0.5 font-medium text-muted hover:text-ink">
              {sources.length === 1 ? "Its source" : `Its ${sources.length} sources`}
            </summary>
            <ol className="mt-1.5 list-decimal space-y-1 pl-5 marker:text-subtle">
              {sources.map((source) => (
                <li key={source}>
                  <SourceLink source={source} />
                </li>
              ))}
            </ol>
          </details>
        )}
      </div>
    </section>
  );
}

/** A definition may name anything; only what a browser opens as a page is a link. */
function SourceLink({ source }: { source: string }) {
  if (!/^https?:\/\//i.test(source)) return <span className="text-xs wrap-anywhere">{source}</span>;
  return (
    <a
      href={source}
      target="_blank"
      rel="noreferrer"
      className="text-xs wrap-anywhere text-accent underline decoration-line-strong underline-offset-3 hover:decoration-current"
    >
      {source}
    </a>
  );
}
