import type { SealingPolicy } from "../domain/sealing/sealing-policy.ts";
import type { SealingAdministration } from "../ports/sealing-store.ts";
import { approvalDetail, type Doer } from "./approval-actions.ts";
import type { SealingKeys } from "./sealing-keys.ts";

/**
 * What wraps the data keys of this environment's accounts from now on, in this process at once, in the others within seconds. What is
 * sealed already stays as it is, and opens; a re-wrap brings it under the new policy.
 */
export async function changeSealingPolicy(
  { sealing, sealingKeys }: { readonly sealing: SealingAdministration; readonly sealingKeys: SealingKeys },
  caller: Doer,
  policy: SealingPolicy,
): Promise<void> {
  const { environmentId } = caller;
  await sealing.setPolicy(
    environmentId,
    policy,
    {
      environmentId,
      actor: caller.id,
      action: "key.policy_changed",
      target: environmentId,
      detail: { policy, ...approvalDetail(caller) },
    },
    caller.approved,
  );
  sealingKeys.forgetState();
}
