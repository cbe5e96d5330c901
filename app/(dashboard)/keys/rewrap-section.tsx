import type { ApprovalView } from "#api/schemas/approval";
import type { RewrapFailureView, RewrapRunView, SealingKeysView } from "#api/schemas/keys";
import Link from "next/link";
import { Callout } from "../../_components/callout.tsx";
import { countOf, formatCount } from "../../_components/figures.ts";
import { RelativeTime } from "../../_components/relative-time.tsx";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { StatusMark } from "../../_components/status-mark.tsx";
import { countLeft, failureReasons, isLive, lookOfRun, wordProgress } from "./key-words.ts";
import { RewrapControls, StartRewrap } from "./rewrap-actions.tsx";

type Props = {
  view: SealingKeysView;
  mayWrite: boolean;
  asked: ApprovalView[];
  /** Of the newest run. */
  failures: readonly RewrapFailureView[];
};

/** The run that brings everything under the current key: how far, how fast, how long, and what came of it. */
export function RewrapSection({ view, mayWrite, asked, failures }: Props) {
  const { runs } = view;
  const [run] = runs;
  const isAsked = asked.some(({ kind }) => kind === "key.rewrap_start");
  return (
    <section aria-labelledby="rewrap">
      <SectionHeading id="rewrap" title="Re-wrap" note="moves what other keys seal to the current one" />
      <div className="card overflow-hidden">
        {run === undefined ? (
          <p className="px-4 py-3.5 text-sm text-muted">
            There was none yet. It wraps each data key anew, without opening a value; tokens are served and refreshed
            meanwhile, and it goes on where it stopped.
          </p>
        ) : (
          <Run run={run} failures={failures} />
        )}
        {mayWrite && (
          <div className="no-print flex flex-wrap items-center gap-2 border-t border-line px-4 py-2.5">
            {run !== undefined && isLive(run) ? (
              <RewrapControls run={run} />
            ) : isAsked ? (
              <p className="text-sm text-subtle">A re-wrap is asked for: see above.</p>
            ) : (
              <StartRewrap left={countLeft(view)} />
            )}
          </div>
        )}
      </div>
    </section>
  );
}

function Run({ run, failures }: { run: RewrapRunView; failures: readonly RewrapFailureView[] }) {
  const share = run.total === 0 ? 1 : Math.min(1, (run.done + run.failed) / run.total);
  // Cut, not rounded: what is not all done must not read as 100 %.
  const percent = Math.floor(share * 100);
  return (
    <div className="px-4 py-3.5 text-sm">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <StatusMark condition={lookOfRun(run)} remark={wordProgress(run)} />
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
          {run.everything && <span className="block text-muted">everything, under the newest version</span>}
        </Figure>
        <Figure name="From">
          <code className="font-mono text-xs wrap-anywhere">{run.from.length === 0 ? "–" : run.from.join(", ")}</code>
        </Figure>
        <Figure name={isLive(run) ? "Pace" : "Values"}>
          {isLive(run) ? wordPace(run) : `${formatCount(run.done)} re-wrapped`}
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
          They were altered or moved, or their key is disabled or gone. They stay as they are.
          <FailureList failures={failures} total={run.failed} />
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

const failuresShown = 10;

/** Where they stand: whoever looks into it needs no other call for the first ones. */
function FailureList({ failures, total }: { failures: readonly RewrapFailureView[]; total: number }) {
  if (failures.length === 0) return null;
  const shown = failures.slice(0, failuresShown);
  return (
    <ul aria-label="What does not open" className="mt-2 space-y-1">
      {shown.map((one) => (
        <li key={`${one.place} ${one.owner} ${one.field} ${one.version}`} className="wrap-anywhere">
          {one.place === "credential" ? (
            <Link href={`/accounts/${one.owner}`} className="font-mono text-xs font-medium text-accent hover:underline">
              {one.owner}
            </Link>
          ) : (
            <code className="font-mono text-xs">
              {one.owner} {one.field}
            </code>
          )}{" "}
          <span className="text-muted">
            under {one.key_id}: {failureReasons[one.reason]}
          </span>
        </li>
      ))}
      {total > shown.length && <li className="text-muted">and {formatCount(total - shown.length)} more</li>}
    </ul>
  );
}

function wordPace(run: RewrapRunView): string {
  const limit = run.pace === null ? "no limit" : `at most ${formatCount(run.pace)} a second`;
  return run.rate === null || run.state === "paused"
    ? limit
    : `${formatCount(Math.round(run.rate))} a second, ${limit}`;
}

function wordSample(run: RewrapRunView): string {
  const { sample, sample_opened: opened } = run;
  if (sample === null || opened === null) return isLive(run) ? "opened at the end" : "none";
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
