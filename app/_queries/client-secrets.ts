import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import { callApi } from "./call-api.ts";

/** The clients of this environment with their secrets' terms. Empty when the API cannot tell: the page must show all the same. */
export async function readClients(): Promise<EnvironmentIntegrationView[]> {
  const list = await callApi<{ data: EnvironmentIntegrationView[] }>("/api/v1/environment-integrations");
  return list.kind === "ok" ? list.value.data : [];
}
