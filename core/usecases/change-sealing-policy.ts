import type { Caller } from "../domain/access/permission.ts";
import type { SealingPolicy } from "../domain/sealing/sealing-policy.ts";
import type { SealingAdministration } from "../ports/sealing-store.ts";

/**
 * What wraps the data keys of this environment's accounts from now on, in every process within seconds. What is sealed already stays
 * as it is, and opens; a re-wrap brings it under the new policy.
 */
export async function changeSealingPolicy(
  { sealing }: { readonly sealing: SealingAdministration },
  caller: Pick<Caller, "id" | "environmentId">,
  policy: SealingPolicy,
): Promise<void> {
  await sealing.setPolicy(caller.environmentId, policy, {
    environmentId: caller.environmentId,
    actor: caller.id,
    action: "key.policy_changed",
    target: caller.environmentId,
    detail: { policy },
  });
}
