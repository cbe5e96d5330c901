import type { Caller } from "../domain/access/permission.ts";
import type { ApprovalChange } from "../domain/approval/approval.ts";
import { documentChanges } from "../domain/integration/document-changes.ts";
import { hostPinOf, isApprovable } from "../domain/integration/host-pin.ts";
import { oauthConfigOf, withoutClient, type IntegrationDocument } from "../domain/integration/integration-document.ts";
import { canonicalJson } from "../domain/integration/overrides.ts";
import { placeErrors, readDocumentText, type TextError } from "../domain/integration/read-document-text.ts";
import { UnreadableDefinition } from "../domain/integration/unreadable-definition.ts";
import type {
  ConfiguredIntegration,
  IntegrationAdministration,
  WeighedDefinition,
} from "../ports/integration-store.ts";
import { refusedWords, unfitErrors, unreachableErrors } from "./administer-integrations.ts";

/** What a definition would do if it were put now. A moment later it may be otherwise. */
export interface DefinitionEffect {
  readonly kind: "creates" | "replaces" | "covers_catalogue" | "unchanged";
  /** Connecting, active or in need of a re-authorization. */
  readonly liveAccounts: number;
  /** Whether secrets of the OAuth client would be erased, since they were given for other hosts. */
  readonly erasesSecrets: boolean;
  readonly hosts: { readonly before: string | null; readonly after: string };
  readonly changes: readonly ApprovalChange[];
  /** Why it would be refused all the same (409); `isApprovable`: another administrator may approve it. */
  readonly refusal: { readonly cause: RefusalCause; readonly detail: string; readonly isApprovable: boolean } | null;
}

type RefusalCause = (WeighedDefinition["judgement"] & { readonly kind: "refused" })["cause"];

export interface TriedDefinition {
  readonly name: string | null;
  readonly errors: readonly TextError[];
  /** Null where there are errors, and where nobody asked. */
  readonly effect: DefinitionEffect | null;
}

export interface TryPorts {
  readonly integrations: Pick<IntegrationAdministration, "find" | "weigh">;
  readonly hostRefusal?: (origin: string) => string | null;
}

/**
 * A definition as its author wrote it, looked at as PUT /integrations/{name} would: everything that is wrong with it at once, with
 * the place in the text, and what would come of it. Nothing is written.
 *
 * @param options `name`: that it has to have, null: whichever it says; `withEffect` false: its form alone, without a look at accounts
 */
export async function tryDefinition(
  ports: TryPorts,
  caller: Caller,
  text: string,
  { name, withEffect }: { readonly name: string | null; readonly withEffect: boolean },
): Promise<TriedDefinition> {
  const read = readDocumentText(text, name);
  if (read.kind === "faulty") return { name: null, errors: read.errors, effect: null };
  const { document } = read;
  const misnamed =
    name === null || document.name === name ? [] : [{ pointer: "/name", detail: `must be ${name}, as in the address` }];
  const errors = [...misnamed, ...unreachableErrors(document, ports.hostRefusal ?? (() => null))];
  if (errors.length > 0) return { name: document.name, errors: placeErrors(text, errors), effect: null };
  if (!withEffect) return { name: document.name, errors: [], effect: null };
  const stored = withoutClient(document);
  const weighed = await ports.integrations.weigh(caller.environmentId, stored);
  if (weighed.unfit !== null) {
    return { name: document.name, errors: placeErrors(text, unfitErrors(weighed.unfit)), effect: null };
  }
  return { name: document.name, errors: [], effect: await effectOf(ports, caller, stored, weighed, document) };
}

async function effectOf(
  ports: TryPorts,
  caller: Caller,
  stored: IntegrationDocument,
  { seen, judgement, atStake }: WeighedDefinition,
  document: IntegrationDocument,
): Promise<DefinitionEffect> {
  const before = await findOrUnreadable(ports, caller, stored.name);
  const isSame =
    before !== null &&
    before !== "unreadable" &&
    before.origin === "environment" &&
    canonicalJson(before.definition) === canonicalJson(stored) &&
    oauthConfigOf(document)?.client === undefined;
  return {
    kind: kindOf(before, isSame),
    liveAccounts: atStake.liveAccounts,
    erasesSecrets: judgement.kind === "moved" && atStake.hasSecrets,
    hosts: { before: seen.pin?.hosts ?? null, after: hostPinOf(stored).hosts },
    changes: isSame ? [] : documentChanges(seen.pin, seen.definition, stored),
    refusal:
      judgement.kind === "refused"
        ? {
            cause: judgement.cause,
            detail: refusedWords(
              { cause: judgement.cause, liveAccounts: goingElsewhere(judgement.cause, atStake), pinned: seen.pin },
              stored,
            ),
            isApprovable: isApprovable(judgement.cause),
          }
        : null,
  };
}

/** Where choices change, only those who chose what is gone. */
function goingElsewhere(cause: RefusalCause, { liveAccounts, leftOut }: WeighedDefinition["atStake"]): number {
  return cause === "hosts" ? leftOut : liveAccounts;
}

function kindOf(before: ConfiguredIntegration | "unreadable" | null, isSame: boolean): DefinitionEffect["kind"] {
  if (before === null) return "creates";
  if (before === "unreadable") return "replaces";
  if (before.origin === "platform") return "covers_catalogue";
  return isSame ? "unchanged" : "replaces";
}

async function findOrUnreadable(
  { integrations }: TryPorts,
  { environmentId }: Caller,
  name: string,
): Promise<ConfiguredIntegration | "unreadable" | null> {
  try {
    return await integrations.find(environmentId, name);
  } catch (error) {
    // An environment's own, since the catalogue's can all be read.
    if (error instanceof UnreadableDefinition) return "unreadable";
    throw error;
  }
}
