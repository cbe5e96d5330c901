import { cache } from "react";
import type { AccountView } from "#api/schemas/account";
import type { AttemptPage } from "#api/schemas/attempt";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

/** One account; leads to the page for things that are not there when it is unknown. Asked once per request. */
export const readAccount = cache(async (id: string): Promise<Answer<AccountView>> =>
  callApi<AccountView>(accountPath(id)),
);

/** Its attempts, newest first. */
export async function readAttempts(id: string, limit = 100, cursor?: string): Promise<Answer<AttemptPage>> {
  return callApi<AttemptPage>(`${accountPath(id)}/refresh-attempts`, { query: { limit, cursor } });
}

function accountPath(id: string): string {
  return `/api/v1/integrated-accounts/${encodeURIComponent(id)}`;
}
