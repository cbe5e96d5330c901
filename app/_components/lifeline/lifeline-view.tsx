"use client";

/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a <select> cannot hold a picture */

import { useId, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { AttemptView } from "#api/schemas/attempt";
import { attemptReasons, attemptResults, resultOf } from "../attempt-words.ts";
import { useNow } from "../clock.tsx";
import { formatRelative } from "../duration.ts";
import { formatShortInstant } from "../instant.ts";
import type { Lifeline } from "./build-lifeline.ts";
import { AttemptReadout, Legend } from "./lifeline-readout.tsx";
import { Axis } from "./lifeline-axis.tsx";
import { Bars, MarkShape, Patterns, positionOf } from "./lifeline-parts.tsx";
import { summaryOf } from "./lifeline-strip.tsx";

const barY = 34;
const barHeight = 24;
const height = 92;

/** One account's life on a time axis. Hover or focus names an attempt; arrow keys move along it. */
export function LifelineView({ lifeline, attempts }: { lifeline: Lifeline; attempts: AttemptView[] }) {
  const id = useId();
  const now = useNow();
  const [activeId, setActiveId] = useState<string | null>(null);
  const { span } = lifeline;
  const marks = lifeline.marks.filter((mark) => mark.at >= span.from && mark.at <= span.to);
  const activeIndex = marks.findIndex((mark) => mark.id === activeId);
  const active = attempts.find((attempt) => attempt.id === activeId) ?? null;
  const nowX = Math.min(100, positionOf(now, span));

  const move = (event: KeyboardEvent) => {
    const last = marks.length - 1;
    const from = activeIndex === -1 ? last + 1 : activeIndex;
    const target = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") setActiveId(null);
    if (target === undefined || last < 0) return;
    event.preventDefault();
    setActiveId(marks[Math.min(last, Math.max(0, target))]?.id ?? null);
  };
  const pointAt = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 100;
    let nearest: { id: string; distance: number } | null = null;
    for (const mark of marks) {
      const distance = Math.abs(positionOf(mark.at, span) - x);
      if (nearest === null || distance < nearest.distance) nearest = { id: mark.id, distance };
    }
    setActiveId(nearest === null || nearest.distance > 4 ? null : nearest.id);
  };

  return (
    <div>
      <div
        role="listbox"
        tabIndex={0}
        aria-label={`Lifeline. ${summaryOf(lifeline)}`}
        aria-orientation="horizontal"
        aria-activedescendant={activeIndex === -1 ? undefined : `${id}-${activeId}`}
        onKeyDown={move}
        onFocus={() => setActiveId((current) => current ?? marks.at(-1)?.id ?? null)}
        onBlur={() => setActiveId(null)}
        onPointerMove={pointAt}
        onPointerDown={pointAt}
        onPointerLeave={() => setActiveId(null)}
        className="touch-pan-y rounded-md outline-offset-2"
      >
        <svg width="100%" height={height} aria-hidden className="block overflow-visible">
          <Patterns id={id} />
          <Axis span={span} y={barY + barHeight + 10} />
          <rect width="100%" y={barY} height={barHeight} rx="2" className="fill-sunken" />
          <Bars lifeline={lifeline} id={id} span={span} y={barY} height={barHeight} />
          {marks.map((mark) => (
            <svg key={mark.id} x={`${positionOf(mark.at, span)}%`} overflow="visible">
              {(mark.result !== "refreshed" || mark.id === activeId) && (
                <rect x="-0.5" y="20" width="1" height={barY - 20 + barHeight} className="fill-line-strong" />
              )}
              <g transform="translate(0 14)">
                {mark.id === activeId && <circle r="10" className="fill-sunken stroke-line-strong" />}
                <MarkShape result={mark.result} />
              </g>
            </svg>
          ))}
          <svg x={`${nowX}%`} overflow="visible">
            <rect x="-0.5" y="24" width="1" height={barHeight + 20} className="fill-ink" />
            <path d="M-3.5 22h7L0 27z" className="fill-ink" />
          </svg>
        </svg>
        {marks.map((mark) => {
          const attempt = attempts.find((known) => known.id === mark.id);
          if (attempt === undefined) return null;
          return (
            <div
              key={mark.id}
              id={`${id}-${mark.id}`}
              role="option"
              aria-selected={mark.id === activeId}
              className="sr-only"
            >
              {attemptResults[resultOf(attempt)].label}, {formatRelative(mark.at, now)}, {formatShortInstant(mark.at)}{" "}
              UTC. {attemptReasons[attempt.reason]}. {attempt.explanation}
            </div>
          );
        })}
      </div>
      <div className="mt-3 min-h-28 border-t border-line pt-3 sm:min-h-14">
        {active === null ? <Legend lifeline={lifeline} id={id} /> : <AttemptReadout attempt={active} now={now} />}
      </div>
    </div>
  );
}
