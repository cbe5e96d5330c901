import { DomainError } from "#core/domain/problem/domain-error";
import type { RefreshReason } from "#core/domain/refresh/decide-refresh";
import { isUnasked, planUnasked, type UnaskedPlan } from "#core/domain/refresh/plan-unasked";
import { putOff } from "#adapters/postgres/put-off";
import type { WorkerPorts } from "./worker-ports.ts";

/**
 * Without a definition that may be used nothing can be asked, and a value that does not open is not mended by trying again: the alarm is put off,
 * so that the account is looked at again after the operator's repair.
 *
 * @param error what refreshing the account threw; any other than of that kind is thrown again
 * @returns null when there was no alarm to put off
 */
export async function putOffUnasked(
  ports: WorkerPorts,
  account: { readonly environmentId: string; readonly accountId: string },
  reason: RefreshReason,
  error: unknown,
): Promise<UnaskedPlan | null> {
  if (!(error instanceof DomainError) || !isUnasked(error.code)) throw error;
  ports.log.error({ account: account.accountId, error }, "an account can't be refreshed");
  const plan = planUnasked(reason, error.code, error.extensions["reason"], ports.clock.now());
  return (await putOff(ports.pool, account, { code: error.code, message: error.detail }, plan)) ? plan : null;
}
