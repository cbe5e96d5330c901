import { describeHosts, type CredentialsFormat, type IntegrationDocument } from "./integration-document.ts";

/**
 * What credentials were given for: their format, and the hosts that they may go to (invariant 12). It is stored, and compared as
 * text with what the definition in force says: a change of how describeHosts words it stops every integration until it is approved.
 */
export interface HostPin {
  readonly format: CredentialsFormat;
  readonly hosts: string;
}

export function hostPinOf(document: IntegrationDocument): HostPin {
  return { format: document.credentials.format, hosts: describeHosts(document) };
}

export function isSamePin(one: HostPin, other: HostPin): boolean {
  return one.format === other.format && one.hosts === other.hosts;
}

/** `moved`: nobody's account keeps the hosts from changing; secrets that were given for the old ones don't go along. */
export type DefinitionJudgement =
  | { readonly kind: "stays" | "moved" }
  | { readonly kind: "refused"; readonly cause: "format" | "hosts" | "unreadable" };

/**
 * Whether a definition may take the place of what is pinned: credentials never move to another host behind their owners' backs.
 *
 * @param pinned null: nothing was in force; `unreadable`: nobody can tell where it led
 * @param liveAccounts connecting, active or in need of a re-authorization
 */
export function judgeDefinition(
  pinned: HostPin | "unreadable" | null,
  next: HostPin,
  liveAccounts: number,
): DefinitionJudgement {
  if (pinned === "unreadable") return liveAccounts > 0 ? { kind: "refused", cause: "unreadable" } : { kind: "moved" };
  if (pinned === null || isSamePin(pinned, next)) return { kind: "stays" };
  if (liveAccounts > 0) return { kind: "refused", cause: pinned.format === next.format ? "hosts" : "format" };
  return { kind: pinned.hosts === next.hosts ? "stays" : "moved" };
}
