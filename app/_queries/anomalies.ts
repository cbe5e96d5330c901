import type { AnomalyList } from "#api/schemas/anomaly";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

/** What rang and nobody has acknowledged; newest first. Not everybody may read it. */
export async function readAnomalies(): Promise<Answer<AnomalyList>> {
  return callApi<AnomalyList>("/api/v1/anomalies", { query: { limit: 50 } });
}
