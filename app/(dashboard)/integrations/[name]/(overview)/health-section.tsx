import Link from "next/link";
import type { ReactNode } from "react";
import { Callout } from "../../../../_components/callout.tsx";
import { formatLatency } from "../../../../_components/duration.ts";
import { countOf, formatCount, formatShare } from "../../../../_components/figures.ts";
import { SectionHeading } from "../../../../_components/section-heading.tsx";
import { toneClasses } from "../../../../_components/status.ts";
import type { IntegrationHealth } from "../../../../_queries/catalogue.ts";
import { failureWords } from "../_parts/failure-words.ts";

type Figures = IntegrationHealth | "unread" | null;
type Props = { name: string; day: Figures; hour: Figures };

/** The last day in four figures, and what failed in it, in words. */
export function HealthSection({ name, day: dayOrNot, hour: hourOrNot }: Props) {
  if (dayOrNot === "unread" || hourOrNot === "unread") return <UnreadHealth />;
  const [day, hour] = [dayOrNot, hourOrNot];
  const failures = Object.entries(day?.failures ?? {}).toSorted(([, one], [, other]) => other - one);
  const refreshes = day?.refreshes ?? 0;
  return (
    <section aria-labelledby="health">
      <SectionHeading id="health" title="Health" note="refreshes of the last 24 hours" />
      <dl className="card grid grid-cols-2 divide-line max-md:gap-y-3 max-md:p-3 md:grid-cols-4 md:divide-x">
        <Figure name="Success" note={countOf(refreshes, "refresh", "refreshes")}>
          {day?.success_rate == null ? null : (
            <span className={day.success_rate < 0.95 ? "text-warn" : ""}>{formatShare(day.success_rate)}</span>
          )}
        </Figure>
        <Figure name="Rate" note="in the last hour">
          {hour === null ? null : `${formatCount(hour.refreshes)} /h`}
        </Figure>
        <Figure name="Half are faster than" note="at the token endpoint">
          {day?.latency_ms.p50 == null ? null : formatLatency(day.latency_ms.p50)}
        </Figure>
        <Figure name="95 % are faster than" note="at the token endpoint">
          {day?.latency_ms.p95 == null ? null : formatLatency(day.latency_ms.p95)}
        </Figure>
      </dl>
      {failures.length > 0 && (
        <div className="mt-3 card">
          <h3 className="border-b border-line px-4 py-2 text-xs font-medium text-subtle">What failed</h3>
          <ul className="divide-y divide-line">
            {failures.map(([code, count]) => (
              <Failure key={code} name={name} code={code} count={count} refreshes={refreshes} />
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function UnreadHealth() {
  return (
    <section aria-labelledby="health">
      <SectionHeading id="health" title="Health" />
      <div role="alert">
        <Callout tone="warn" title="How it does could not be read">
          Refreshes may well be failing. This page tries again by itself.
        </Callout>
      </div>
    </section>
  );
}

function Figure({ name, note, children }: { name: string; note: string; children: ReactNode }) {
  return (
    <div className="flex flex-col px-1 md:px-4 md:py-3">
      <dt className="text-xs text-subtle">{name}</dt>
      <dd className="text-lg font-semibold tracking-tight">
        {children ?? (
          <span className="text-subtle">
            <span aria-hidden>–</span>
            <span className="sr-only">nothing to tell</span>
          </span>
        )}
      </dd>
      <dd className="text-xs text-subtle">{note}</dd>
    </div>
  );
}

type FailureProps = { name: string; code: string; count: number; refreshes: number };

function Failure({ name, code, count, refreshes }: FailureProps) {
  const { label, tone, means, next } = failureWords(code);
  const share = refreshes === 0 ? 0 : Math.min(1, count / refreshes);
  const action = actions[code];
  return (
    <li className="grid gap-x-6 gap-y-1 px-4 py-3 text-sm md:grid-cols-[minmax(0,13rem)_minmax(0,1fr)]">
      <div className="flex min-w-0 items-baseline justify-between gap-3 md:block">
        <p className={`font-medium ${toneClasses[tone].text}`}>{label}</p>
        <p className="text-xs text-subtle">
          {formatCount(count)} × <code className="font-mono">{code}</code>
        </p>
        <span aria-hidden className="mt-1.5 hidden h-1 overflow-hidden rounded-full bg-sunken md:block">
          <span
            className={`block h-full ${toneClasses[tone].solid}`}
            style={{ width: `${Math.max(2, share * 100)}%` }}
          />
        </span>
      </div>
      <div className="min-w-0">
        <p>{means}</p>
        <p className="text-muted">{next}</p>
        {action !== undefined && (
          <Link
            href={action.href(name)}
            prefetch={false}
            className="inline-block py-1 font-medium text-accent hover:underline"
          >
            {action.label}
          </Link>
        )}
      </div>
    </li>
  );
}

const actions: Readonly<Record<string, { href: (name: string) => string; label: string }>> = {
  rate_limited: { href: (name) => `/integrations/${name}/values?q=perMinute`, label: "Set a budget" },
  reauthorize: {
    href: (name) => `/accounts?status=needs_reauth&integration_name=${name}`,
    label: "Accounts that need re-authorization",
  },
  held: { href: (name) => `/accounts?hold=true&integration_name=${name}`, label: "Accounts that are held" },
  client_misconfigured: { href: () => "#client", label: "To the OAuth client" },
};
