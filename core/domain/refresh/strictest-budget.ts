import type { RefreshPolicy } from "./refresh-policy.ts";

type Budget = RefreshPolicy["budget"];

/** What several integrations may ask together of one token endpoint with one client: the least that any of them was told. */
export function strictestBudget(budgets: readonly Budget[]): Budget {
  return {
    concurrency: least(budgets.map((budget) => budget.concurrency)),
    perMinute: least(budgets.map((budget) => budget.perMinute)),
  };
}

function least(limits: readonly (number | null)[]): number | null {
  const known = limits.filter((limit) => limit !== null);
  return known.length === 0 ? null : Math.min(...known);
}
