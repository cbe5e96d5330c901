import { approveConnection } from "#core/usecases/approve-connection";
import {
  completeAuthorization,
  type CallbackInput,
  type CallbackOutcome,
  type CompletePorts,
} from "#core/usecases/complete-authorization";
import { createLink, type LinkInput } from "#core/usecases/create-link";
import { startAuthorization, type StartOutcome } from "#core/usecases/start-authorization";
import { callbackId, caller, type World } from "./world.ts";

export const browserSecret = "secret-in-the-cookie";

/** A new link, as its table has it. */
export async function addLink(world: World, changes: Partial<LinkInput> = {}) {
  const { token } = await createLink(world, caller, {
    tenantId: "tenant-one",
    userReference: null,
    integrationNames: ["acme-crm"],
    integratedAccountId: null,
    returnUrl: null,
    scopes: [],
    sessionBinding: false,
    expiresInSeconds: 3600,
    locale: null,
    metadata: {},
    ...changes,
  });
  const link = await world.connect.findLinkByDigest(world.digests.digest("link_token", token));
  if (link === null) throw new Error("the link was not stored");
  return link;
}

export interface Click {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly browserSecret?: string;
  readonly integrationName?: string;
  readonly connectedAccountId?: string | null;
}

/** The click on a link, as it stands in its table now. */
export async function click(world: World, linkId: string, changes: Click = {}): Promise<StartOutcome> {
  const link = await world.connect.findLink(linkId);
  if (link === null) throw new Error(`no link ${linkId}`);
  return await startAuthorization(world, {
    link,
    integrationName: "acme-crm",
    inputs: {},
    browserSecret,
    connectedAccountId: null,
    ...changes,
  });
}

/** The address of a click that must lead to the provider. */
export async function depart(world: World, linkId: string, changes: Click = {}): Promise<URL> {
  const outcome = await click(world, linkId, changes);
  if (outcome.kind !== "authorize") throw new Error(`the click led to ${outcome.kind}`);
  return new URL(outcome.url);
}

/** The provider's answer to a departure, brought by the same browser. */
export function callback(departure: URL, changes: Partial<CallbackInput> = {}): CallbackInput {
  return {
    callbackId,
    state: departure.searchParams.get("state"),
    code: "code-1",
    error: null,
    errorDescription: null,
    iss: null,
    browserSecret,
    ...changes,
  };
}

/** The way back, and the person's word that it is the right account where the page asks for it. */
export async function comeBack(ports: CompletePorts, input: CallbackInput): Promise<CallbackOutcome> {
  const outcome = await completeAuthorization(ports, input);
  if (outcome.kind !== "unapproved") return outcome;
  return await approveConnection(ports, { sessionId: outcome.session.id, browserSecret: input.browserSecret });
}
