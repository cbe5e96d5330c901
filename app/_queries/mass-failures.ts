import type { MassFailureList, MassFailureView } from "#api/schemas/mass-failure";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

/** Integrations whose accounts failed together, until the last of them has gone its way. Normally none. */
export async function readMassFailures(): Promise<Answer<MassFailureView[]>> {
  const list = await callApi<MassFailureList>("/api/v1/mass-failures");
  return list.kind === "ok" ? { kind: "ok", value: list.value.data } : list;
}

/** How one integration stands with the guard; null when the API cannot tell, which must not keep a page from showing. */
export async function readMassFailure(integrationName: string): Promise<MassFailureView | null> {
  const answer = await callApi<MassFailureView>(
    `/api/v1/integrations/${encodeURIComponent(integrationName)}/mass-failure`,
  );
  return answer.kind === "ok" ? answer.value : null;
}
