import type { ReactNode } from "react";
import { formatLatency } from "../../_components/duration.ts";
import { countOf, formatCount, formatShare } from "../../_components/figures.ts";
import type { Totals } from "./wellness.ts";

/** Four figures, each with what it is measured against. */
export function Figures({ totals, labels }: { totals: Totals; labels: Map<string, string> }) {
  const { accounts, live, refreshes, successRate, slowest } = totals;
  return (
    <dl className="card mt-6 grid grid-cols-2 overflow-hidden lg:grid-cols-4">
      <Figure label="Active accounts" value={formatCount(accounts.active)}>
        of {formatCount(live)}
        {accounts.connecting > 0 && `, ${formatCount(accounts.connecting)} waiting`}
      </Figure>
      <Figure label="To re-authorize" value={formatCount(accounts.needs_reauth)}>
        {live === 0 ? "no accounts" : `${formatShare(accounts.needs_reauth / live)} of accounts`}
      </Figure>
      <Figure label="Refresh success" value={successRate === null ? "–" : formatShare(successRate)}>
        {refreshes === 0 ? "none in the last 24 h" : `${countOf(refreshes, "refresh", "refreshes")} in 24 h`}
      </Figure>
      <Figure label="Slowest p95" value={slowest === null ? "–" : formatLatency(slowest.p95)}>
        {slowest === null ? "none in the last 24 h" : (labels.get(slowest.integrationName) ?? slowest.integrationName)}
      </Figure>
    </dl>
  );
}

function Figure({ label, value, children }: { label: string; value: string; children: ReactNode }) {
  return (
    <div className="-mt-px -ml-px flex min-w-0 flex-col border-t border-l border-line px-4 py-3.5">
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="mt-1 text-2xl font-semibold tracking-tight">{value}</dd>
      <dd className="mt-0.5 text-xs text-balance text-subtle">{children}</dd>
    </div>
  );
}
