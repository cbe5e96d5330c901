import { cache } from "react";
import type { ConnectLinkView, ConnectOutcomeView } from "#api/schemas/connect";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

/** What a connect link offers. The id comes from the API, which checked the token of the link. */
export async function readConnectLink(id: string): Promise<Answer<ConnectLinkView>> {
  return callApi<ConnectLinkView>(`/api/connect/links/${encodeURIComponent(id)}`, { unauthorized: "problem" });
}

/** What came of this browser's trip to the provider; once for all parts of a page. */
export const readConnectOutcome = cache(async (): Promise<Answer<ConnectOutcomeView>> => {
  return callApi<ConnectOutcomeView>("/api/connect/outcome", { unauthorized: "problem" });
});
