import Link from "next/link";
import type { ReactNode } from "react";
import type { OverviewView } from "#api/schemas/overview";
import { formatDuration, formatLatency } from "../../_components/duration.ts";
import { countOf, formatCount, formatCounted, formatShare } from "../../_components/figures.ts";
import { SectionHeading } from "../../_components/section-heading.tsx";

type Props = { overview: OverviewView; window: string };

const lateSeconds = 300;

/** What waits: alarms that rang, deliveries of events; and whether events arrive. */
export function Standing({ overview, window }: Props) {
  const { backlog, webhooks, token_reads: reads } = overview;
  const endpoints = webhooks.working + webhooks.failing + webhooks.disabled;
  const problems = Object.entries(reads.problems).toSorted(([, a], [, b]) => b - a);
  return (
    <section aria-labelledby="standing" className="flex min-w-0 scroll-mt-16 flex-col">
      <SectionHeading id="standing" title="What waits, what arrives" note={window} />
      <dl className="card divide-y divide-line text-sm">
        <Row name="Refreshes that are late" tone={backlog.oldest_seconds >= lateSeconds ? "text-bad" : ""}>
          {backlog.overdue === 0
            ? "none"
            : `${formatCounted(backlog.overdue)}, the oldest by ${formatDuration(backlog.oldest_seconds, 1)}`}
        </Row>
        <Row name="Waiting behind a breaker">
          {backlog.behind_breakers === 0
            ? "none"
            : `${formatCounted(backlog.behind_breakers)} ${backlog.behind_breakers === 1 ? "account" : "accounts"}`}
        </Row>
        <Row name="Token requests">
          {reads.count === 0 ? (
            "none"
          ) : (
            <>
              {formatCount(reads.count)}
              {reads.served_share !== null && <Note>{formatShare(reads.served_share)} got a valid token</Note>}
              {problems.length > 0 && (
                <Note>
                  without:{" "}
                  {problems
                    .slice(0, 3)
                    .map(([code, n]) => `${code} ${formatCount(n)}`)
                    .join(", ")}
                  {problems.length > 3 && ", …"}
                </Note>
              )}
            </>
          )}
        </Row>
        <Row name="Webhook endpoints" tone={webhooks.failing > 0 || webhooks.given_up > 0 ? "text-warn" : ""}>
          {endpoints === 0 ? (
            <Link href="/webhooks" prefetch={false} className="font-medium text-accent hover:underline">
              none yet: add one
            </Link>
          ) : (
            <Link href="/webhooks" prefetch={false} className="hover:underline">
              {[
                webhooks.working > 0 && `${formatCount(webhooks.working)} working`,
                webhooks.failing > 0 && `${formatCount(webhooks.failing)} failing`,
                webhooks.disabled > 0 && `${formatCount(webhooks.disabled)} off`,
              ]
                .filter((one) => one !== false)
                .join(", ")}
            </Link>
          )}
        </Row>
        <Row name="Deliveries">
          {webhooks.attempts === 0
            ? "no attempt"
            : `${formatCount(webhooks.delivered)} of ${countOf(webhooks.attempts, "attempt")} taken`}
          {webhooks.latency_ms.p95 !== null && <Note>p95 {formatLatency(webhooks.latency_ms.p95)}</Note>}
          {(webhooks.due > 0 || webhooks.retrying > 0) && (
            <Note>
              {formatCounted(webhooks.due)} due
              {webhooks.oldest_seconds > 60 && ` since ${formatDuration(webhooks.oldest_seconds, 1)}`},{" "}
              {formatCounted(webhooks.retrying)} tried again later
            </Note>
          )}
        </Row>
      </dl>
    </section>
  );
}

function Row({ name, tone = "", children }: { name: string; tone?: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap justify-between gap-x-6 gap-y-0.5 px-4 py-2.5">
      <dt className="text-muted">{name}</dt>
      <dd className={`ml-auto min-w-0 text-right ${tone}`}>{children}</dd>
    </div>
  );
}

function Note({ children }: { children: ReactNode }) {
  return <span className="block text-xs text-subtle">{children}</span>;
}
