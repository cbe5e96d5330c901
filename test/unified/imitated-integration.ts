import { readFileSync } from "node:fs";
import type { Imitation } from "#lab/imitations/imitation";

const catalogue = new URL("../../integrations/", import.meta.url);

export type Imitated = { api: Record<string, unknown>; unified: Record<string, unknown> };

/** A catalogue document's API and mappings, at an imitation of the provider: what an account would bring is filled in. */
export function imitatedIntegration(name: string, { inputs, fields }: Imitation, origin: string): Imitated {
  const text = readFileSync(new URL(`${name}.json`, catalogue), "utf8");
  const { api, unified } = JSON.parse(text) as Imitated & { api: { baseUrl: string } };
  const base = api.baseUrl.replace(/^(?:https?:\/\/[^/]+|\{\w+\})/, "");
  const rest = { ...api, baseUrl: origin + base, probe: undefined };
  const filled = Object.entries({ ...inputs, ...fields }).reduce(
    (sum, [key, value]) => sum.replaceAll(`{${key}}`, value),
    JSON.stringify({ api: rest, unified }),
  );
  return JSON.parse(filled) as Imitated;
}
