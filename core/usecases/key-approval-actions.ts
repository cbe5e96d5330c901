import { z } from "zod";
import type { ApprovalEffect } from "../domain/approval/approval.ts";
import type { ApprovalKind } from "../domain/approval/approval-kind.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { sealingPolicies, type SealingPolicy } from "../domain/sealing/sealing-policy.ts";
import type { EnvironmentStore } from "../ports/environment-store.ts";
import {
  defineAction,
  type ApprovalAction,
  type ApprovedRun,
  type Doer,
  type KnownAction,
} from "./approval-actions.ts";
import { changeSealingPolicy } from "./change-sealing-policy.ts";
import { destroyTenantKey, weighTenantKey } from "./destroy-tenant-key.ts";
import { disableKey, enableKey, findKey, refuseInUse, type DisableKeyPorts } from "./disable-key.ts";
import { planRewrap, startRewrap, type StartRewrapPorts } from "./start-rewrap.ts";

export interface KeyActionPorts extends DisableKeyPorts, StartRewrapPorts {
  readonly rewraps: DisableKeyPorts["rewraps"] & StartRewrapPorts["rewraps"];
  readonly environments: Pick<EnvironmentStore, "findById">;
}

type KeyKind = Extract<ApprovalKind, `key.${string}` | "tenant.delete_key">;

/**
 * What needs two people about the keys that seal everything (R48). Each does what the command line does alone, and the store spends the
 * approval with it.
 */
export function keyApprovalActions(ports: KeyActionPorts): Readonly<Record<KeyKind, KnownAction>> {
  return {
    "key.rewrap_start": defineAction(rewrapAction(ports)),
    "key.disable": defineAction(keyStateAction(ports, "disabled")),
    "key.enable": defineAction(keyStateAction(ports, "enabled")),
    "key.policy_change": defineAction(policyAction(ports)),
    "tenant.delete_key": defineAction(tenantKeyAction(ports)),
  };
}

const rewrapParameters = z.strictObject({
  pace: z.number().int().positive().nullable(),
  everything: z.literal(true).optional(),
});

function rewrapAction(ports: KeyActionPorts): ApprovalAction<z.infer<typeof rewrapParameters>> {
  return {
    parameters: rewrapParameters,
    async assess(environmentId, { pace, everything = false }) {
      const { scope, stale } = await planRewrap(ports, environmentId, everything);
      const { toKid, policy } = scope;
      const { total } = stale;
      return {
        subject: toKid,
        // Values come and go; to which key they would be brought is what was seen.
        state: { toKid, policy },
        effect: {
          summary: everything
            ? `Wrap everything anew, under the newest version of the key ${toKid}`
            : `Move all sealed values to the key ${toKid}`,
          changes: [],
          consequences: [
            total === 0
              ? everything
                ? "Nothing is sealed now, so the run has nothing to do."
                : "Nothing is under another key now, so the run only opens a sample."
              : `The data keys of ${valuesOf(total)} are wrapped anew, ${pace === null ? "as fast as it goes" : `at most ${pace} a second`}; no value is opened for it.`,
            "It can be paused and stopped. Refreshes go on meanwhile, and what they write wins.",
          ],
        },
      };
    },
    async execute({ pace, everything = false }, run) {
      await startRewrap(ports, doerOf(run), { pace, everything });
      return "done";
    },
  };
}

const kidParameters = z.strictObject({ kid: z.string() });

function keyStateAction(
  ports: KeyActionPorts,
  to: "disabled" | "enabled",
): ApprovalAction<z.infer<typeof kidParameters>> {
  const find = async (environmentId: string, kid: string) =>
    await findKey(ports, { environmentId, environment: await nameOf(ports, environmentId) }, kid);
  return {
    parameters: kidParameters,
    async assess(environmentId, { kid }) {
      const key = await find(environmentId, kid);
      const isDisabled = key.state === "disabled";
      if (to === "disabled" ? isDisabled && key.isConfigured : !isDisabled) throw isSoAlready(`${kid} is ${to}`);
      if (to === "disabled") await refuseInUse(ports, environmentId, key);
      return { subject: kid, state: { state: key.state }, effect: to === "disabled" ? disabling(kid) : enabling(kid) };
    },
    async execute({ kid }, run) {
      const caller = { ...doerOf(run), kind: "system", environment: await nameOf(ports, run.environmentId) } as const;
      await (to === "disabled" ? disableKey(ports, caller, kid) : enableKey(ports, caller, kid));
      return "done";
    },
  };
}

