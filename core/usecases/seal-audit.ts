import type { AuditChains } from "../ports/audit-chain.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import { ofEach } from "./of-each.ts";

export interface SealPorts {
  readonly chains: AuditChains;
  readonly log: Log;
  readonly clock: Clock;
}

/** Records that are committed this much later than their instant are still found, milliseconds. */
const lateMs = 15 * 60_000;
/** The same before an anchor. */
export const veryLateMs = 3 * 3_600_000;
const sliceMs = 60_000;
/** Ids that were told of as refused; the same ones are met again at each look. */
const toldMost = 1_000;

export interface Sealer {
  /**
   * Everything that has no link gets one, in every environment; once the signal is aborted, one batch of each.
   * @returns how many
   * @throws what kept chains from being sealed, when all the others were
   */
  seal(signal: AbortSignal): Promise<number>;
  /** The same for what was committed late, from before what is known to be complete. */
  sealLate(signal: AbortSignal, spanMs?: number): Promise<number>;
}

/** Chains what was written (R45). Holds nothing that another process or the next start would miss. */
export function createSealer({ chains, log, clock }: SealPorts): Sealer {
  const told = new Set<string>();

  const drain = async (
    environmentId: string,
    window: { readonly from: Date; readonly to: Date } | undefined,
    signal: AbortSignal,
  ): Promise<number> => {
    let links = 0;
    for (;;) {
      const result = await chains.seal(environmentId, window);
      if (result.kind === "busy") return links;
      links += result.links;
      for (const { id, at, why } of result.refused) {
        if (told.has(id)) continue;
        if (told.size >= toldMost) told.clear();
        told.add(id);
        log.error({ environment_id: environmentId, id, at, why }, "an audit record is not ours, and gets no link");
      }
      // Nothing but refused ones: they would be met again at once, and others wait behind this environment.
      if (!result.hasMore || result.links === 0 || signal.aborted) return links;
    }
  };

  return {
    async seal(signal) {
      let links = 0;
      await ofEach(await chains.environments(), async (environmentId) => {
        links += await drain(environmentId, undefined, signal);
      });
      return links;
    },

    async sealLate(signal, spanMs = lateMs) {
      let links = 0;
      const end = clock.now().getTime();
      await ofEach(await chains.environments(), async (environmentId) => {
        for (let at = end - spanMs; at < end && !signal.aborted; at += sliceMs) {
          links += await drain(environmentId, { from: new Date(at), to: new Date(at + sliceMs) }, signal);
        }
      });
      if (links > 0) log.warn({ links }, "audit records were committed late, and are sealed now");
      return links;
    },
  };
}
