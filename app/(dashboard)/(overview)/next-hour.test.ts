import { expect, test } from "vitest";
import type { IntegrationOverview } from "#api/schemas/overview";
import { nextHourWords, withoutStaleDue } from "./next-hour.ts";

const at = "2026-12-04T12:00:00.000Z";
const integration = (secondsAgo: number | null, ...refreshes: number[]) =>
  ({
    due:
      secondsAgo === null
        ? null
        : {
            counted_at: new Date(Date.parse(at) - secondsAgo * 1_000).toISOString(),
            starts_at: at,
            step_seconds: 300,
            refreshes,
          },
  }) as IntegrationOverview;

test.each<[string, IntegrationOverview[], string]>([
  ["all counted", [integration(20, 1, 2), integration(20, 3)], "6 refreshes due in the next hour"],
  ["nothing due", [integration(20, 0)], "0 refreshes due in the next hour"],
  ["no integration", [], "0 refreshes due in the next hour"],
  ["none counted", [integration(null), integration(null)], "the next hour is not counted"],
  [
    "some counted",
    [integration(20, 1), integration(null)],
    "1 refresh due in the next hour, 1 integration not counted",
  ],
])("the hour to come is told as far as it is counted: %s", (_what, integrations, words) => {
  expect(nextHourWords(integrations)).toBe(words);
});

test("what was counted some minutes ago is not counted", () => {
  const dues = withoutStaleDue({ at, integrations: [integration(60, 1), integration(180, 1), integration(181, 1)] });
  expect(dues.map(({ due }) => due !== null)).toEqual([true, true, false]);
});
