import { hostPinOf, isSamePin, type HostPin } from "../domain/integration/host-pin.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { ConfiguredIntegration, IntegrationAdministration, IntegrationStore } from "../ports/integration-store.ts";
import type { Log } from "../ports/log.ts";

/**
 * Pins the definition that new credentials are about to be used with, unless it is pinned already.
 * @returns what is pinned, for `AccountStore.create` to compare with; the problem where other hosts are and something is at stake
 */
export async function settlePin(
  integrations: Pick<IntegrationStore, "pinHosts">,
  configured: ConfiguredIntegration,
): Promise<HostPin | DomainError> {
  if (configured.fault !== null) return faulty(configured.name, configured.fault);
  const used = hostPinOf(configured.document);
  if (configured.pin !== null && isSamePin(configured.pin, used)) return used;
  const pinned = await integrations.pinHosts(configured.environmentId, configured.name);
  return pinned !== null && isSamePin(pinned, used) ? used : movedHosts(configured.name, pinned, used);
}

/** @throws DomainError client_misconfigured; otherwise as settlePin */
export async function pinDefinition(
  integrations: Pick<IntegrationStore, "pinHosts">,
  configured: ConfiguredIntegration,
): Promise<HostPin> {
  const settled = await settlePin(integrations, configured);
  if (settled instanceof DomainError) throw settled;
  return settled;
}

/** When a process begins, with a catalogue that may be another release's. */
export async function settlePins(ports: {
  readonly integrations: Pick<IntegrationAdministration, "settlePins">;
  readonly log: Log;
}): Promise<void> {
  for (const { environmentId, name, pinned, inForce } of await ports.integrations.settlePins()) {
    const hosts = { before: pinned.hosts, now: inForce.hosts };
    ports.log.error(
      { environmentId, integration: name, ...hosts },
      "the hosts of an integration changed, so its credentials are not used until that is approved (integrations approve-hosts)",
    );
  }
}

/** Whether a definition leads elsewhere than what the environment's credentials were given for. */
export function hasMovedHosts({ document, pin }: Pick<ConfiguredIntegration, "document" | "pin">): boolean {
  return pin !== null && !isSamePin(pin, hostPinOf(document));
}

/**
 * Nothing is asked with a definition that leads elsewhere than before (invariant 12: a release that changes the catalogue must not
 * move credentials), or that was changed so that overrides don't fit it: half of what was wished for could cost a grant.
 *
 * @throws DomainError client_misconfigured
 */
export function refuseUnusable(configured: ConfiguredIntegration): void {
  if (configured.fault !== null) throw faulty(configured.name, configured.fault);
  if (hasMovedHosts(configured)) throw movedHosts(configured.name, configured.pin, hostPinOf(configured.document));
}

function faulty(name: string, fault: string): DomainError {
  return new DomainError("client_misconfigured", {
    detail: `Nothing is asked for ${name}, since ${fault}. Change them, or the definition.`,
    extensions: { reason: "overrides_invalid" },
  });
}

function movedHosts(name: string, pinned: HostPin | null, used: HostPin): DomainError {
  const word = (pin: HostPin | null): string => (pin === null ? "nothing" : `${pin.format}: ${pin.hosts}`);
  return new DomainError("client_misconfigured", {
    detail: `The definition of ${name} leads to other hosts than its credentials were given for (before: ${word(pinned)}; now: ${word(used)}), so nothing is sent there. Approve it on the server (integrations approve-hosts ${name}), or define ${name} with the hosts from before (PUT /api/v1/integrations/${name}).`,
    extensions: { reason: "hosts_changed" },
  });
}
