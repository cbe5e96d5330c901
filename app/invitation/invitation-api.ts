import type { z } from "zod";
import type { acceptanceSchema, acceptedSchema, foundInvitationSchema } from "#api/schemas/administrator";
import { readProblem, unreachable, type Answer } from "../_queries/problem.ts";

export type FoundInvitation = z.infer<typeof foundInvitationSchema>;

/** What a link is for. Nothing is used up by looking. */
export async function lookUpInvitation(token: string): Promise<Answer<FoundInvitation>> {
  return await post<FoundInvitation>("look-up", { token });
}

export async function acceptInvitation(
  acceptance: z.infer<typeof acceptanceSchema>,
): Promise<Answer<z.infer<typeof acceptedSchema>>> {
  return await post<z.infer<typeof acceptedSchema>>("accept", acceptance);
}

/** Without a session, and so without what the dashboard's calls do about one that is over. */
async function post<T>(path: string, body: object): Promise<Answer<T>> {
  try {
    const response = await fetch(`/api/v1/invitation/${path}`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) return { kind: "problem", problem: await readProblem(response) };
    return { kind: "ok", value: (await response.json()) as T };
  } catch {
    return { kind: "problem", problem: unreachable };
  }
}
