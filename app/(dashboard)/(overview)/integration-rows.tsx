import { CircleSlash, Hourglass, OctagonPause } from "lucide-react";
import Link from "next/link";
import type { IntegrationOverview } from "#api/schemas/overview";
import { formatLatency } from "../../_components/duration.ts";
import { countOf, formatCount, formatShare } from "../../_components/figures.ts";
import { Monogram } from "../../_components/monogram.tsx";
import { RelativeTime } from "../../_components/relative-time.tsx";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { StatusBar } from "../../_components/status-bar.tsx";
import { breakerWords } from "./breaker-words.ts";
import { DueStrip } from "./due-strip.tsx";
import { sinceWords } from "./wellness.ts";

type Props = { integrations: IntegrationOverview[]; labels: Map<string, string>; now: string; window: string };

const columns =
  "@4xl:grid @4xl:grid-cols-[minmax(0,2fr)_minmax(0,3.4fr)_minmax(0,1.2fr)_minmax(0,1.6fr)_218px_minmax(0,2.4fr)] @4xl:items-center @4xl:gap-x-6";

/** Integrations as rows, those in trouble first: accounts by status, how refreshes went, what is due, and what comes. */
export function IntegrationRows({ integrations, labels, now, window }: Props) {
  const byTrouble = integrations.toSorted(
    (a, b) =>
      affected(b) - affected(a) ||
      b.accounts.held - a.accounts.held ||
      b.accounts.needs_reauth - a.accounts.needs_reauth ||
      (a.success_rate ?? 1) - (b.success_rate ?? 1) ||
      b.accounts.active - a.accounts.active ||
      a.integration_name.localeCompare(b.integration_name),
  );
  return (
    <section aria-labelledby="integrations" className="mt-8">
      <SectionHeading id="integrations" title="Integrations" note={`refreshes of ${window}`} />
      <table aria-labelledby="integrations" className="@container block w-full card overflow-hidden">
        <thead className="hidden @4xl:block">
          <tr className={`h-9 border-b border-line px-4 text-xs font-medium text-subtle ${columns}`}>
            {["Integration", "Accounts", "Success", "p50 · p95", "Due in the next hour", "What to know"].map((head) => (
              <th key={head} scope="col" className="text-left font-medium">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="block divide-y divide-line">
          {byTrouble.map((integration) => (
            <Row
              key={integration.integration_name}
              integration={integration}
              label={labels.get(integration.integration_name) ?? integration.integration_name}
              now={now}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function affected({ breakers }: IntegrationOverview): number {
  return breakers.reduce((sum, { accounts }) => sum + accounts + 1, 0);
}

function Row({ integration, label, now }: { integration: IntegrationOverview; label: string; now: string }) {
  const { success_rate: success, latency_ms: latency, refreshes } = integration;
  return (
    <tr className={`flex flex-col gap-2.5 px-4 py-3 text-sm @4xl:min-h-14 @4xl:py-2.5 ${columns}`}>
      <td className="flex min-w-0 items-center gap-2.5">
        <Monogram name={label} />
        <Link
          href={`/integrations/${encodeURIComponent(integration.integration_name)}`}
          prefetch={false}
          className="truncate py-0.5 font-medium hover:underline"
        >
          {label}
        </Link>
      </td>
      <td>
        <StatusBar counts={integration.accounts} />
      </td>
      <Value name="Success">
        {success === null ? (
          <None />
        ) : (
          <>
            <span className={success < 0.95 ? "font-medium text-warn" : ""}>{formatShare(success)}</span>
            <span className="ml-1.5 text-xs text-subtle @4xl:ml-0 @4xl:block">of {formatCount(refreshes)}</span>
          </>
        )}
      </Value>
      <Value name="p50 · p95">
        {latency.p50 === null || latency.p95 === null ? (
          <None />
        ) : (
          `${formatLatency(latency.p50)} · ${formatLatency(latency.p95)}`
        )}
      </Value>
      <td className="flex items-center justify-between gap-4 @4xl:block">
        <span className="text-muted @4xl:hidden">Next hour</span>
        <DueStrip due={integration.due} budget={integration.budget} />
      </td>
      <td className="min-w-0">
        <News integration={integration} now={now} />
      </td>
    </tr>
  );
}

/** What is out of the ordinary, or comes: an open breaker, what most attempts failed with, grants that end. */
function News({ integration, now }: { integration: IntegrationOverview; now: string }) {
  const { breakers, failures, cliff } = integration;
  const [worst] = failures;
  if (breakers.length === 0 && worst === undefined && cliff === null) {
    // Without the head of a column nobody would know what there is none of.
    return (
      <span className="hidden @4xl:inline">
        <None />
      </span>
    );
  }
  return (
    <ul className="flex flex-col gap-1 text-xs">
      {breakers.map((breaker) => (
        <li key={breaker.cause} className="flex min-w-0 gap-1.5">
          <OctagonPause
            size={14}
            aria-hidden
            className={`mt-px shrink-0 ${breaker.cause === "client" ? "text-bad" : "text-warn"}`}
          />
          <span className="min-w-0">
            <span className="font-medium">{breakerWords[breaker.cause].short}</span> since{" "}
            {sinceWords(breaker.opened_at, now)}
            {breaker.probe_at !== null && (
              <span className="text-muted">
                , asks <RelativeTime at={breaker.probe_at} />
              </span>
            )}
          </span>
        </li>
      ))}
      {breakers.length === 0 && worst !== undefined && (
        <li className="flex min-w-0 gap-1.5" title={worst.meaning ?? undefined}>
          <CircleSlash size={14} aria-hidden className="mt-px shrink-0 text-subtle" />
          <span className="flex min-w-0 gap-1">
            <span className="sr-only">Most frequent failure: </span>
            <code className="truncate font-mono">{worst.rule ?? worst.outcome}</code>
            <span className="shrink-0 text-muted">× {formatCount(worst.attempts)}</span>
          </span>
        </li>
      )}
      {cliff !== null && (
        <li className="flex min-w-0 gap-1.5">
          <Hourglass size={14} aria-hidden className="mt-px shrink-0 text-warn" />
          <span>
            {countOf(cliff.accounts, "grant ends", "grants end")} <RelativeTime at={cliff.at} />
          </span>
        </li>
      )}
    </ul>
  );
}

function Value({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <td className="flex justify-between gap-4 whitespace-nowrap @4xl:block">
      <span className="text-muted @4xl:hidden">{name}</span>
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
