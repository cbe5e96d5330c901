import type { ReactNode } from "react";
import type { AttemptView } from "#api/schemas/attempt";
import { attemptReasons, attemptResults, durationOf, resultOf } from "../attempt-words.ts";
import { classNames } from "../class-names.ts";
import { formatLatency, formatRelative } from "../duration.ts";
import { formatShortInstant } from "../instant.ts";
import { toneClasses } from "../status.ts";
import type { Lifeline } from "./build-lifeline.ts";
import { MarkShape } from "./lifeline-parts.tsx";

/** The attempt under the pointer or the keyboard, in words. */
export function AttemptReadout({ attempt, now }: { attempt: AttemptView; now: number }) {
  const result = resultOf(attempt);
  const { label, tone } = attemptResults[result];
  const took = durationOf(attempt);
  return (
    <div className="text-xs">
      <p className="flex flex-wrap items-center gap-x-2 text-muted">
        <MarkIcon result={result} />
        <span className={classNames("font-medium", toneClasses[tone].text)}>{label}</span>
        <span>{formatRelative(Date.parse(attempt.started_at), now)}</span>
        <span className="font-mono">{formatShortInstant(attempt.started_at)}</span>
        <span>{attemptReasons[attempt.reason].toLowerCase()}</span>
        {took !== null && <span>{formatLatency(took)}</span>}
        {attempt.http_status !== null && <span className="font-mono">HTTP {attempt.http_status}</span>}
      </p>
      <p className="mt-0.5 line-clamp-2 text-ink sm:line-clamp-1">{attempt.explanation ?? attempt.error ?? ""}</p>
    </div>
  );
}

export function MarkIcon({ result }: { result: keyof typeof attemptResults }) {
  return (
    <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden className="shrink-0">
      <MarkShape result={result} />
    </svg>
  );
}

/** What the shapes mean: only those that occur. */
export function Legend({ lifeline, id }: { lifeline: Lifeline; id: string }) {
  const shown = lifeline.marks.filter((mark) => mark.at >= lifeline.span.from);
  const results = [...new Set(shown.map((mark) => mark.result))];
  const hasAlarm = lifeline.tokens.some((bar) => bar.alarmFrom !== null && bar.to >= lifeline.span.from);
  const hasGap = lifeline.gaps.some((gap) => gap.kind !== "disconnected" && gap.to >= lifeline.span.from);
  return (
    <ul aria-label="Legend" className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
      {lifeline.tokens.length > 0 && (
        <LegendItem label="Token">
          <rect width="14" height="10" y="2" rx="1" className="fill-good-soft" />
          <rect width="14" height="10" y="2" rx="1" className="fill-good-solid" opacity="0.55" />
        </LegendItem>
      )}
      {hasAlarm && (
        <LegendItem label="Refresh window">
          <rect width="14" height="10" y="2" className="fill-good-soft" />
          <rect width="14" height="10" y="2" fill={`url(#${id}-hatch)`} />
        </LegendItem>
      )}
      {hasGap && (
        <LegendItem label="No token served">
          <rect width="14" height="10" y="2" className="fill-bad-soft" />
          <rect width="14" height="2" y="10" className="fill-bad-solid" />
        </LegendItem>
      )}
      {results.map((result) => (
        <li key={result} className="flex items-center gap-1.5">
          <MarkIcon result={result} />
          {attemptResults[result].label}
        </li>
      ))}
    </ul>
  );
}

function LegendItem({ label, children }: { label: string; children: ReactNode }) {
  return (
    <li className="flex items-center gap-1.5">
      <svg width="14" height="14" aria-hidden className="shrink-0">
        {children}
      </svg>
      {label}
    </li>
  );
}
