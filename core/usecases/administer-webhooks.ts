import type { Caller } from "../domain/access/permission.ts";
import type { AuditAction, AuditRecord } from "../domain/audit/audit-record.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { judgeEndpointUrl, maskAddress, type EndpointFormat } from "../domain/webhook/endpoint-url.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type {
  Delivery,
  EndpointPatch,
  EndpointSecret,
  Replay,
  WebhookEndpoint,
  WebhookStore,
} from "../ports/webhook-store.ts";
import type { Once } from "./run-once.ts";
import type { Vault } from "./vault.ts";

export interface WebhookPorts {
  readonly webhooks: WebhookStore;
  readonly vault: Vault;
  readonly random: Randomness;
  readonly clock: Clock;
  /** Why calls to an origin are certain to be refused; null: they may work. */
  readonly hostRefusal: (origin: string) => string | null;
  /** Whether a mail server is configured. */
  readonly sendsMail: boolean;
}

/** More than that is no list that anybody keeps in order; and each costs a delivery for each event. */
export const mostEndpoints = 50;
/** How long a replaced secret still signs, seconds. */
export const overlapSeconds = 86_400;
/** Of one replay; what is more is asked for in parts. */
export const mostReplayed = 100_000;
/** Events are kept for so long, days. */
const keptDays = 30;

export interface EndpointInput {
  readonly url: string;
  /** Null: what goes with the address. */
  readonly format: EndpointFormat | null;
  readonly events: readonly string[];
  readonly description: string | null;
}

/**
 * @param once of a request that may come again: it makes the same endpoint with the same secret
 * @returns the endpoint, and its secret to show once; null: its format is not signed
 * @throws DomainError invalid_request naming the field; conflict: there are as many as may be
 */
export async function createEndpoint(
  ports: WebhookPorts,
  caller: Caller,
  input: EndpointInput,
  once: Once | undefined,
): Promise<{ readonly endpoint: WebhookEndpoint; readonly secret: string | null }> {
  const { environmentId } = caller;
  const format = checkedUrl(ports, input.url, input.format);
  const id = once?.id("whe") ?? makeId("whe", ports.random.bytes(idRandomBytes));
  const secret = format === "standard" ? makeSecret(once?.secret() ?? ports.random.bytes(secretBytes)) : null;
  const sealed =
    secret !== null
      ? await seal(ports, { id, environmentId }, "webhook_secret", 1, secret)
      : format === "chat"
        ? await seal(ports, { id, environmentId }, "webhook_address", 1, input.url)
        : null;
  const url = format === "chat" ? maskAddress(input.url) : input.url;
  const record = recordOf(caller, "webhook_endpoint.created", id, {
    format,
    events: input.events,
    key_id: sealed?.kid ?? null,
  });
  const endpoint = { id, environmentId, url, format, events: input.events, description: input.description };
  const isMade = await ports.webhooks.createEndpoint(endpoint, sealed, mostEndpoints, record);
  const made = isMade ? await ports.webhooks.findEndpoint(environmentId, id) : null;
  if (made !== null) return { endpoint: made, secret };
  throw new DomainError("conflict", {
    detail: `This environment has ${mostEndpoints} webhook endpoints, and no more are allowed. Remove one first.`,
  });
}

/** @throws DomainError not_found, invalid_request */
export async function updateEndpoint(
  ports: WebhookPorts,
  caller: Caller,
  id: string,
  asked: EndpointPatch,
): Promise<WebhookEndpoint> {
  const endpoint = await findEndpoint(ports, caller, id);
  const isChat = endpoint.format === "chat";
  const { url, ...others } = asked;
  // The masked address, as it is shown, means the one that is there.
  const patch: EndpointPatch = isChat && url === endpoint.url ? others : asked;
  // A format stays: what is signed, and what is not, is a matter of its receiver.
  if (patch.url !== undefined) checkedUrl(ports, patch.url, endpoint.format);
  const version = (endpoint.addressVersion ?? 0) + 1;
  const address =
    isChat && patch.url !== undefined ? await seal(ports, endpoint, "webhook_address", version, patch.url) : null;
  const records = [
    recordOf(caller, "webhook_endpoint.updated", id, {
      fields: Object.keys(patch),
      ...(patch.status === undefined ? {} : { status: patch.status }),
    }),
    ...(address === null
      ? []
      : [recordOf(caller, "secret.sealed", id, { field: address.field, version }, address.kid)]),
  ];
  const shown = address === null || patch.url === undefined ? patch : { ...patch, url: maskAddress(patch.url) };
  const updated = await ports.webhooks.updateEndpoint(caller.environmentId, id, shown, address, records);
  if (updated === null) throw noEndpoint();
  if (updated !== "changed") return updated;
  throw new DomainError("conflict", {
    detail: "Somebody else changed this address a moment ago. Read the endpoint again.",
  });
}

