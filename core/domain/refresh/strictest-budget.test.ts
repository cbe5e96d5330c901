import { expect, it } from "vitest";
import { strictestBudget } from "./strictest-budget.ts";

it.each([
  [[], { concurrency: null, perMinute: null }],
  [[{ concurrency: null, perMinute: 60 }], { concurrency: null, perMinute: 60 }],
  [
    [
      { concurrency: 4, perMinute: 600 },
      { concurrency: null, perMinute: 60 },
      { concurrency: 9, perMinute: null },
    ],
    { concurrency: 4, perMinute: 60 },
  ],
])("is the least that anybody allows: %j", (budgets, strictest) => {
  expect(strictestBudget(budgets)).toEqual(strictest);
});
