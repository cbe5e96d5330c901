import type { SealingKeysView } from "#api/schemas/keys";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

/** The keys of this environment, what each seals, and the runs that re-wrap. */
export async function readKeys(): Promise<Answer<SealingKeysView>> {
  return callApi<SealingKeysView>("/api/v1/keys");
}