/** @throws DomainError not_found */
export async function removeEndpoint(ports: WebhookPorts, caller: Caller, id: string): Promise<void> {
  const { secretVersion, addressVersion } = await findEndpoint(ports, caller, id);
  const erased = (field: EndpointSecret["field"], version: number | null): AuditRecord[] =>
    version === null ? [] : [recordOf(caller, "secret.erased", id, { field, reason: "endpoint_deleted" })];
  const records = [
    recordOf(caller, "webhook_endpoint.deleted", id, {}),
    ...erased("webhook_secret", secretVersion),
    ...erased("webhook_address", addressVersion),
  ];
  if (!(await ports.webhooks.removeEndpoint(caller.environmentId, id, records))) throw noEndpoint();
}

/**
 * A new secret, beside which the one before signs for a day (Standard Webhooks, "Zero downtime secret rotation").
 * @throws DomainError not_found, conflict
 */
export async function rotateSecret(
  ports: WebhookPorts,
  caller: Caller,
  id: string,
  once: Once | undefined,
): Promise<{ readonly secret: string; readonly previousUntil: Date }> {
  const endpoint = await findEndpoint(ports, caller, id);
  const { secretVersion } = endpoint;
  if (secretVersion === null) {
    throw new DomainError("conflict", { detail: `Deliveries of the format ${endpoint.format} are not signed.` });
  }
  const secret = makeSecret(once?.secret() ?? ports.random.bytes(secretBytes));
  // A run that was broken off after it had rotated made this very secret.
  const before = once === undefined ? secretVersion : (await once.remember({ version: secretVersion })).version;
  if (before !== secretVersion && endpoint.previousSecretUntil !== null) {
    return { secret, previousUntil: endpoint.previousSecretUntil };
  }
  const sealed = await seal(ports, endpoint, "webhook_secret", secretVersion + 1, secret);
  const previousUntil = await ports.webhooks.addSecret(endpoint, sealed, secretVersion, overlapSeconds, [
    recordOf(caller, "webhook_endpoint.updated", id, { fields: ["secret"], version: sealed.version }),
    recordOf(caller, "secret.sealed", id, { field: sealed.field, version: sealed.version }, sealed.kid),
  ]);
  if (previousUntil !== null) return { secret, previousUntil };
  throw new DomainError("conflict", {
    detail: "Somebody else rotated this secret a moment ago. Read the endpoint again.",
  });
}

/** A test event to this endpoint alone. @throws DomainError not_found, conflict: it is disabled */
export async function pingEndpoint(
  ports: WebhookPorts,
  caller: Caller,
  id: string,
  once: Once | undefined,
): Promise<{ readonly eventId: string; readonly deliveryId: string }> {
  const endpoint = await findEndpoint(ports, caller, id);
  refuseDisabled(endpoint);
  const eventId = once?.id("evt") ?? makeId("evt", ports.random.bytes(idRandomBytes));
  const record = recordOf(caller, "webhook_endpoint.tested", id, { event: eventId });
  return { eventId, deliveryId: await ports.webhooks.ping(endpoint, { id: eventId, payload: { id } }, record) };
}

