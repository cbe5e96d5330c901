"use client";

import type { ReactNode } from "react";
import {
  Area,
  Bar,
  BarChart,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { formatLatency } from "../../_components/duration.ts";
import { countOf, formatCount, formatShare } from "../../_components/figures.ts";
import { ChartTip, type TipRow } from "./chart-tip.tsx";
import { Budgets } from "./budgets.tsx";
import { timeTicks, wordTime } from "./time-ticks.ts";
import type { LoadData, TrendData } from "./trend-data.ts";

type Point = {
  at: number;
  refreshes: number;
  success: number | null;
  p50: number | null;
  p95: number | null;
  reauth: number | null;
};

const chartHeight = 168;
const axis = { fontSize: 11, fill: "var(--ink-subtle)" } as const;

export function DrawnCharts({ trend, load }: { trend: TrendData; load: LoadData | null }) {
  const points = trend.refreshes.map((refreshes, index): Point => ({
    at: trend.since + index * trend.stepSeconds * 1_000,
    refreshes,
    success: trend.success[index] ?? null,
    p50: trend.p50[index] ?? null,
    p95: trend.p95[index] ?? null,
    reauth: trend.reauth[index] ?? null,
  }));
  const successes = trend.success.filter((value) => value !== null);
  const asked = trend.p95.filter((value) => value !== null);
  const shares = trend.reauth.filter((value) => value !== null);
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
      <Card title="Refresh success" isEmpty={successes.length === 0} empty="Nothing was refreshed in this time.">
        <Chart
          points={points}
          stepSeconds={trend.stepSeconds}
          domain={[lowestShare(successes), 1]}
          word={formatShare}
          rows={(point) => [
            {
              name: "Success",
              value: point.success === null ? "–" : formatShare(point.success),
              colour: "var(--good-solid)",
            },
            { name: "Refreshes", value: formatCount(point.refreshes) },
          ]}
        >
          {line("success", "var(--good-solid)", points)}
        </Chart>
      </Card>
      <Card
        title="Latency of token endpoints"
        legend={[
          { name: "p95", colour: "var(--info-solid)" },
          { name: "p50", colour: "var(--info-solid)", isDashed: true },
        ]}
        isEmpty={asked.length === 0}
        empty="No provider was asked in this time."
      >
        <Chart
          points={points}
          stepSeconds={trend.stepSeconds}
          domain={[0, "auto"]}
          word={formatLatency}
          rows={(point) => [
            { name: "p95", value: point.p95 === null ? "–" : formatLatency(point.p95), colour: "var(--info-solid)" },
            { name: "p50", value: point.p50 === null ? "–" : formatLatency(point.p50), colour: "var(--info-solid)" },
          ]}
        >
          {line("p95", "var(--info-solid)", points)}
          {line("p50", "var(--info-solid)", points, "3 3")}
        </Chart>
      </Card>
      <Card
        title="Accounts to re-authorize"
        isEmpty={shares.length === 0}
        empty="Counted from now on; there is nothing to draw yet."
      >
        <Chart
          points={points}
          stepSeconds={trend.stepSeconds}
          domain={[0, highestShare(shares)]}
          word={formatShare}
          rows={(point) => [
            {
              name: "Share",
              value: point.reauth === null ? "–" : formatShare(point.reauth),
              colour: "var(--bad-solid)",
            },
          ]}
        >
          <Area
            dataKey="reauth"
            type="stepAfter"
            stroke="var(--bad-solid)"
            strokeWidth={1.5}
            fill="var(--bad-solid)"
            fillOpacity={0.1}
            isAnimationActive={false}
            activeDot={{ r: 3 }}
          />
        </Chart>
      </Card>
      <LoadCard load={load} />
    </div>
  );
}

const partColours = [
  "var(--accent)",
  "color-mix(in oklch, var(--accent) 62%, var(--surface))",
  "color-mix(in oklch, var(--accent) 34%, var(--surface))",
  "var(--none-solid)",
  "var(--line-strong)",
];

