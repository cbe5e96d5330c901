import { companies, contacts, deals } from "./crm-models.ts";
import { employees } from "./hris-models.ts";
import type { Model } from "./model.ts";
import { tickets } from "./ticketing-models.ts";

/** Every model of the unified API, by its category and its name. */
export const unifiedModels = {
  crm: { contacts, companies, deals },
  ticketing: { tickets },
  hris: { employees },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Model>>>>;

export type UnifiedCategory = keyof typeof unifiedModels;

export const unifiedCategories = Object.keys(unifiedModels) as [UnifiedCategory, ...UnifiedCategory[]];

export const allModels: readonly Model[] = Object.values(unifiedModels).flatMap((models): Model[] =>
  Object.values(models),
);

export const modelNames = allModels.map((one) => one.name) as [string, ...string[]];

/** @returns null: there is none */
export function findModel(category: string, name: string): Model | null {
  return allModels.find((one) => one.category === category && one.name === name) ?? null;
}
