import type { EnvironmentView } from "#api/schemas/integration";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import type { Answer } from "../../../_queries/problem.ts";

type Lists = Pick<EnvironmentView, "return_urls" | "allowed_origins">;

/** Changes what is said, and leaves the rest. */
export function saveEnvironment(patch: object): Promise<Answer<EnvironmentView>> {
  return sendToApi<EnvironmentView>("PATCH", "/environment", patch);
}

/**
 * The API takes a list whole. So it is read just before, and what somebody else added since this page was made stays.
 *
 * @returns the environment with what is wrong, at the place of the entry that was added
 */
export async function changeList(
  name: keyof Lists,
  change: (before: readonly string[]) => readonly string[],
): Promise<Answer<EnvironmentView>> {
  const now = await sendToApi<EnvironmentView>("GET", "/environment");
  return now.kind === "problem" ? now : saveEnvironment({ [name]: change(now.value[name]) });
}