/** Who has refreshes due in the hour to come, and what their clients may ask for. */
function LoadCard({ load }: { load: LoadData | null }) {
  const parts = (load?.parts ?? []).map((part, index) => ({
    ...part,
    colour: partColours[index] ?? "var(--line-strong)",
  }));
  const steps = (parts[0]?.due ?? []).map((_n, step) => ({
    at: (load?.startsAt ?? 0) + step * (load?.stepSeconds ?? 0) * 1_000,
    ...Object.fromEntries(parts.map(({ due }, index) => [`part${index}`, due[step] ?? 0])),
  }));
  return (
    <Card
      title="Due in the next hour"
      legend={parts.map(({ name, colour }) => ({ name, colour }))}
      isEmpty={parts.length === 0}
      empty={
        load === null ? "A worker counts this once a minute; none did lately." : "No refresh is due in the next hour."
      }
      below={load === null ? null : <Budgets uses={load.budgets} />}
    >
      <ResponsiveContainer width="100%" height={chartHeight}>
        <BarChart data={steps} margin={{ top: 4, right: 4, bottom: 0, left: 0 }} barCategoryGap={3}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="at"
            tickFormatter={(at: number) => wordTime(at, 300)}
            tick={axis}
            tickLine={false}
            axisLine={{ stroke: "var(--line)" }}
            interval={2}
          />
          <YAxis
            width={44}
            tick={axis}
            tickLine={false}
            axisLine={false}
            allowDecimals={false}
            tickFormatter={formatCount}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: "var(--sunken)" }}
            content={({ active, label }) => {
              const step = steps.findIndex(({ at }) => at === label);
              if (active !== true || step === -1) return null;
              const rows = parts.map(({ name, due, colour }): TipRow => ({
                name,
                value: formatCount(due[step] ?? 0),
                colour,
              }));
              const all = parts.reduce((sum, { due }) => sum + (due[step] ?? 0), 0);
              return (
                <ChartTip
                  at={Number(label)}
                  stepSeconds={load?.stepSeconds ?? 300}
                  rows={[...rows, { name: "All", value: countOf(all, "refresh", "refreshes") }]}
                />
              );
            }}
          />
          {parts.map(({ name, colour }, index) => (
            <Bar
              key={name}
              dataKey={`part${index}`}
              name={name}
              stackId="due"
              fill={colour}
              isAnimationActive={false}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </Card>
  );
}

type Legend = { name: string; colour: string; isDashed?: boolean };

type CardProps = {
  title: string;
  legend?: Legend[];
  isEmpty: boolean;
  empty: string;
  below?: ReactNode;
  children: ReactNode;
};

function Card({ title, legend = [], isEmpty, empty, below, children }: CardProps) {
  return (
    <figure aria-label={title} className="min-w-0 overflow-x-clip card px-4 pt-3 pb-3">
      <figcaption className="mb-3 flex min-h-5 flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <span className="text-sm font-medium">{title}</span>
        {!isEmpty && (
          <span className="flex flex-wrap gap-x-3 text-xs text-muted">
            {legend.map(({ name, colour, isDashed = false }) => (
              <span key={name} className="inline-flex items-center gap-1.5">
                <svg width="12" height="8" aria-hidden>
                  <line
                    x1="0"
                    x2="12"
                    y1="4"
                    y2="4"
                    style={{ stroke: colour }}
                    strokeWidth={isDashed ? 1.5 : 3}
                    strokeDasharray={isDashed ? "3 2" : undefined}
                  />
                </svg>
                <span className="max-w-32 truncate">{name}</span>
              </span>
            ))}
          </span>
        )}
      </figcaption>
      {isEmpty ? (
        <p className="grid place-items-center text-sm text-subtle" style={{ height: chartHeight }}>
          {empty}
        </p>
      ) : (
        children
      )}
      {below}
    </figure>
  );
}

type ChartProps = {
  points: Point[];
  stepSeconds: number;
  domain: [number, number | "auto"];
  word: (value: number) => string;
  rows: (point: Point) => TipRow[];
  children: ReactNode;
};

function Chart({ points, stepSeconds, domain, word, rows, children }: ChartProps) {
  const [first, last] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  return (
    <ResponsiveContainer width="100%" height={chartHeight}>
      <ComposedChart data={points} margin={{ top: 4, right: 4, bottom: 0, left: 0 }}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="at"
          type="number"
          scale="time"
          domain={[first, last]}
          ticks={timeTicks(first, last)}
          tickFormatter={(at: number) => wordTime(at, last - first > 172_800_000 ? 86_400 : stepSeconds)}
          tick={axis}
          tickLine={false}
          axisLine={{ stroke: "var(--line)" }}
        />
        <YAxis
          width={56}
          domain={domain}
          tick={axis}
          tickLine={false}
          axisLine={false}
          tickCount={4}
          tickFormatter={word}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: "var(--line-strong)" }}
          content={({ active, label }) => {
            const point = points.find(({ at }) => at === label);
            return active === true && point !== undefined ? (
              <ChartTip at={point.at} stepSeconds={stepSeconds} rows={rows(point)} />
            ) : null;
          }}
        />
        {children}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

function line(key: "success" | "p50" | "p95", colour: string, points: Point[], dashes?: string) {
  return (
    <Line
      dataKey={key}
      type="linear"
      stroke={colour}
      strokeWidth={1.5}
      {...(dashes === undefined ? {} : { strokeDasharray: dashes })}
      isAnimationActive={false}
      activeDot={{ r: 3 }}
      // A value between two steps without one has no line to lie on.
      dot={({ cx, cy, index }: { cx?: number; cy?: number; index?: number }) => {
        const at = index ?? 0;
        const isAlone = points[at]?.[key] != null && points[at - 1]?.[key] == null && points[at + 1]?.[key] == null;
        return isAlone ? <circle key={at} cx={cx ?? 0} cy={cy ?? 0} r={2} fill={colour} /> : <g key={at} />;
      }}
    />
  );
}

/** From well below the worst, so that what is nearly all right is not drawn as a fall; the top is always 100 %. */
function lowestShare(values: readonly number[]): number {
  const least = Math.min(...values, 1);
  if (least >= 0.99) return 0.98;
  return least >= 0.9 ? 0.85 : least >= 0.5 ? 0.4 : 0;
}

function highestShare(values: readonly number[]): number {
  const most = Math.max(...values, 0);
  return [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((top) => most <= top * 0.9) ?? 1;
}
