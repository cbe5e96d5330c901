import type { IntegrationOverview, SeriesView } from "#api/schemas/overview";

/** A series as it goes to the browser: columns of numbers, since there may be hundreds of points. */
export type TrendData = {
  /** Milliseconds since the epoch. */
  since: number;
  stepSeconds: number;
  refreshes: number[];
  success: (number | null)[];
  p50: (number | null)[];
  p95: (number | null)[];
  reauth: (number | null)[];
};

export function trendData({ since, step_seconds: stepSeconds, points }: SeriesView): TrendData {
  return {
    since: Date.parse(since),
    stepSeconds,
    refreshes: points.map((point) => point.refreshes),
    success: points.map((point) => rounded(point.success_rate)),
    p50: points.map((point) => rounded(point.latency_ms.p50, 1)),
    p95: points.map((point) => rounded(point.latency_ms.p95, 1)),
    reauth: points.map((point) => rounded(point.needs_reauth_share)),
  };
}

function rounded(value: number | null, digits = 5): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}

/** The hour to come: who has refreshes due when, and how that stands to what its client may ask for. */
export type LoadData = {
  startsAt: number;
  stepSeconds: number;
  /** Most first; what is beyond the first few is one. */
  parts: { name: string; due: number[] }[];
  budgets: BudgetUse[];
};

export type BudgetUse = {
  name: string;
  /** In one step. */
  limit: number;
  /** The most that is due in one. */
  peak: number;
  /** Where that begins, milliseconds since the epoch. */
  peakAt: number;
};

const shownParts = 4;

/** @returns null: no worker has counted yet */
export function loadData(
  integrations: readonly IntegrationOverview[],
  labels: ReadonlyMap<string, string>,
): LoadData | null {
  const known = integrations.flatMap(({ integration_name: name, due, budget }) =>
    due === null ? [] : [{ name: labels.get(name) ?? name, due, budget, all: sum(due.refreshes) }],
  );
  const [newest] = known.toSorted((a, b) => Date.parse(b.due.starts_at) - Date.parse(a.due.starts_at));
  if (newest === undefined) return null;
  const { starts_at: startsAt, step_seconds: stepSeconds } = newest.due;
  // Counted in one statement; what has another beginning is of an integration that is gone.
  const together = known.filter(({ due }) => due.starts_at === startsAt).toSorted((a, b) => b.all - a.all);
  const parts = together.slice(0, shownParts).map(({ name, due }) => ({ name, due: due.refreshes }));
  const others = together.slice(shownParts);
  if (others.length > 0) {
    const due = newest.due.refreshes.map((_n, step) => sum(others.map((one) => one.due.refreshes[step] ?? 0)));
    parts.push({ name: `${others.length} others`, due });
  }
  return {
    startsAt: Date.parse(startsAt),
    stepSeconds,
    parts: parts.filter(({ due }) => sum(due) > 0),
    budgets: together.flatMap(({ name, due, budget }): BudgetUse[] => {
      if (budget.per_minute === null) return [];
      const peak = Math.max(...due.refreshes);
      const peakAt = Date.parse(startsAt) + due.refreshes.indexOf(peak) * stepSeconds * 1_000;
      return [{ name, limit: (budget.per_minute * stepSeconds) / 60, peak, peakAt }];
    }),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
