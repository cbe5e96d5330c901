import { describeHosts, hostParts, type CredentialsFormat, type IntegrationDocument } from "./integration-document.ts";

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

/** Input → the values of it that are a choice in both. */
export type KeptChoices = Readonly<Record<string, readonly string[]>>;

/** What a definition has otherwise than what is pinned. */
export type HostChange =
  | { readonly kind: "none" }
  /** Only what may be chosen: whoever chose what is kept goes where it went. `adds`: there are choices that nobody approved. */
  | { readonly kind: "choices"; readonly kept: KeptChoices; readonly adds: boolean }
  | { readonly kind: "hosts" };

export function hostChange(pinned: HostPin, next: IntegrationDocument): HostChange {
  if (isSamePin(pinned, hostPinOf(next))) return { kind: "none" };
  const { fixed, choices } = hostParts(next);
  const before = pinned.format === next.credentials.format ? pinnedChoices(pinned, fixed) : null;
  if (before?.size !== choices.length || !choices.every(({ name }) => before.has(name))) return { kind: "hosts" };
  const isPinned = (name: string, value: string): boolean => before.get(name)?.includes(value) === true;
  return {
    kind: "choices",
    kept: Object.fromEntries(
      choices.map(({ name, values }) => [name, values.filter((value) => isPinned(name, value))]),
    ),
    adds: choices.some(({ name, values }) => !values.every((value) => isPinned(name, value))),
  };
}

/** Choices stand last, and none that forms a host holds a comma or a stroke. @returns null: all the rest is not the same */
function pinnedChoices({ hosts }: HostPin, fixed: readonly string[]): Map<string, string[]> | null {
  const before = `${fixed.join(", ")}, `;
  if (!hosts.startsWith(before)) return null;
  return new Map(
    hosts
      .slice(before.length)
      .split(", ")
      .map((one) => {
        const [name = "", ...values] = one.split(" ");
        return [name, values.join(" ").split("|")];
      }),
  );
}

/**
 * Whether all that is asked for an account goes where its credentials were given for.
 *
 * @param inputs the account's; null: for what belongs to none, and goes only where the accounts that are covered go
 */
export function isCovered(
  pinned: HostPin,
  document: IntegrationDocument,
  inputs: Readonly<Record<string, string>> | null,
): boolean {
  const change = hostChange(pinned, document);
  if (change.kind !== "choices" || inputs === null) return change.kind !== "hosts";
  return Object.entries(change.kept).every(
    ([name, values]) => Object.hasOwn(inputs, name) && values.includes(inputs[name] ?? ""),
  );
}

/** The choices of an input that lead where credentials were given for; all of them where that is no question of choices. */
export function coveredOptions<O extends { readonly value: string }>(
  pinned: HostPin | null,
  document: IntegrationDocument,
  input: { readonly name: string; readonly options?: readonly O[] | undefined },
): readonly O[] | null {
  if (input.options === undefined) return null;
  const change = pinned === null ? null : hostChange(pinned, document);
  const kept =
    change?.kind === "choices" && Object.hasOwn(change.kept, input.name) ? change.kept[input.name] : undefined;
  return kept === undefined ? input.options : input.options.filter(({ value }) => kept.includes(value));
}

/** What a definition's hosts matter to. */
export interface AtStake {
  /** Connecting, active or in need of a re-authorization. */
  readonly liveAccounts: number;
  /** How many of them chose what is not a choice in both. */
  readonly leftOut: number;
  /** Whether the client of the environment proves itself with anything that is sealed here. */
  readonly hasSecrets: boolean;
}

/** `moved`: nobody's account keeps the hosts from changing; secrets that were given for the old ones don't go along. */
export type DefinitionJudgement =
  | { readonly kind: "stays" | "moved" }
  | { readonly kind: "refused"; readonly cause: "format" | "hosts" | "secrets" | "unreadable" };

type RefusalCause = (DefinitionJudgement & { readonly kind: "refused" })["cause"];

/**
 * Whether two people may want it all the same (R48). Not another format: the credentials would be of no use to it. Not where nobody can
 * tell from where they would move.
 */
export function isApprovable(cause: RefusalCause): boolean {
  return cause === "hosts" || cause === "secrets";
}

/**
 * Whether a definition may take the place of what is pinned: credentials never move to another host behind their owners' backs.
 *
 * @param pinned null: nothing was in force; `unreadable`: nobody can tell where it led
 */
export function judgeDefinition(
  pinned: HostPin | "unreadable" | null,
  next: IntegrationDocument,
  { liveAccounts, leftOut, hasSecrets }: AtStake,
): DefinitionJudgement {
  if (pinned === "unreadable") return liveAccounts > 0 ? { kind: "refused", cause: "unreadable" } : { kind: "moved" };
  const change = pinned === null ? null : hostChange(pinned, next);
  if (pinned === null || change === null || change.kind === "none") return { kind: "stays" };
  if (change.kind === "choices") {
    if (leftOut > 0) return { kind: "refused", cause: "hosts" };
    // Whoever may define an integration would lead its client's secret to a host of theirs: one more choice, and one account on it.
    if (!change.adds || !hasSecrets) return { kind: "stays" };
    return liveAccounts > 0 ? { kind: "refused", cause: "secrets" } : { kind: "moved" };
  }
  if (liveAccounts > 0) {
    return { kind: "refused", cause: pinned.format === next.credentials.format ? "hosts" : "format" };
  }
  return { kind: pinned.hosts === hostPinOf(next).hosts ? "stays" : "moved" };
}
