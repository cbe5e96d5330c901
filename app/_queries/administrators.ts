import { cache } from "react";
import type { z } from "zod";
import type {
  adminSessionListSchema,
  invitationListSchema,
  signInMethodsSchema,
  userDetailSchema,
  userListSchema,
} from "#api/schemas/administrator";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

type UserListView = z.infer<typeof userListSchema>;
export type ListedUserView = UserListView["data"][number];
export type UserDetailView = z.infer<typeof userDetailSchema>;
export type InvitationView = z.infer<typeof invitationListSchema>["data"][number];
export type AdminSessionView = z.infer<typeof adminSessionListSchema>["data"][number];
export type SignInMethodsView = z.infer<typeof signInMethodsSchema>;

/** All administrators; who is disabled comes last. */
export async function readUsers(): Promise<Answer<UserListView>> {
  return callApi<UserListView>("/api/v1/users");
}

/** One administrator and their sessions. Asked once per request. */
export const readUser = cache(async (id: string): Promise<Answer<UserDetailView>> =>
  callApi<UserDetailView>(`/api/v1/users/${encodeURIComponent(id)}`),
);

/** Invitations that are open. */
export async function readInvitations(): Promise<Answer<{ data: InvitationView[] }>> {
  return callApi<{ data: InvitationView[] }>("/api/v1/invitations");
}

/** The sessions of who is signed in. */
export async function readOwnSessions(): Promise<Answer<{ data: AdminSessionView[] }>> {
  return callApi<{ data: AdminSessionView[] }>("/api/v1/sessions");
}

/** How administrators can sign in; with a password alone where the API can't tell. */
export async function readSignInMethods(): Promise<SignInMethodsView> {
  const answer = await callApi<SignInMethodsView>("/api/v1/sign-in", { unauthorized: "problem", missing: "problem" });
  return answer.kind === "ok" ? answer.value : { password: true, sso: null };
}
