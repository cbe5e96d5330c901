import { History as HistoryIcon } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import type { AccountView } from "#api/schemas/account";
import type { TimelineEntryView } from "#api/schemas/account-history";
import type { AttemptView } from "#api/schemas/attempt";
import { attemptReasons, attemptResults, durationOf, resultOf } from "../../../_components/attempt-words.ts";
import { formatLatency } from "../../../_components/duration.ts";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { eventWords } from "../../../_components/event-words.ts";
import { countOf } from "../../../_components/figures.ts";
import { formatShortInstant } from "../../../_components/instant.ts";
import { MarkIcon } from "../../../_components/lifeline/lifeline-readout.tsx";
import { Paging } from "../../../_components/paging.tsx";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { SectionHeading } from "../../../_components/section-heading.tsx";
import { StatusIcon } from "../../../_components/status-icon.tsx";
import { toneClasses, type Tone } from "../../../_components/status.ts";
import { Tab, Tabs } from "../../../_components/tabs.tsx";
import { readTimeline } from "../../../_queries/account.ts";
import { deliveryConditions } from "../../webhooks/_parts/delivery-words.ts";
import { kindWords, wordRecord, type TimelineKind } from "./timeline-words.ts";

type Props = {
  account: AccountView;
  kind: TimelineKind | undefined;
  cursor: string | undefined;
  /** Which kinds there are to be shown here. */
  kinds: readonly TimelineKind[];
};

/** Everything that happened to an account, newest first: what was tried, what it came to, who changed something, what was told. */
export async function Timeline({ account, kind, cursor, kinds }: Props) {
  const answer = await readTimeline(account.id, kind, cursor);
  const href = (query: { show?: string | undefined; cursor?: string | undefined }): string => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return `/accounts/${account.id}${given.length === 0 ? "" : `?${new URLSearchParams(given)}`}#timeline`;
  };
  return (
    <section aria-labelledby="timeline" className="scroll-mt-4">
      <SectionHeading id="timeline" title="Timeline" note="newest first" />
      <Tabs label="What is shown">
        <Tab href={href({})} isActive={kind === undefined}>
          All
        </Tab>
        {kinds.map((one) => (
          <Tab key={one} href={href({ show: one })} isActive={kind === one}>
            {kindWords[one].label}
          </Tab>
        ))}
      </Tabs>
      <div className="mt-3">
        {answer.kind === "problem" ? (
          <ProblemState problem={answer.problem} />
        ) : answer.value.data.length === 0 ? (
          <div className="card">
            <NothingYet account={account} kind={kind} isFirst={cursor === undefined} />
          </div>
        ) : (
          <>
            <ol aria-label="Timeline" className="@container card divide-y divide-line overflow-hidden">
              {answer.value.data.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </ol>
            <Paging
              label="Pages of the timeline"
              first={cursor === undefined ? null : { href: href({ show: kind }), label: "Newest" }}
              next={
                answer.value.next_cursor === null
                  ? null
                  : { href: href({ show: kind, cursor: answer.value.next_cursor }), label: "Older" }
              }
            />
          </>
        )}
      </div>
    </section>
  );
}

function NothingYet({
  account,
  kind,
  isFirst,
}: {
  account: AccountView;
  kind: TimelineKind | undefined;
  isFirst: boolean;
}) {
  if (!isFirst) {
    return (
      <EmptyState icon={HistoryIcon} title="Nothing older">
        What is older than its time is removed from here.
      </EmptyState>
    );
  }
  const isAttempt = kind === undefined || kind === "attempt";
  return (
    <EmptyState icon={HistoryIcon} title={kind === undefined ? "Nothing has happened yet" : kindWords[kind].none}>
      {isAttempt && account.refresh_due_at !== null && (
        <>
          The first refresh is due <RelativeTime at={account.refresh_due_at} parts={2} />.
        </>
      )}
      {isAttempt && account.refresh_due_at === null && "No refresh is scheduled."}
    </EmptyState>
  );
}

