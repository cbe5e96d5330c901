import { History as HistoryIcon } from "lucide-react";
import type { AccountView } from "#api/schemas/account";
import type { AttemptView } from "#api/schemas/attempt";
import { attemptReasons, attemptResults, durationOf, resultOf } from "../../../_components/attempt-words.ts";
import { classNames } from "../../../_components/class-names.ts";
import { formatLatency } from "../../../_components/duration.ts";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { countOf } from "../../../_components/figures.ts";
import { MarkIcon } from "../../../_components/lifeline/lifeline-readout.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { toneClasses } from "../../../_components/status.ts";

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,0.9fr)_minmax(0,1.1fr)_minmax(0,1.2fr)_64px_52px_minmax(0,3.4fr)] @3xl:items-start @3xl:gap-x-4";

/** Every call to the token endpoint, with the reason, the answer and what was decided. */
export function AttemptsTable({ attempts, account }: { attempts: AttemptView[]; account: AccountView }) {
  if (attempts.length === 0) {
    return (
      <div className="card">
        <EmptyState icon={HistoryIcon} title="No refresh has been needed yet">
          {account.refresh_due_at === null ? (
            "None is scheduled either."
          ) : (
            <>
              The first one is due <RelativeTime at={account.refresh_due_at} parts={2} />.
            </>
          )}
        </EmptyState>
      </div>
    );
  }
  return (
    <table aria-labelledby="attempts" className="block w-full @container card overflow-hidden">
      <thead className="hidden @3xl:block">
        <tr className={`px-4 py-2.5 text-xs font-medium text-subtle ${columns}`}>
          <th scope="col" className="text-left font-medium">
            When
          </th>
          <th scope="col" className="text-left font-medium">
            Outcome
          </th>
          <th scope="col" className="text-left font-medium">
            Why it ran
          </th>
          <th scope="col" className="text-right font-medium">
            Took
          </th>
          <th scope="col" className="text-right font-medium">
            HTTP
          </th>
          <th scope="col" className="text-left font-medium">
            What was decided
          </th>
        </tr>
      </thead>
      <tbody className="block divide-y divide-line @3xl:border-t @3xl:border-line">
        {attempts.map((attempt) => (
          <AttemptRow key={attempt.id} attempt={attempt} />
        ))}
      </tbody>
    </table>
  );
}

function AttemptRow({ attempt }: { attempt: AttemptView }) {
  const result = resultOf(attempt);
  const { label, tone } = attemptResults[result];
  const took = durationOf(attempt);
  return (
    <tr className={`flex flex-wrap gap-x-3 gap-y-1 px-4 py-2.5 text-sm ${columns}`}>
      <td className="order-2 text-muted @3xl:order-none">
        <RelativeTime at={attempt.started_at} />
      </td>
      <td
        className={classNames("order-1 flex items-start gap-1.5 font-medium @3xl:order-none", toneClasses[tone].text)}
      >
        <span className="grid h-5 shrink-0 place-items-center">
          <MarkIcon result={result} />
        </span>
        {label}
      </td>
      <td className="order-4 basis-full text-muted @3xl:order-none">
        {attemptReasons[attempt.reason]}
        {attempt.waiters > 0 && `, ${countOf(attempt.waiters, "request")} waited`}
      </td>
      <td className="order-2 text-muted @3xl:order-none @3xl:text-right">
        {took === null ? "–" : formatLatency(took)}
      </td>
      <td className="order-2 font-mono text-xs leading-5 text-muted @3xl:order-none @3xl:text-right">
        {attempt.http_status === null ? (
          <span className="@max-3xl:hidden">–</span>
        ) : (
          <HttpStatus status={attempt.http_status} />
        )}
      </td>
      <td className="order-5 min-w-0 basis-full wrap-anywhere @3xl:order-none">
        {attempt.explanation ?? (result === "running" ? "Waiting for the provider's answer." : "–")}
        {(attempt.error !== null || attempt.rule !== null) && (
          <span className="block font-mono text-xs wrap-anywhere text-subtle">
            {[attempt.error, attempt.rule === null ? null : `rule ${attempt.rule}`]
              .filter((part) => part !== null)
              .join(" · ")}
          </span>
        )}
      </td>
    </tr>
  );
}

function HttpStatus({ status }: { status: number }) {
  return (
    <>
      <span className="@3xl:hidden">HTTP </span>
      {status}
    </>
  );
}
