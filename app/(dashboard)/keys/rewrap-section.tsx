import type { ApprovalView } from "#api/schemas/approval";
import { Callout } from "../../_components/callout.tsx";
import { countOf, formatCount } from "../../_components/figures.ts";
import { RelativeTime } from "../../_components/relative-time.tsx";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { StatusMark } from "../../_components/status-mark.tsx";
import type { KeysView, RewrapView } from "../../_queries/keys.ts";
import { rewrapStates, wordProgress } from "./key-words.ts";
import { PaceSelect, RewrapButtons, StartRewrap } from "./rewrap-actions.tsx";

type Props = { view: KeysView; mayWrite: boolean; asked: ApprovalView[] };

/** The run that brings everything under the current key: how far, how fast, how long, and what came of it. */
export function RewrapSection({ view, mayWrite, asked }: Props) {
  const { runs, keys } = view;
  const [run] = runs;
  const left = keys.reduce((sum, key) => (key.state === "current" ? sum : sum + key.sealed), 0);
  const isOver = run === undefined || run.state === "done" || run.state === "stopped";
  const isAsked = asked.some(({ kind }) => kind === "key.rewrap_start");
  return (
    <section aria-labelledby="rewrap">
      <SectionHeading id="rewrap" title="Re-wrap" note="brings what is sealed under the current key" />
      <div className="card overflow-hidden">
        {run === undefined ? (
          <p className="px-4 py-3.5 text-sm text-muted">
            There was none yet. It wraps each data key anew, without opening a value; tokens are served and refreshed
            meanwhile, and it goes on where it stopped.
          </p>
        ) : (
          <Run run={run} />
        )}
        {mayWrite && (
          <div className="no-print flex flex-wrap items-center gap-2 border-t border-line px-4 py-2.5">
            {isOver ? (
              isAsked ? (
                <p className="text-sm text-subtle">A re-wrap is asked for: see above.</p>
              ) : (
                <StartRewrap left={left} />
              )
            ) : (
              <>
                <RewrapButtons run={run} />
                <span className="grow max-sm:hidden" />
                <PaceSelect run={run} />
              </>
            )}
          </div>
        )}
      </div>
    </section>
  );
}

function Run({ run }: { run: RewrapView }) {
  const share = run.total === 0 ? 1 : Math.min(1, (run.done + run.failed) / run.total);
  // Cut, not rounded: what is not all done must not read as 100 %.
  const percent = Math.floor(share * 100);
  const isLive = run.state === "running" || run.state === "paused";
  return (
    <div className="px-4 py-3.5 text-sm">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <StatusMark condition={rewrapStates[run.state]} remark={wordProgress(run)} />
        <span className="text-muted">
          {formatCount(run.done)} of {formatCount(run.total)}
        </span>
      </div>
      <progress aria-label="Re-wrapped" max={100} value={percent} className="sr-only">
        {percent} %
      </progress>
      <div aria-hidden className="mt-2.5 h-2 overflow-hidden rounded-full bg-sunken">
        <span
          className={`block h-full rounded-full ${run.state === "paused" ? "bg-warn-solid" : run.state === "stopped" ? "bg-none-solid" : "bg-accent"}`}
          style={{ width: `${share * 100}%` }}
        />
      </div>
      <dl className="mt-3.5 grid gap-x-6 gap-y-2.5 sm:grid-cols-2 lg:grid-cols-4">
        <Figure name="To">
          <code className="font-mono text-xs wrap-anywhere">{run.to}</code>
        </Figure>
        <Figure name="From">
          <code className="font-mono text-xs wrap-anywhere">{run.from.length === 0 ? "–" : run.from.join(", ")}</code>
        </Figure>
        <Figure name={isLive ? "Pace" : "Values"}>
          {isLive ? wordPace(run) : `${formatCount(run.done)} re-wrapped`}
        </Figure>
        <Figure name="Sample">{wordSample(run)}</Figure>
        <Figure name="Started">
          <RelativeTime at={run.started_at} parts={2} />
        </Figure>
        <Figure name="Ended">
          {run.finished_at === null ? (
            <span className="text-subtle">not yet</span>
          ) : (
            <RelativeTime at={run.finished_at} parts={2} />
          )}
        </Figure>
        <Figure name="Sealed meanwhile">
          {run.anew === 0
            ? "nothing under an old key"
            : countOf(run.anew, "value under an old key", "values under an old key")}
        </Figure>
        <Figure name="Don’t open">
          {run.failed === 0 ? "none" : <span className="text-bad">{formatCount(run.failed)}</span>}
        </Figure>
      </dl>
      {run.failed > 0 && (
        <Callout tone="bad" title={`${countOf(run.failed, "value does", "values do")} not open`} className="mt-3.5">
          They were altered or moved, or their key is gone. They stay as they are; the audit log names each.
        </Callout>
      )}
      {run.last_error !== null && (
        <Callout tone="warn" title="It could not go on for a moment" className="mt-3.5">
          {run.last_error}
        </Callout>
      )}
    </div>
  );
}

function wordPace(run: RewrapView): string {
  const limit = run.pace === null ? "no limit" : `at most ${formatCount(run.pace)} a second`;
  return run.rate === null || run.state === "paused"
    ? limit
    : `${formatCount(Math.round(run.rate))} a second, ${limit}`;
}

function wordSample({ sample, sample_opened: opened, state }: RewrapView): string {
  if (sample === null || opened === null) return state === "done" || state === "stopped" ? "none" : "opened at the end";
  if (sample === 0) return "nothing to open";
  return opened === sample
    ? `all ${formatCount(sample)} opened`
    : `${formatCount(opened)} of ${formatCount(sample)} opened`;
}

function Figure({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex min-w-0 justify-between gap-4 sm:block">
      <dt className="shrink-0 text-xs leading-5 text-subtle">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}
