import { hostChange, hostPinOf, isCovered, type HostPin } from "../domain/integration/host-pin.ts";
import type { IntegrationDocument } from "../domain/integration/integration-document.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { ConfiguredIntegration, IntegrationAdministration, IntegrationStore } from "../ports/integration-store.ts";
import type { Log } from "../ports/log.ts";

type Inputs = Readonly<Record<string, string>>;

/**
 * Pins the definition that new credentials are about to be used with, unless it is pinned already.
 *
 * @param inputs of the account that they are for; null: a client's, which go wherever accounts go
 * @returns what is pinned, for `AccountStore.create` to compare with; the problem where other hosts are and something is at stake
 */
export async function settlePin(
  integrations: Pick<IntegrationStore, "pinHosts">,
  configured: ConfiguredIntegration,
  inputs: Inputs | null,
): Promise<HostPin | DomainError> {
  const { document, environmentId, fault, name, pin } = configured;
  if (fault !== null) return faulty(name, fault);
  if (pin !== null && isCovered(pin, document, inputs)) return pin;
  const pinned = await integrations.pinHosts(environmentId, name);
  return pinned !== null && isCovered(pinned, document, inputs) ? pinned : movedHosts(name, pinned, document);
}

/** @throws DomainError client_misconfigured; otherwise as settlePin */
export async function pinDefinition(
  integrations: Pick<IntegrationStore, "pinHosts">,
  configured: ConfiguredIntegration,
  inputs: Inputs | null,
): Promise<HostPin> {
  const settled = await settlePin(integrations, configured, inputs);
  if (settled instanceof DomainError) throw settled;
  return settled;
}

/** When a process begins, with a catalogue that may be another release's. */
export async function settlePins(ports: {
  readonly integrations: Pick<IntegrationAdministration, "settlePins">;
  readonly log: Log;
}): Promise<void> {
  for (const { environmentId, name, pinned, inForce, change } of await ports.integrations.settlePins()) {
    const facts = { environmentId, integration: name, before: pinned.hosts, now: inForce.hosts };
    if (change === "choices") {
      ports.log.warn(
        facts,
        "the choices that form a host of an integration changed; those that are new, or gone, are not used until that is approved (integrations approve-hosts)",
      );
    } else {
      ports.log.error(
        facts,
        "the hosts of an integration changed, so its credentials are not used until that is approved (integrations approve-hosts)",
      );
    }
  }
}

/** What nothing is asked for, as long as nobody approves other hosts than the environment's credentials were given for. */
export function unapprovedHosts({
  document,
  name,
  pin,
}: Pick<ConfiguredIntegration, "document" | "name" | "pin">): string | null {
  const change = pin === null ? null : hostChange(pin, document);
  switch (change?.kind) {
    case "hosts":
      return `its hosts changed and are not approved (integrations approve-hosts ${name}); credentials were given for: ${pin?.hosts}`;
    case "choices": {
      const kept = Object.entries(change.kept).map(([name, values]) => `${name} ${values.join("|")}`);
      return `the choices that form its hosts changed and are not approved (integrations approve-hosts ${name}); only accounts with these are used: ${kept.join(", ")}`;
    }
    default:
      return null;
  }
}

/**
 * Nothing is asked with a definition that leads elsewhere than before (invariant 12: a release that changes the catalogue must not
 * move credentials), or that was changed so that overrides don't fit it: half of what was wished for could cost a grant.
 *
 * @param inputs of the account that it would be asked for
 * @throws DomainError client_misconfigured
 */
export function refuseUnusable({ document, fault, name, pin }: ConfiguredIntegration, inputs: Inputs): void {
  if (fault !== null) throw faulty(name, fault);
  if (pin !== null && !isCovered(pin, document, inputs)) throw movedHosts(name, pin, document);
}

function faulty(name: string, fault: string): DomainError {
  return new DomainError("client_misconfigured", {
    detail: `Nothing is asked for ${name}, since ${fault}. Change them, or the definition.`,
    extensions: { reason: "overrides_invalid" },
  });
}

function movedHosts(name: string, pinned: HostPin | null, document: IntegrationDocument): DomainError {
  const used = hostPinOf(document);
  const word = (pin: HostPin | null): string => (pin === null ? "nothing" : `${pin.format}: ${pin.hosts}`);
  return new DomainError("client_misconfigured", {
    detail: `The definition of ${name} leads to other hosts than its credentials were given for (before: ${word(pinned)}; now: ${word(used)}), so nothing is sent there. Approve it on the server (integrations approve-hosts ${name}), or define ${name} with the hosts from before (PUT /api/v1/integrations/${name}).`,
    extensions: { reason: "hosts_changed" },
  });
}
