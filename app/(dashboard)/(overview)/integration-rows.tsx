import Link from "next/link";
import type { HealthView } from "#api/schemas/stats";
import { formatLatency } from "../../_components/duration.ts";
import { countOf, formatCount, formatShare } from "../../_components/figures.ts";
import { Monogram } from "../../_components/monogram.tsx";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { StatusBar } from "../../_components/status-bar.tsx";

type Integration = HealthView["integrations"][number];
type Props = { health: Integration[]; labels: Map<string, string> };

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,2.2fr)_minmax(0,3.2fr)_minmax(0,1fr)_minmax(0,1fr)_minmax(0,1.3fr)_minmax(0,2.2fr)] @3xl:items-center @3xl:gap-x-6";

/** Integrations as rows: accounts by status as one bar, and the refreshes of the last 24 hours. */
export function IntegrationRows({ health, labels }: Props) {
  const byTrouble = health.toSorted(
    (a, b) =>
      b.accounts.needs_reauth - a.accounts.needs_reauth ||
      (a.success_rate ?? 1) - (b.success_rate ?? 1) ||
      b.accounts.active - a.accounts.active ||
      a.integration_name.localeCompare(b.integration_name),
  );
  return (
    <section aria-labelledby="integrations" className="mt-8">
      <SectionHeading id="integrations" title="Integrations" note="refreshes of the last 24 hours" />
      <table aria-labelledby="integrations" className="block w-full card @container overflow-hidden">
        <thead className="hidden @3xl:block">
          <tr className={`h-9 border-b border-line px-4 text-xs font-medium text-subtle ${columns}`}>
            <th scope="col" className="text-left font-medium">
              Integration
            </th>
            <th scope="col" className="text-left font-medium">
              Accounts
            </th>
            <th scope="col" className="text-right font-medium">
              Refreshes
            </th>
            <th scope="col" className="text-right font-medium">
              Success
            </th>
            <th scope="col" className="text-right font-medium">
              p50 · p95
            </th>
            <th scope="col" className="text-left font-medium">
              Most frequent failure
            </th>
          </tr>
        </thead>
        <tbody className="block divide-y divide-line">
          {byTrouble.map((integration) => (
            <IntegrationRow
              key={integration.integration_name}
              integration={integration}
              label={labels.get(integration.integration_name) ?? integration.integration_name}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function IntegrationRow({ integration, label }: { integration: Integration; label: string }) {
  const { success_rate: success, latency_ms: latency } = integration;
  const failure = Object.entries(integration.failures).toSorted(([, a], [, b]) => b - a)[0];
  return (
    <tr className={`flex flex-col gap-2.5 px-4 py-3 text-sm @3xl:min-h-12 @3xl:py-2 ${columns}`}>
      <td className="flex min-w-0 items-center gap-2.5">
        <Monogram name={label} />
        <Link
          href={`/accounts?integration_name=${encodeURIComponent(integration.integration_name)}`}
          prefetch={false}
          className="truncate py-0.5 font-medium hover:underline"
        >
          {label}
        </Link>
      </td>
      <td>
        <StatusBar counts={integration.accounts} />
      </td>
      <Value name="Refreshes">{formatCount(integration.refreshes)}</Value>
      <Value name="Success">
        {success === null ? (
          <None />
        ) : (
          <span className={success < 0.95 ? "font-medium text-warn" : ""}>{formatShare(success)}</span>
        )}
      </Value>
      <Value name="p50 · p95">
        {latency.p50 === null || latency.p95 === null ? (
          <None />
        ) : (
          `${formatLatency(latency.p50)} · ${formatLatency(latency.p95)}`
        )}
      </Value>
      <td className="flex min-w-0 justify-between gap-4 @3xl:block">
        <span className="text-muted @3xl:hidden">Most frequent failure</span>
        {failure === undefined ? (
          <None />
        ) : (
          <span className="flex min-w-0 items-baseline gap-2" title={`${failure[0]}: ${countOf(failure[1], "time")}`}>
            <code className="truncate font-mono text-xs">{failure[0]}</code>
            <span className="shrink-0 text-xs text-muted">× {formatCount(failure[1])}</span>
          </span>
        )}
      </td>
    </tr>
  );
}

function Value({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <td className="flex justify-between gap-4 whitespace-nowrap @3xl:block @3xl:text-right">
      <span className="text-muted @3xl:hidden">{name}</span>
      <span>{children}</span>
    </td>
  );
}

function None() {
  return (
    <span className="text-subtle">
      <span aria-hidden>–</span>
      <span className="sr-only">none</span>
    </span>
  );
}
