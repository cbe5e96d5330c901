import type { ApprovalChange } from "../approval/approval.ts";
import { hostPinOf, isSamePin, type HostPin } from "./host-pin.ts";
import { documentHosts, type IntegrationDocument } from "./integration-document.ts";
import { canonicalJson, leavesOf } from "./overrides.ts";

/** More are counted, and not shown: whoever decides has the whole document beside it. */
const mostChanges = 40;
const longestValue = 300;

/**
 * What is otherwise in a definition, for whoever has to approve it: first where credentials go, then every other field.
 *
 * @param pin what credentials were given for, where that is not what `before` says
 * @param before null: nothing can be read
 */
export function documentChanges(
  pin: HostPin | null,
  before: IntegrationDocument | null,
  after: IntegrationDocument,
): readonly ApprovalChange[] {
  const hosts = hostChanges(pin, before, after);
  // A field that is nothing but its host would be read twice.
  const isSaid = (change: ApprovalChange): boolean =>
    hosts.some((one) => one.before === lower(change.before) && one.after === lower(change.after));
  const others = fieldChanges(before, after).filter((change) => !isSaid(change));
  const shown = others.slice(0, mostChanges);
  const rest = others.length - shown.length;
  return [...hosts, ...shown, ...(rest === 0 ? [] : [{ what: "Further fields", before: null, after: `${rest} more` }])];
}

function hostChanges(
  pin: HostPin | null,
  before: IntegrationDocument | null,
  after: IntegrationDocument,
): readonly ApprovalChange[] {
  // A release may have moved the definition already: what is pinned is a text, in describeHosts' words.
  if (before === null || (pin !== null && !isSamePin(pin, hostPinOf(before)))) {
    return [{ what: "Hosts", before: pin?.hosts ?? null, after: hostPinOf(after).hosts }];
  }
  const [from, to] = [documentHosts(before), documentHosts(after)];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((role) => from[role] !== to[role])
    .map((role) => ({ what: `Host for ${role}`, before: from[role] ?? null, after: to[role] ?? null }));
}

function fieldChanges(before: IntegrationDocument | null, after: IntegrationDocument): readonly ApprovalChange[] {
  const [from, to] = [new Map(leavesOf(before ?? {})), new Map(leavesOf(after))];
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((pointer) => textOf(from.get(pointer)) !== textOf(to.get(pointer)))
    .toSorted()
    .map((pointer) => ({ what: pointer, before: shorten(from.get(pointer)), after: shorten(to.get(pointer)) }));
}

/** As hosts are compared. */
function lower(text: string | null): string | null {
  return text === null ? null : text.toLowerCase();
}

function textOf(value: unknown): string | null {
  if (value === undefined) return null;
  return typeof value === "string" ? value : canonicalJson(value);
}

function shorten(value: unknown): string | null {
  const text = textOf(value);
  return text === null || text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}…`;
}
