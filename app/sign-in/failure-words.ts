import type { Refusal } from "../_browser/sign-in.ts";
import type { ApiProblem } from "../_queries/problem.ts";
import type { SsoFailure } from "#core/usecases/sign-in-through-idp";

export type Failure = Refusal | `sso_${SsoFailure | "expired"}`;

export type FailureWords = { title: string; text: string };

/** What happened, and whose move it is. */
export const failureWords: Readonly<Record<Failure, FailureWords>> = {
  wrong: { title: "Email or password is wrong", text: "Check both and try again." },
  too_many: { title: "Not this fast", text: "Wait a minute, then try again." },
  expired: { title: "This page had expired", text: "It is fresh again: sign in once more." },
  failed: {
    title: "Signing in is not possible right now",
    text: "Try again in a moment. Who runs this installation finds why in the log of api.",
  },
  unavailable: {
    title: "Signing in is not possible right now",
    text: "The API does not answer. Try again in a moment.",
  },
  sso_expired: { title: "That took too long", text: "Or it was begun in another browser. Sign in once more." },
  sso_denied: { title: "The identity provider let nobody in", text: "Nothing was changed. Try again." },
  sso_unavailable: { title: "The identity provider does not answer", text: "Try again in a moment." },
  sso_invalid: {
    title: "What the identity provider answered can’t be trusted",
    text: "Who runs this installation finds why in the log of api.",
  },
  sso_no_role: {
    title: "You have no access here",
    text: "None of your groups has a role. Ask an owner of this installation for an invitation, or for a group.",
  },
  sso_expelled: {
    title: "You have no access any more",
    text: "None of your groups has a role. Ask an owner of this installation.",
  },
  sso_disabled: { title: "Your account is disabled", text: "An owner of this installation can enable it again." },
  sso_no_email: {
    title: "Your address is not known",
    text: "The identity provider does not release it. Who runs it can release the claim email.",
  },
  sso_email_not_verified: {
    title: "Your address is not verified",
    text: "Verify it at the identity provider, then sign in again.",
  },
  sso_email_taken: {
    title: "Your address belongs to another account here",
    text: "Sign in with its password, or ask an owner.",
  },
  sso_invitation_for_another: {
    title: "This invitation is for another address",
    text: "Sign in at the identity provider with the address that was invited.",
  },
  sso_invitation_over: {
    title: "This invitation is over",
    text: "It was used, withdrawn, or its time is over. Ask for another.",
  },
  sso_already_administrator: { title: "You are an administrator already", text: "Sign in without the invitation." },
  sso_another_person: {
    title: "Somebody else is signed in here",
    text: "At the identity provider it was another account than the one that is signed in in this browser.",
  },
};

/** The same of somebody who wanted to confirm who they are. */
export const confirmedAsAnother: FailureWords = {
  title: "That was somebody else",
  text: "You confirmed with another account than the one you are signed in with. Nothing was done.",
};

/** The failure that an address names; null: none. What is not known is a page that had expired. */
export function readFailure(value: string | string[] | undefined): Failure | null {
  if (value === undefined) return null;
  return typeof value === "string" && Object.hasOwn(failureWords, value) ? (value as Failure) : "expired";
}

/** Of what the API would not begin. */
export function wordsOfProblem({ title, detail }: ApiProblem): FailureWords {
  return { title, text: detail ?? "Try again in a moment." };
}
