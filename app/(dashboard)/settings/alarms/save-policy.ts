import type { AnomalyPolicyView } from "#api/schemas/anomaly";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import type { Answer, ApiProblem } from "../../../_queries/problem.ts";

export function savePolicy(patch: object): Promise<Answer<AnomalyPolicyView>> {
  return sendToApi<AnomalyPolicyView>("PATCH", "/anomaly-policy", patch);
}

/** What the API says of one field; null: nothing. */
export function wrongAt(problem: ApiProblem | null, pointer: string): string | null {
  return problem?.errors.find((error) => error.pointer === pointer)?.detail ?? null;
}
