import { DomainError } from "#core/domain/problem/domain-error";
import type { RefreshReason } from "#core/domain/refresh/decide-refresh";
import { isUnasked, planUnasked, type UnaskedPlan } from "#core/domain/refresh/plan-unasked";
import { definitionStamp, putOff } from "#adapters/postgres/put-off";
import type { WorkerPorts } from "./worker-ports.ts";

export interface PutOff {
  readonly kind: "put_off";
  /** Null: there was no alarm to put off, or what was wrong has been mended meanwhile, and the alarm rings on. */
  readonly plan: UnaskedPlan | null;
}

/**
 * Without a definition that may be used nothing can be asked, and a value that does not open is not mended by trying again: the alarm
 * is put off, so that the account is looked at again after the operator's repair.
 *
 * A repair that comes between the look and the write must not be waited for until then. So what a definition is judged by is stamped,
 * the account looked at once more, and put off only while the stamp is the same.
 *
 * @param refresh whatever else it throws is thrown on
 */
export async function refreshOrPutOff<Outcome>(
  ports: Pick<WorkerPorts, "pool" | "log" | "clock">,
  account: { readonly environmentId: string; readonly accountId: string },
  reason: RefreshReason,
  refresh: () => Promise<Outcome>,
): Promise<Outcome | PutOff> {
  let stamp: string | null = null;
  for (;;) {
    try {
      return await refresh();
    } catch (error) {
      if (!(error instanceof DomainError) || !isUnasked(error.code)) throw error;
      if (error.code === "client_misconfigured" && stamp === null) {
        stamp = await definitionStamp(ports.pool, account);
        if (stamp !== null) continue;
      }
      ports.log.error({ account: account.accountId, error }, "an account can't be refreshed");
      const plan = planUnasked(reason, error.code, error.extensions["reason"], ports.clock.now());
      const told = { code: error.code, message: error.detail };
      return { kind: "put_off", plan: (await putOff(ports.pool, account, told, plan, stamp)) ? plan : null };
    }
  }
}
