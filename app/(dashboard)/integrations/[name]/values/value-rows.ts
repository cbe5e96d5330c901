import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import type { OverridableFieldView } from "#api/schemas/integration-details";
import { isMeant } from "../_parts/pointer.ts";
import { valueAt } from "./value-at.ts";

export type ValueShow = "all" | "overridable" | "overridden";
export const valueShows: ValueShow[] = ["all", "overridable", "overridden"];

export type ValueRow = {
  pointer: string;
  /** Undefined: nothing says it. */
  value: unknown;
  origin: "platform" | "environment" | null;
  /** What this environment may lay over it; null: nothing. Ends in `/*` where names are free. */
  field: OverridableFieldView | null;
  isOverridden: boolean;
};

/** Every value in force, and after it what could be said and is not. */
export function valueRows(
  { effective, overrides }: Pick<EnvironmentIntegrationView, "effective" | "overrides">,
  fields: readonly OverridableFieldView[],
): ValueRow[] {
  const inForce = Object.entries(effective).map(([pointer, { value, origin }]): ValueRow => {
    const field = fields.find((one) => isMeant(one.pointer, pointer)) ?? null;
    return { pointer, value, origin, field, isOverridden: valueAt(overrides, pointer) !== undefined };
  });
  const said = new Set(inForce.map(({ pointer }) => pointer));
  const unsaid = fields
    .filter(({ pointer }) => !said.has(pointer))
    .map((field): ValueRow => ({ pointer: field.pointer, value: undefined, origin: null, field, isOverridden: false }));
  return [...inForce, ...unsaid];
}

/** Every word has to stand somewhere in the pointer or in the value. */
export function searchRows(rows: readonly ValueRow[], q: string | undefined, show: ValueShow): ValueRow[] {
  const words = (q ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return rows.filter((row) => {
    const said = `${row.pointer} ${row.value === undefined ? "" : JSON.stringify(row.value)}`.toLowerCase();
    const isShown = show === "all" || (show === "overridable" ? row.field !== null : row.isOverridden);
    return isShown && words.every((word) => said.includes(word));
  });
}
