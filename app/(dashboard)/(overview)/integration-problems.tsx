import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { IntegrationOverview } from "#api/schemas/overview";
import { countOf } from "../../_components/figures.ts";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { toneClasses } from "../../_components/status.ts";
import type { TroubledIntegration } from "../../_queries/integrations.ts";

type Props = {
  integrations: TroubledIntegration[];
  health: Pick<IntegrationOverview, "integration_name" | "accounts">[];
};

/** Definitions that nothing is asked with, each in the API's own words: what is wrong, and what to do. */
export function IntegrationProblems({ integrations, health }: Props) {
  if (integrations.length === 0) return null;
  const live = new Map(
    health.map(({ integration_name: name, accounts }) => [
      name,
      accounts.active + accounts.needs_reauth + accounts.connecting,
    ]),
  );
  return (
    <section aria-labelledby="integration-problems" className="mt-8 scroll-mt-16">
      <SectionHeading id="integration-problems" title="Integrations to mend" />
      <ul className="card divide-y divide-line">
        {integrations.map(({ name, label, problem }) => {
          const accounts = live.get(name) ?? 0;
          return (
            <li key={name} className="flex gap-2.5 px-4 py-3 text-sm">
              <TriangleAlert size={16} aria-hidden className={`mt-0.5 shrink-0 ${toneClasses.warn.text}`} />
              <div className="min-w-0">
                <p className="font-medium wrap-anywhere">
                  <Link href={`/integrations/${encodeURIComponent(name)}`} prefetch={false} className="hover:underline">
                    {label}
                  </Link>
                </p>
                <p className="mt-0.5 max-w-3xl wrap-anywhere text-muted">{sentence(problem)}</p>
                {accounts > 0 && (
                  <Link
                    href={`/accounts?integration_name=${encodeURIComponent(name)}`}
                    prefetch={false}
                    className="inline-block py-1 font-medium text-accent hover:underline"
                  >
                    {countOf(accounts, "account")} of {label}
                  </Link>
                )}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Problems of the API are parts of a sentence. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
