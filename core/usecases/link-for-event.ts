import type { Caller } from "../domain/access/permission.ts";
import { makeId } from "../domain/identifier/identifier.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { StoredEvent } from "../domain/webhook/render-event.ts";
import type { Log } from "../ports/log.ts";
import { createLink, type LinkPorts } from "./create-link.ts";

/** As long as a link lives by default, from the first attempt on. */
const linkSeconds = 604_800;

/**
 * The re-authorization link that an event carries (R84). Its secret is derived from the event's id when it is sent, and stored
 * nowhere: every attempt, to every endpoint, carries the same link, and the database knows its digest alone (R2, ADR 0039).
 *
 * @returns the link's token; null: there is nothing to re-authorize any more
 */
export async function linkForEvent(
  ports: LinkPorts & { readonly log: Log },
  event: StoredEvent,
  environment: string,
): Promise<string | null> {
  const tenantId = event.payload["tenant_id"];
  if (event.accountId === null || typeof tenantId !== "string") return null;
  const derive = (part: string): Uint8Array => ports.digests.digest("event_link", `${part}:${event.id}`);
  const caller: Caller = {
    kind: "system",
    id: "worker",
    environmentId: event.environmentId,
    environment,
    permissions: new Set(),
    tenantIds: null,
    integrationNames: null,
  };
  try {
    const { token } = await createLink(ports, caller, {
      tenantId,
      userReference: null,
      integrationNames: null,
      integratedAccountId: event.accountId,
      returnUrl: null,
      scopes: [],
      sessionBinding: false,
      expiresInSeconds: linkSeconds,
      locale: null,
      metadata: {},
      made: { id: makeId("lnk", Buffer.concat(["id1", "id2", "id3"].map(derive))), secret: derive("secret") },
    });
    return token;
  } catch (error) {
    if (!(error instanceof DomainError) || error.status >= 500) throw error;
    ports.log.info({ event: event.id, code: error.code }, "an event is sent without a link");
    return null;
  }
}
