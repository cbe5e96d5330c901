import { assertNever } from "../assert-never.ts";
import { classNames } from "../class-names.ts";
import { attemptResults, type AttemptResult } from "../attempt-words.ts";
import { toneClasses } from "../status.ts";
import type { Gap, Lifeline, Mark, TokenBar } from "./build-lifeline.ts";
import type { Span } from "./choose-span.ts";

/** Where an instant lies in the picture, in per cent; may be outside 0 to 100. */
export function positionOf(at: number, span: Span): number {
  return ((at - span.from) / (span.to - span.from)) * 100;
}

function clamp(percent: number): number {
  return Math.min(100, Math.max(0, percent));
}

function stretch(from: number, to: number, span: Span): { x: string; width: string } | null {
  const start = clamp(positionOf(from, span));
  const end = clamp(positionOf(to, span));
  return end <= start ? null : { x: `${start}%`, width: `${end - start}%` };
}

/** Hatching for alarm windows and stripes for what is in doubt. `id` keeps several pictures on a page apart. */
export function Patterns({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={`${id}-hatch`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="2" height="6" className="fill-good-solid" opacity="0.75" />
      </pattern>
      <pattern id={`${id}-stripes`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
        <rect width="6" height="6" className="fill-warn-soft" />
        <rect width="3" height="6" className="fill-warn-solid" />
      </pattern>
      <pattern id={`${id}-gap`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="1.5" height="6" className="fill-bad-solid" opacity="0.55" />
      </pattern>
    </defs>
  );
}

type Row = { id: string; span: Span; y: number; height: number };

export function Bar({ bar, id, span, y, height }: Row & { bar: TokenBar }) {
  const whole = stretch(bar.from, bar.to, span);
  if (whole === null) return null;
  const alarm = bar.alarmFrom === null ? null : stretch(bar.alarmFrom, bar.to, span);
  const start = positionOf(bar.from, span);
  return (
    <g>
      <rect {...whole} y={y} height={height} className="fill-good-soft" />
      {alarm === null ? (
        <rect {...whole} y={y} height={height} className="fill-good-solid" opacity={bar.isCurrent ? 0.55 : 0.3} />
      ) : (
        <>
          <rect
            x={whole.x}
            width={`${Math.max(0, Number.parseFloat(alarm.x) - Number.parseFloat(whole.x))}%`}
            y={y}
            height={height}
            className="fill-good-solid"
            opacity={bar.isCurrent ? 0.55 : 0.3}
          />
          <rect {...alarm} y={y} height={height} fill={`url(#${id}-hatch)`} />
        </>
      )}
      {start >= 0 && start <= 100 && (
        <rect x={`${start}%`} y={y - 3} width="2" height={height + 6} className="fill-good-solid" />
      )}
      {bar.end === "expires" && positionOf(bar.to, span) <= 100 && (
        <svg x={whole.x} width={whole.width} y={y} height={height} overflow="visible">
          <rect x="100%" width="1" height={height} transform="translate(-1 0)" className="fill-good-solid" />
        </svg>
      )}
    </g>
  );
}

export function GapBar({ gap, id, span, y, height }: Row & { gap: Gap }) {
  const whole = stretch(gap.from, gap.to, span);
  if (whole === null) return null;
  if (gap.kind === "disconnected") {
    return <rect {...whole} y={y + height / 2 - 1} height="2" className="fill-none-solid" />;
  }
  return (
    <g>
      <rect {...whole} y={y} height={height} className="fill-bad-soft" />
      <rect {...whole} y={y} height={height} fill={`url(#${id}-gap)`} />
      <rect {...whole} y={y + height - 2} height="2" className="fill-bad-solid" />
    </g>
  );
}

/** The mark of one attempt, centred on its instant; nothing for what the bars already show. */
export function MarkShape({ result, size = 5 }: { result: AttemptResult; size?: number }) {
  const { tone, shape } = attemptResults[result];
  const fill = toneClasses[tone].fill;
  const text = classNames(toneClasses[tone].text, "stroke-current");
  switch (shape) {
    case "tick":
      return <circle r={size * 0.55} className={fill} />;
    case "hollow-dot":
      return <circle r={size - 1} strokeWidth="2" className={`fill-surface ${text}`} />;
    case "diamond":
      return (
        <rect
          x={-size + 1}
          y={-size + 1}
          width={size * 2 - 2}
          height={size * 2 - 2}
          transform="rotate(45)"
          className={fill}
        />
      );
    case "broken":
      return (
        <path
          d={`M${-size + 1} ${-size + 1}L${size - 1} ${size - 1}M${size - 1} ${-size + 1}L${-size + 1} ${size - 1}`}
          strokeWidth="2.25"
          strokeLinecap="round"
          className={`fill-none ${text}`}
        />
      );
    case "pause":
      return (
        <path
          d={`M${-size / 2} ${-size + 1}V${size - 1}M${size / 2} ${-size + 1}V${size - 1}`}
          strokeWidth="2.5"
          strokeLinecap="round"
          className={text}
        />
      );
    case "square":
      return <rect x={-size + 1} y={-size + 1} width={size * 2 - 2} height={size * 2 - 2} className={fill} />;
    case "stripes":
      return <circle r={size - 1} strokeWidth="2" strokeDasharray="2.5 2" className={`fill-warn-soft ${text}`} />;
    case "small-tick":
      return <circle r={size * 0.45} className={fill} />;
    case "ring":
      return <circle r={size - 1} strokeWidth="2" strokeDasharray="3 2" className={`fill-none ${text}`} />;
  }
  return assertNever(shape);
}

export function Bars({ lifeline, ...row }: Row & { lifeline: Lifeline }) {
  return (
    <>
      {lifeline.gaps.map((gap) => (
        <GapBar key={`gap${gap.from}`} gap={gap} {...row} />
      ))}
      {lifeline.tokens.map((bar) => (
        <Bar key={bar.from} bar={bar} {...row} />
      ))}
      {lifeline.marks
        .filter((mark) => mark.result === "in_doubt")
        .map((mark) => (
          <InDoubt key={mark.id} mark={mark} {...row} />
        ))}
    </>
  );
}

function InDoubt({ mark, id, span, y, height }: Row & { mark: Mark }) {
  const whole = stretch(mark.at, mark.until, span);
  return whole === null ? null : <rect {...whole} y={y} height={height} fill={`url(#${id}-stripes)`} />;
}
