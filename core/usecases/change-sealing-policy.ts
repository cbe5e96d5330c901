import type { Caller } from "../domain/access/permission.ts";
import type { SealingPolicy } from "../domain/sealing/sealing-policy.ts";
import type { SealingAdministration } from "../ports/sealing-store.ts";
import type { SealingKeys } from "./sealing-keys.ts";

/**
 * What wraps the data keys of this environment's accounts from now on, in this process at once, in the others within seconds. What is sealed already stays
 * as it is, and opens; a re-wrap brings it under the new policy.
 */
export async function changeSealingPolicy(
  { sealing, sealingKeys }: { readonly sealing: SealingAdministration; readonly sealingKeys: SealingKeys },
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
  sealingKeys.forgetState();
}