function disabling(kid: string): ApprovalEffect {
  return {
    summary: `Disable the key ${kid}`,
    changes: [],
    consequences: [
      "It wraps and opens nothing any more, in every process within seconds.",
      "It seals nothing now. What an older copy of the database has under it does not open while it is disabled.",
      "It can be enabled again.",
    ],
  };
}

function enabling(kid: string): ApprovalEffect {
  return {
    summary: `Enable the key ${kid} again`,
    changes: [],
    consequences: ["Whatever is sealed under it opens again, in every process within seconds."],
  };
}

const policyParameters = z.strictObject({ policy: z.enum(sealingPolicies) });

const policyWords: Readonly<Record<SealingPolicy, string>> = {
  direct: "the KMS itself, one call for each write",
  tenant: "one key for each tenant, which the KMS wraps",
};

function policyAction(ports: KeyActionPorts): ApprovalAction<z.infer<typeof policyParameters>> {
  return {
    parameters: policyParameters,
    async assess(environmentId, { policy }) {
      const before = await ports.rewraps.policyOf(environmentId);
      if (before === policy) throw isSoAlready(`The policy is ${policy}`);
      return {
        subject: "sealing policy",
        state: { policy: before },
        effect: {
          summary: `Seal what accounts hold under ${policy === "tenant" ? "a key for each tenant" : "the KMS itself"}`,
          changes: [{ what: "What wraps data keys", before: policyWords[before], after: policyWords[policy] }],
          consequences: [
            policy === "tenant"
              ? "A tenant's key is remembered in memory for minutes; deleting a tenant destroys it."
              : "Every write and every token read calls the KMS. Deleting a tenant destroys no key.",
            "What is sealed already stays as it is, and opens; a re-wrap brings it under the new policy.",
          ],
        },
      };
    },
    async execute({ policy }, run) {
      await changeSealingPolicy(ports, doerOf(run), policy);
      return "done";
    },
  };
}

const tenantParameters = z.strictObject({ tenant_id: z.string(), force: z.boolean() });

function tenantKeyAction(ports: KeyActionPorts): ApprovalAction<z.infer<typeof tenantParameters>> {
  return {
    parameters: tenantParameters,
    async assess(environmentId, { tenant_id: tenantId, force }) {
      const sealed = await weighTenantKey(ports.sealing, environmentId, tenantId, force);
      const key = await ports.sealing.findCurrentTenantKey(environmentId, tenantId);
      return {
        subject: tenantId,
        // Whoever agreed that nothing is lost has not agreed that something is; nor to the end of a key that came later.
        state: { key: key?.id ?? null, sealsSomething: sealed > 0 },
        effect: {
          summary: `Destroy the key of the tenant ${tenantId}`,
          changes: [],
          consequences: [
            sealed === 0
              ? "It seals nothing now. What older copies of the database have under it is out of reach once they lack the key."
              : `${valuesOf(sealed)} never open again: those accounts answer sealed_value_invalid and must be connected anew.`,
            "This can't be undone.",
          ],
        },
      };
    },
    async execute({ tenant_id: tenantId, force }, run) {
      await destroyTenantKey(ports, doerOf(run), tenantId, force);
      return "done";
    },
  };
}

/** Nobody is asked to approve what changes nothing. */
function isSoAlready(what: string): DomainError {
  return new DomainError("conflict", { detail: `${what} already, so there is nothing to approve.` });
}

function valuesOf(count: number): string {
  return count === 1 ? "1 value" : `${count.toLocaleString("en")} values`;
}

async function nameOf({ environments }: KeyActionPorts, environmentId: string): Promise<string> {
  const found = await environments.findById(environmentId);
  if (found === null) throw new DomainError("not_found", { detail: "This environment is gone." });
  return found.name;
}

function doerOf(run: ApprovedRun): Doer {
  return { id: run.requestedBy, environmentId: run.environmentId, approved: run };
}
