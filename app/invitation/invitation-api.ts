import type { z } from "zod";
import type { acceptanceSchema, acceptedSchema, foundInvitationSchema } from "#api/schemas/administrator";
import { askApi } from "../_browser/ask-api.ts";
import type { Answer } from "../_queries/problem.ts";

export type FoundInvitation = z.infer<typeof foundInvitationSchema>;

/** What a link is for. Nothing is used up by looking. */
export async function lookUpInvitation(token: string): Promise<Answer<FoundInvitation>> {
  return await askApi("POST", "/api/v1/invitation/look-up", { token });
}

export async function acceptInvitation(
  acceptance: z.infer<typeof acceptanceSchema>,
): Promise<Answer<z.infer<typeof acceptedSchema>>> {
  return await askApi("POST", "/api/v1/invitation/accept", acceptance);
}
