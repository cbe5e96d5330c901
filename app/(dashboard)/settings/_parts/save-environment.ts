import type { EnvironmentView } from "#api/schemas/integration";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { brandingOf, draftOf, type BrandDraft } from "../branding/brand-draft.ts";
import type { Answer } from "../../../_queries/problem.ts";

type Lists = Pick<EnvironmentView, "return_urls" | "allowed_origins">;

/** Changes what is said, and leaves the rest. */
export function saveEnvironment(patch: object): Promise<Answer<EnvironmentView>> {
  return sendToApi<EnvironmentView>("PATCH", "/environment", patch);
}

/**
 * The API takes the branding whole. So it is read just before, and what somebody else changed since this page was made stays.
 */
export async function saveBranding(changed: Partial<BrandDraft>): Promise<Answer<EnvironmentView>> {
  const now = await sendToApi<EnvironmentView>("GET", "/environment");
  if (now.kind === "problem") return now;
  return await saveEnvironment({ branding: brandingOf({ ...draftOf(now.value.branding), ...changed }) });
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
