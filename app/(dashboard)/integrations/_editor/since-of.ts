import type { IntegrationStatusView } from "#api/schemas/integration-details";
import type { Answer } from "../../../_queries/problem.ts";

/**
 * When the definition that an editor shows was put: an instant; `never`, the environment has none of its own; `any`, it can't be read
 * by this version, and whatever is there is to be replaced; `unread`, nobody can tell, so that nothing may be replaced.
 */
export type Since = string;

/** @param format null: the definition can't be read, nor can anything that goes with it */
export function sinceOf(status: Answer<IntegrationStatusView>, format: string | null): Since {
  if (status.kind === "ok") return status.value.defined_at ?? "never";
  return format === null ? "any" : "unread";
}
