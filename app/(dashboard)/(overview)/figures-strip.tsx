import { ArrowDown, ArrowRight, ArrowUp } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import type { OverviewView, SeriesView } from "#api/schemas/overview";
import { Sparkline } from "../../_components/charts/sparkline.tsx";
import { classNames } from "../../_components/class-names.ts";
import { formatDuration, formatLatency } from "../../_components/duration.ts";
import { countOf, formatCount, formatShare, mostCounted } from "../../_components/figures.ts";
import { nextHourWords } from "./next-hour.ts";
import { windows, type Window } from "./window.ts";

type Props = { overview: OverviewView; series: SeriesView | null; window: Window };

/** Four figures, each with how it went and what it was in the window before. */
export function Figures({ overview, series, window }: Props) {
  const { accounts, needs_reauth: reauth, refreshes, token_reads: reads, backlog, integrations } = overview;
  const points = series?.points ?? [];
  return (
    <dl className="card mt-6 grid overflow-hidden sm:grid-cols-2 xl:grid-cols-4">
      <Figure
        label="To re-authorize"
        href={accounts.needs_reauth === 0 ? null : "/accounts?status=needs_reauth"}
        value={reauth.share === null ? null : formatShare(reauth.share)}
        line={points.map((point) => point.needs_reauth_share)}
        change={{ now: reauth.share, before: reauth.share_before, word: formatShare, isMoreWorse: true, least: 0.0001 }}
      >
        {countOf(accounts.needs_reauth, "account")} of {formatCount(accounts.active + accounts.needs_reauth)}
      </Figure>
      <Figure
        label="Refresh success"
        href={null}
        value={refreshes.success_rate === null ? null : formatShare(refreshes.success_rate)}
        line={points.map((point) => point.success_rate)}
        change={{
          now: refreshes.success_rate,
          before: refreshes.success_rate_before,
          word: formatShare,
          isMoreWorse: false,
          least: 0.0001,
        }}
      >
        {refreshes.count === 0 ? `none in ${windows[window].words}` : countOf(refreshes.count, "refresh", "refreshes")}
      </Figure>
      <Figure
        label="Token wait, p95"
        href={null}
        value={reads.wait_p95_ms === null ? null : formatLatency(reads.wait_p95_ms)}
        line={points.map((point) => point.token_wait_p95_ms)}
        change={{
          now: reads.wait_p95_ms,
          before: reads.wait_p95_before_ms,
          word: formatLatency,
          isMoreWorse: true,
          least: 50,
        }}
      >
        {reads.count === 0
          ? `no token reads in ${windows[window].words}`
          : reads.waited === 0
            ? `none of ${countOf(reads.count, "read")} waited`
            : `${formatCount(reads.waited)} of ${countOf(reads.count, "read")} waited`}
      </Figure>
      <Figure
        label="Backlog"
        href={null}
        value={backlog.overdue >= mostCounted ? `> ${formatCount(mostCounted)}` : formatCount(backlog.overdue)}
        line={[]}
        tone={backlog.oldest_seconds >= 300 ? "text-bad" : ""}
      >
        {backlog.overdue > 0 && `oldest late by ${formatDuration(backlog.oldest_seconds, 1)}, `}
        {nextHourWords(integrations)}
      </Figure>
    </dl>
  );
}

type Change = {
  now: number | null;
  before: number | null;
  word: (value: number) => string;
  isMoreWorse: boolean;
  /** A smaller difference is none. */
  least: number;
};

type FigureProps = {
  label: string;
  href: string | null;
  /** Null: there is nothing to tell. */
  value: string | null;
  line: readonly (number | null)[];
  change?: Change;
  tone?: string;
  children: ReactNode;
};

function Figure({ label, href, value, line, change, tone = "", children }: FigureProps) {
  return (
    <div className="-mt-px -ml-px flex min-w-0 flex-col border-t border-l border-line px-4 py-3.5">
      <dt className="text-sm text-muted">
        {href === null ? (
          label
        ) : (
          <Link href={href} prefetch={false} className="hover:text-ink hover:underline">
            {label}
          </Link>
        )}
      </dt>
      <dd className="mt-1 flex min-h-8 items-center justify-between gap-4">
        <span className={classNames("text-2xl font-semibold tracking-tight", tone)}>{value ?? "–"}</span>
        <Sparkline values={line} className="text-subtle" />
      </dd>
      <dd className="mt-0.5 flex flex-wrap gap-x-2 text-xs text-subtle">
        {change !== undefined && <ChangeWords {...change} />}
        <span className="text-balance">{children}</span>
      </dd>
    </div>
  );
}

/** What it was before, with an arrow for where it went; in colour where that is for the worse. */
function ChangeWords({ now, before, word, isMoreWorse, least }: Change) {
  if (now === null || before === null) return null;
  const difference = now - before;
  const isSame = Math.abs(difference) < least;
  const Arrow = isSame ? ArrowRight : difference > 0 ? ArrowUp : ArrowDown;
  const isWorse = !isSame && difference > 0 === isMoreWorse;
  return (
    <span
      className={classNames(
        "inline-flex items-center gap-0.5 whitespace-nowrap",
        isWorse ? "font-medium text-warn" : !isSame && "text-good",
      )}
    >
      <Arrow size={12} aria-hidden />
      {isSame ? "as before" : `${difference > 0 ? "up" : "down"} from ${word(before)}`}
    </span>
  );
}
