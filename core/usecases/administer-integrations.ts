import type { Caller } from "../domain/access/permission.ts";
import type { Approval } from "../domain/approval/approval.ts";
import {
  describeHosts,
  oauthConfigOf,
  withoutClient,
  type IntegrationDocument,
} from "../domain/integration/integration-document.ts";
import { isApprovable } from "../domain/integration/host-pin.ts";
import { mostIssues } from "../domain/integration/describe-issues.ts";
import { fillBraced } from "../domain/integration/document-parts.ts";
import { originOf, templatePlaces } from "../domain/integration/document-places.ts";
import type { UnfitOverrides } from "../domain/integration/overrides.ts";
import { readDocument } from "../domain/integration/read-document.ts";
import { named, repeatedMember } from "../domain/integration/read-document-text.ts";
import { UnreadableDefinition } from "../domain/integration/unreadable-definition.ts";
import { DomainError, type FieldError } from "../domain/problem/domain-error.ts";
import { scanJson, toPointer } from "../domain/text/scan-json.ts";
import type { PutOutcome } from "../ports/integration-store.ts";
import { configureClient, type AdministerPorts } from "./configure-client.ts";
import { findIntegration } from "./find-integration.ts";
import { requireApproval, type RequireApprovalPorts } from "./require-approval.ts";

/** @throws DomainError invalid_request with every error: its JSON Pointer, what was expected, what was found, what to do */
export function parseDocument(value: unknown): IntegrationDocument {
  const read = readDocument(value);
  if (read.kind === "document") return read.document;
  throw new DomainError("invalid_request", { detail: "The integration document is not valid.", errors: read.errors });
}

/**
 * Of a member that stands there twice JSON.parse keeps the last one silently.
 * @throws DomainError invalid_request with each of them
 */
export function refuseRepeatedMembers(text: string): void {
  const scan = scanJson(text);
  if (scan.kind === "fault" || scan.repeated.length === 0) return;
  const errors = scan.repeated.slice(0, mostIssues).map(({ pointer }) => ({ pointer, detail: repeatedMember }));
  throw new DomainError("invalid_request", { detail: "The integration document is not valid.", errors });
}

export interface PutOptions {
  /** When the definition that is to be replaced was put, as whoever replaces it has seen; null: there was none. Absent: never mind. */
  readonly seenAt?: Date | null;
}

/**
 * Puts a definition over (or beside) the catalogue. A client that the document carries is taken out and sealed.
 * @returns the definition as stored, and whether it is new in this environment
 */
export async function putIntegration(
  ports: AdministerPorts & {
    /** Why calls to an origin are certain to be refused; null: they may work. Absent: it is found out when they are made. */
    readonly hostRefusal?: (origin: string) => string | null;
  },
  caller: Caller,
  name: string,
  value: unknown,
  { seenAt }: PutOptions = {},
): Promise<{ readonly document: IntegrationDocument; readonly isNew: boolean }> {
  const document = parseDocument(named(value, name));
  if (document.name !== name) {
    throw new DomainError("invalid_request", {
      detail: "The integration document is not valid.",
      errors: [{ pointer: "/name", detail: `must be ${name}, as in the address` }],
    });
  }
  const unreachable = unreachableErrors(document, ports.hostRefusal ?? (() => null));
  if (unreachable.length > 0) {
    throw new DomainError("invalid_request", { detail: "The integration document is not valid.", errors: unreachable });
  }
  const client = oauthConfigOf(document)?.client;
  const stored = withoutClient(document);
  const clientFollows = client?.client_id !== undefined || client?.client_secret !== undefined;
  const outcome = await ports.integrations.put(caller.environmentId, stored, {
    // Whoever is recalled must find the whole of it: the definition with its client.
    clientFollows,
    ...(seenAt === undefined ? {} : { seenAt }),
    audit: {
      environmentId: caller.environmentId,
      actor: caller.id,
      action: "integration.put",
      target: name,
      detail: { hosts: describeHosts(stored) },
    },
  });
  if (outcome.kind === "not_as_seen") throw new Error("a definition was put on an approval that nobody gave");
  if (outcome.kind === "changed_meanwhile") {
    throw new DomainError("conflict", {
      detail: `Somebody else put or deleted the definition of ${name} since you read it. Nothing was written. Read it again, and put your change on top.`,
    });
  }
  if (outcome.kind === "refused") throw refusedChange(outcome, stored, clientFollows);
  if (outcome.kind === "unfit") throw unfitDefinition(outcome.unfit);
  if (client !== undefined && clientFollows) {
    await configureClient(ports, caller, name, {
      ...(client.client_id === undefined ? {} : { clientId: client.client_id }),
      ...(client.client_secret === undefined ? {} : { clientSecret: client.client_secret }),
    });
  }
  return { document: stored, isNew: outcome.isNew };
}

/**
 * The same, or a request that somebody else approves it (R48), where credentials that live on the definition would go to other hosts.
 * A client can't come along: a secret does not wait in the clear.
 *
 * @throws DomainError as putIntegration, and as requireApproval
 */
export async function putOrAsk(
  ports: Parameters<typeof putIntegration>[0] & RequireApprovalPorts,
  caller: Caller,
  name: string,
  value: unknown,
  reason: string | null,
  options: PutOptions = {},
): Promise<
  { readonly kind: "put"; readonly document: IntegrationDocument; readonly isNew: boolean } | AskedForApproval
