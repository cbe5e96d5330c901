import { cache } from "react";
import { callApi } from "./call-api.ts";

type IntegrationList = { data: { name: string; label: string; origin: string }[] };

/** Labels by integration name. Empty when the API cannot tell: names are then shown as they are. */
export const readIntegrationLabels = cache(async (): Promise<Map<string, string>> => {
  const list = await callApi<IntegrationList>("/api/v1/integrations");
  if (list.kind === "problem") return new Map();
  return new Map(list.value.data.map((integration) => [integration.name, integration.label]));
});