function Entry({ entry }: { entry: TimelineEntryView }) {
  if (entry.attempt !== null) return <AttemptEntry attempt={entry.attempt} />;
  if (entry.event !== null) return <EventEntry entry={entry} event={entry.event} />;
  if (entry.record === null) return null;
  const { look, title, more } = wordRecord(entry.record);
  const run = entry.record.action === "account_run.acted" ? entry.record.target : null;
  return (
    <Line
      at={entry.at}
      mark={<StatusIcon name={look.icon} className={toneClasses[look.tone].text} />}
      title={title}
      tone={look.tone}
    >
      {more !== null && <p className="text-muted">{more}</p>}
      {run !== null && (
        <Link href={`/accounts/runs/${run}`} prefetch={false} className={link}>
          The run
        </Link>
      )}
    </Line>
  );
}

const link =
  "inline-flex min-h-6 items-center underline decoration-line-strong underline-offset-3 hover:decoration-current pointer-coarse:min-h-11";

function AttemptEntry({ attempt }: { attempt: AttemptView }) {
  const result = resultOf(attempt);
  const { label, tone } = attemptResults[result];
  const took = durationOf(attempt);
  const facts = [
    attempt.waiters > 0 ? `${countOf(attempt.waiters, "request")} waited` : null,
    took === null ? null : formatLatency(took),
    attempt.http_status === null ? null : `HTTP ${attempt.http_status}`,
  ].filter((fact) => fact !== null);
  const said = [attempt.error, attempt.rule === null ? null : `rule ${attempt.rule}`].filter((part) => part !== null);
  return (
    <Line
      at={attempt.started_at}
      mark={<MarkIcon result={result} />}
      title={label}
      tone={tone}
      beside={[attemptReasons[attempt.reason], ...facts].join(" · ")}
    >
      <p className="wrap-anywhere">
        {attempt.explanation ?? (result === "running" ? "Waiting for the provider’s answer." : "")}
      </p>
      {said.length > 0 && <p className="font-mono text-xs wrap-anywhere text-subtle">{said.join(" · ")}</p>}
    </Line>
  );
}

type EventProps = { entry: TimelineEntryView; event: NonNullable<TimelineEntryView["event"]> };

function EventEntry({ entry, event }: EventProps) {
  const { title, tone } = eventWords[event.event_type];
  return (
    <Line
      at={entry.at}
      mark={<span aria-hidden className={`size-2 rounded-full ${toneClasses[tone].solid}`} />}
      title={title}
      tone="none"
      beside={`Event ${event.event_type}`}
    >
      {event.deliveries.length === 0 ? (
        <p className="text-subtle">No endpoint wants it.</p>
      ) : (
        <ul aria-label="Deliveries" className="flex flex-wrap gap-x-4 gap-y-1">
          {event.deliveries.map((delivery) => {
            const isRetried = delivery.status === "pending" && delivery.attempts > 0;
            const look = deliveryConditions[isRetried ? "retrying" : delivery.status];
            return (
              <li key={delivery.id} className="flex items-center gap-1.5">
                <StatusIcon name={look.icon} className={toneClasses[look.tone].text} />
                <span className={toneClasses[look.tone].text}>{look.label}</span>
                <span className="text-subtle">
                  {delivery.attempts > 1 && `after ${delivery.attempts} attempts `}
                  {delivery.next_attempt_at !== null && (
                    <>
                      again <RelativeTime at={delivery.next_attempt_at} />
                    </>
                  )}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      <Link href={`/webhooks/events/${entry.id}`} prefetch={false} className={link}>
        The event
      </Link>
    </Line>
  );
}

type LineProps = { at: string; mark: ReactNode; title: string; tone: Tone; beside?: string; children?: ReactNode };

function Line({ at, mark, title, tone, beside, children }: LineProps) {
  return (
    <li className="grid grid-cols-[16px_minmax(0,1fr)_auto] gap-x-3 gap-y-0.5 px-4 py-2.5 text-sm @3xl:grid-cols-[16px_minmax(0,1.5fr)_minmax(0,3fr)_auto]">
      <span className="grid h-5 place-items-center">{mark}</span>
      <div className="min-w-0">
        <p className={`font-medium ${tone === "none" ? "" : toneClasses[tone].text}`}>{title}</p>
        {beside !== undefined && <p className="text-xs leading-5 wrap-anywhere text-subtle">{beside}</p>}
      </div>
      <div className="min-w-0 @max-3xl:order-last @max-3xl:col-span-2 @max-3xl:col-start-2">{children}</div>
      <div className="text-right text-muted">
        <RelativeTime at={at} />
        <p className="font-mono text-xs whitespace-nowrap text-subtle @max-3xl:hidden">{formatShortInstant(at)}</p>
      </div>
    </li>
  );
}