> {
  try {
    return { kind: "put", ...(await putIntegration(ports, caller, name, value, options)) };
  } catch (error) {
    if (!(error instanceof HostsRefused)) throw error;
    if (error.hadClient) {
      throw new DomainError("invalid_request", {
        detail: "A change of hosts waits for its approval, and an OAuth client does not wait with it.",
        errors: [
          { pointer: "/credentials/config/client", detail: "leave it out; set the client when the change is made" },
        ],
      });
    }
    const parameters = { document: error.document };
    return {
      kind: "asked",
      approval: await requireApproval(ports, caller, { kind: "integration.hosts_change", parameters, reason }),
    };
  }
}

interface AskedForApproval {
  readonly kind: "asked";
  readonly approval: Approval;
}

/** What can only fail is told to whoever writes it, and not to the customer who connects. */
export function unreachableErrors(
  document: IntegrationDocument,
  refusal: (origin: string) => string | null,
): FieldError[] {
  return templatePlaces(document).flatMap((place) => {
    const field = place.path.at(-1);
    // Nobody here calls these two: a browser goes to the one, and the other is a name.
    const origin = field === "authorizeHost" || field === "issuer" ? null : originOf(place);
    const said = origin === null ? null : refusal(fillBraced(origin, () => "x"));
    return said === null ? [] : [{ pointer: toPointer(place.path), detail: `can't be called: ${said}` }];
  });
}

/** What lies over the definition already has to fit the new one as well: half of what was wished for could cost a grant. */
function unfitDefinition(unfit: UnfitOverrides): DomainError {
  return new DomainError("invalid_request", {
    detail: `The integration document does not go with ${whoseOverrides(unfit)}. Change those first, or the document.`,
    errors: unfitErrors(unfit),
  });
}

export function unfitErrors(unfit: UnfitOverrides): FieldError[] {
  return unfit.errors.map(({ pointer, detail }) => ({ pointer, detail: `with ${whoseOverrides(unfit)}: ${detail}` }));
}

function whoseOverrides({ level }: UnfitOverrides): string {
  return level === "environment" ? "this environment's overrides" : "the overrides of an account";
}

/** Invariant 12: credentials never move to another host behind their owners' backs. */
function refusedChange(
  refused: PutOutcome & { readonly kind: "refused" },
  next: IntegrationDocument,
  hadClient: boolean,
): DomainError {
  const detail = refusedWords(refused, next);
  if (!isApprovable(refused.cause)) return new DomainError("conflict", { detail });
  return new HostsRefused(
    `${detail} Or have another administrator approve it: the same request with ?approval=ask, from the dashboard's session.`,
    next,
    hadClient,
  );
}

/** Why a definition may not take the place of the one in force. */
export function refusedWords(
  { cause, liveAccounts, pinned }: Pick<PutOutcome & { readonly kind: "refused" }, "cause" | "liveAccounts" | "pinned">,
  next: IntegrationDocument,
): string {
  const advice = "Give the changed definition another name, or disconnect these accounts first.";
  const live = `${liveAccounts} accounts live on`;
  const details = {
    format: `${live} this definition with credentials of the format ${pinned?.format}; they are of no use to another one. ${advice}`,
    hosts: `${live} this definition (${pinned?.hosts}); their credentials can't be moved (${describeHosts(next)}). ${advice}`,
    secrets: `The OAuth client's secret was given for these hosts (${pinned?.hosts}), and there would be more (${describeHosts(next)}). Give the changed definition another name, with a client of its own.`,
    unreadable: `${live} a definition that can't be read, so nobody can tell whether their credentials would move. ${advice}`,
  };
  return details[cause];
}

/** A change that two people may make all the same. */
class HostsRefused extends DomainError {
  readonly document: IntegrationDocument;
  readonly hadClient: boolean;

  constructor(detail: string, document: IntegrationDocument, hadClient: boolean) {
    super("conflict", { detail, extensions: { reason: "needs_approval" } });
    this.document = document;
    this.hadClient = hadClient;
  }
}

/** @throws DomainError not_found, conflict while accounts live on a definition that the catalogue does not have */
export async function deleteIntegration(ports: AdministerPorts, caller: Caller, name: string): Promise<void> {
  const origin = await originOfDefinition(ports, caller, name);
  if (origin === "platform") {
    throw new DomainError("conflict", {
      detail: `${name} comes from the catalogue; this environment has no definition of its own to delete.`,
    });
  }
  const outcome = await ports.integrations.remove(caller.environmentId, name, {
    environmentId: caller.environmentId,
    actor: caller.id,
    action: "integration.deleted",
    target: name,
  });
  if (outcome.kind !== "refused") return;
  throw new DomainError("conflict", {
    detail: `${outcome.liveAccounts} accounts live on this definition. Disconnect them first.`,
  });
}

async function originOfDefinition(ports: AdministerPorts, caller: Caller, name: string): Promise<string> {
  try {
    return (await findIntegration(ports, caller, name)).origin;
  } catch (error) {
    // The catalogue's can all be read.
    if (error instanceof UnreadableDefinition) return "environment";
    throw error;
  }
}
