import { Secret } from "../domain/secret/secret.ts";
import { maskAddress } from "../domain/webhook/endpoint-url.ts";
import { scrubSentOf, secretParts, waysToWrite, type ScrubSent } from "../domain/webhook/scrub-sent.ts";
import type { ClaimedEndpoint, DeliveryQueue } from "../ports/delivery-queue.ts";
import type { Log } from "../ports/log.ts";
import type { EndpointSecret } from "../ports/webhook-store.ts";
import type { Sign } from "../ports/webhook-receivers.ts";
import type { Vault } from "./vault.ts";

export interface OpenPorts {
  readonly vault: Vault;
  readonly deliveries: Pick<DeliveryQueue, "sealAddress">;
  /** Makes what signs with these secrets, as they are written. */
  readonly signWith: (secrets: readonly string[]) => Sign;
  readonly log: Log;
}

export interface OpenedEndpoint {
  readonly endpoint: ClaimedEndpoint;
  readonly sign: Sign;
  /** Takes what was opened out of what a receiver repeats. */
  readonly scrub: ScrubSent;
}

/**
 * What is sealed of an endpoint, opened once for each of its turns: what it is signed with, and the address of a chat.
 * @returns null: it can't be opened, and nothing must be sent unsigned
 */
export async function openEndpoint(ports: OpenPorts, endpoint: ClaimedEndpoint): Promise<OpenedEndpoint | null> {
  try {
    const opened: Secret[] = [];
    for (const secret of endpoint.secrets) opened.push(await open(ports, endpoint, "webhook_secret", secret));
    if (endpoint.format === "standard" && opened.length === 0) throw new Error("the endpoint has no secret");
    const secrets = opened.map((secret) => secret.reveal());
    const url = await addressOf(ports, endpoint);
    const repeated = [...secrets.flatMap(waysToWrite), ...(endpoint.format === "chat" ? secretParts(url) : [])];
    return { endpoint: { ...endpoint, url }, sign: ports.signWith(secrets), scrub: scrubSentOf(repeated) };
  } catch (error) {
    ports.log.error({ endpoint: endpoint.id, error }, "what is sealed of a webhook endpoint can't be opened");
    return null;
  }
}

async function addressOf(ports: OpenPorts, endpoint: ClaimedEndpoint): Promise<string> {
  const { format, url, address } = endpoint;
  if (format !== "chat") return url;
  const opened = address === null ? null : (await open(ports, endpoint, "webhook_address", address)).reveal();
  if (opened !== null && maskAddress(opened) === url) return opened;
  // Written by the version before, which knows of no sealed ones.
  if (maskAddress(url) !== url) return await sealNow(ports, endpoint);
  if (address === null && opened === null && !url.includes("…")) return url;
  throw new Error("the sealed address is not the one that is shown");
}

/** Whatever comes of it, the address is known. */
async function sealNow({ vault, deliveries, log }: OpenPorts, endpoint: ClaimedEndpoint): Promise<string> {
  const { id: owner, environmentId, url, address } = endpoint;
  const field = "webhook_address";
  const version = (address?.version ?? 0) + 1;
  try {
    const dataKey = await vault.prepare(environmentId);
    const sealed = vault.seal(dataKey, { environmentId, owner, field, version }, Buffer.from(url, "utf8"));
    await deliveries.sealAddress(endpoint, maskAddress(url), { ...sealed, field, version }, [
      {
        environmentId,
        actor: "worker",
        action: "secret.sealed",
        target: owner,
        keyId: sealed.kid,
        detail: { field, version },
      },
    ]);
  } catch (error) {
    log.warn({ endpoint: owner, error }, "the address of a chat stays unsealed for now");
  }
  return url;
}

const purposes = { webhook_secret: "webhook_signature", webhook_address: "webhook_address" } as const;

async function open(
  { vault }: OpenPorts,
  { id: owner, environmentId }: ClaimedEndpoint,
  field: EndpointSecret["field"],
  { version, sealed }: ClaimedEndpoint["secrets"][number],
): Promise<Secret> {
  const access = { actor: "worker", purpose: purposes[field] };
  const plaintext = await vault.open({ environmentId, owner, field, version }, sealed, access);
  const secret = new Secret(plaintext.toString("utf8"));
  plaintext.fill(0);
  return secret;
}