/** @throws DomainError not_found, conflict: the endpoint is disabled */
export async function redeliver(ports: WebhookPorts, caller: Caller, id: string): Promise<Delivery> {
  const { environmentId } = caller;
  if ((await ports.webhooks.findDelivery(environmentId, id)) === null) throw noDelivery();
  const record = recordOf(caller, "webhook_delivery.redelivered", id, {});
  const isDone = await ports.webhooks.redeliver(environmentId, id, record);
  const delivery = await ports.webhooks.findDelivery(environmentId, id);
  if (delivery === null) throw noDelivery();
  if (!isDone) throw disabled();
  return delivery;
}

/** @returns how many deliveries it makes. @throws DomainError not_found, conflict, invalid_request */
export async function replayEvents(ports: WebhookPorts, caller: Caller, id: string, replay: Replay): Promise<number> {
  const endpoint = await findEndpoint(ports, caller, id);
  refuseDisabled(endpoint);
  if (replay.to !== null && replay.to <= replay.from) throw invalid("/to", "expected an instant after from");
  if (replay.from.getTime() < ports.clock.now().getTime() - keptDays * 86_400_000)
    throw invalid("/from", `events are kept for ${keptDays} days; expected an instant within them`);
  const record = recordOf(caller, "webhook_endpoint.replayed", id, {
    from: replay.from.toISOString(),
    to: replay.to?.toISOString() ?? null,
    status: replay.status,
  });
  const deliveries = await ports.webhooks.replay(endpoint, replay, mostReplayed, record);
  if (deliveries === null)
    throw invalid("/to", `would replay more than ${mostReplayed} events; ask for a shorter time`);
  return deliveries;
}

/** @throws DomainError not_found, also for another environment's */
export async function findEndpoint(
  { webhooks }: Pick<WebhookPorts, "webhooks">,
  caller: Caller,
  id: string,
): Promise<WebhookEndpoint> {
  const endpoint = await webhooks.findEndpoint(caller.environmentId, id);
  if (endpoint === null) throw noEndpoint();
  return endpoint;
}

const secretBytes = 32;

/** As Standard Webhooks writes it: base64 behind a prefix that secret scanners know. */
function makeSecret(bytes: Uint8Array): string {
  return `whsec_${Buffer.from(bytes).toString("base64")}`;
}

async function seal(
  { vault }: Pick<WebhookPorts, "vault">,
  { id: owner, environmentId }: Pick<WebhookEndpoint, "id" | "environmentId">,
  field: EndpointSecret["field"],
  version: number,
  value: string,
): Promise<EndpointSecret> {
  const dataKey = await vault.prepare(environmentId);
  const sealed = vault.seal(dataKey, { environmentId, owner, field, version }, Buffer.from(value, "utf8"));
  return { ...sealed, field, version };
}

function checkedUrl(ports: WebhookPorts, url: string, asked: EndpointFormat | null): EndpointFormat {
  const judged = judgeEndpointUrl(url, asked, ports.hostRefusal);
  if (judged.kind === "invalid") throw invalid(judged.pointer, judged.detail);
  if (judged.format === "email" && !ports.sendsMail)
    throw invalid(
      "/url",
      "no mail server is configured: set EVERGRANT_SMTP_URL and EVERGRANT_SMTP_FROM for api and worker",
    );
  return judged.format;
}

function recordOf(
  caller: Caller,
  action: AuditAction,
  target: string,
  detail: NonNullable<AuditRecord["detail"]>,
  keyId?: string,
): AuditRecord {
  const { environmentId, id: actor } = caller;
  return { environmentId, actor, action, target, detail, ...(keyId === undefined ? {} : { keyId }) };
}

function refuseDisabled({ status }: WebhookEndpoint): void {
  if (status === "disabled") throw disabled();
}

function disabled(): DomainError {
  return new DomainError("conflict", {
    detail: 'The endpoint is disabled. Take it into use again first (PATCH with status "enabled").',
  });
}

function noEndpoint(): DomainError {
  return new DomainError("not_found", { detail: "There is no such webhook endpoint in this environment." });
}

export function noDelivery(): DomainError {
  return new DomainError("not_found", { detail: "There is no such delivery in this environment." });
}

function invalid(pointer: string, detail: string): DomainError {
  return new DomainError("invalid_request", {
    detail: "The webhook can't be set up as asked.",
    errors: [{ pointer, detail }],
  });
}
