import type { IntegrationOverview, OverviewView } from "#api/schemas/overview";
import { countOf } from "../../_components/figures.ts";

/** A worker counts what is due once a minute; what is older than this nobody keeps up with, milliseconds. */
const freshMs = 180_000;

/** Without what was counted some time ago: an hour of which a part has gone by is not the next one. */
export function withoutStaleDue({
  at,
  integrations,
}: Pick<OverviewView, "at" | "integrations">): IntegrationOverview[] {
  return integrations.map((one) =>
    one.due !== null && Date.parse(at) - Date.parse(one.due.counted_at) > freshMs ? { ...one, due: null } : one,
  );
}

/** How many refreshes the next hour brings, as far as it is counted. */
export function nextHourWords(integrations: readonly Pick<IntegrationOverview, "due">[]): string {
  const counted = integrations.flatMap(({ due }) => due ?? []);
  const uncounted = integrations.length - counted.length;
  if (counted.length === 0 && uncounted > 0) return "the next hour is not counted";
  const all = counted.flatMap(({ refreshes }) => refreshes).reduce((sum, n) => sum + n, 0);
  const words = `${countOf(all, "refresh", "refreshes")} due in the next hour`;
  return uncounted === 0 ? words : `${words}, ${countOf(uncounted, "integration")} not counted`;
}
