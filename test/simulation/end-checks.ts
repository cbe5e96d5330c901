import { refreshAccount } from "#core/usecases/refresh-account";
import type { Calls } from "./calls.ts";
import type { Life } from "./life.ts";
import type { RowWatch } from "./row-watch.ts";
import { sealedRefreshToken } from "./simulated-vault.ts";
import { quiet } from "./timeline.ts";
import { environmentId, type SimulatedWorld } from "./world.ts";

/** What still keeps a run from its end; null: nothing. */
export function unsettled(world: SimulatedWorld, watch: RowWatch, calls: Calls, peaceMs: number): string | null {
  for (const row of watch.rows.values()) {
    if (row.leaseUntil !== null || row.attempt !== null) return `${row.id} holds a lease or an attempt`;
    if (row.status !== "active" || !row.hasRefreshToken) continue;
    if (row.refreshDueAt === null) return `${row.id} is active and has no alarm`;
    if (row.doubts > 0 || row.consecutiveFailures > 0) return `${row.id} still fails: ${JSON.stringify(row.lastError)}`;
    if (row.issuedAt !== null && row.issuedAt.getTime() - world.startMs < peaceMs)
      return `${row.id} was not refreshed since`;
  }
  for (const [machine, { entries }] of world.spools) if (entries.size > 0) return `an answer lies on ${machine}`;
  const [call] = calls.pending();
  return call === undefined
    ? null
    : `${call.what}, asked of ${call.life.process} ${Math.round(call.fromMs / 1000)} s in, has not ended`;
}

const lastRefreshMs = 60_000;

/** What every row must look like when nothing has been wrong for long enough. */
export async function checkEnd(
  world: SimulatedWorld,
  watch: RowWatch,
  pickLife: () => Life | null,
  calls: Calls,
  advance: (isDone: () => boolean) => Promise<void>,
): Promise<void> {
  const { store, report } = world;
  for (const attempt of store.attempts) {
    if (attempt.result === null) report("stuck", `attempt ${attempt.id} of ${attempt.accountId} never ended`);
  }
  checkReauthorizations(world, watch);
  for (const { id } of watch.rows.values()) {
    await advance(() => unsettled(world, watch, calls, 0) === null);
    const row = watch.rows.get(id);
    if (row === undefined) continue;
    const found = await store.findWithCredential(environmentId, row.id);
    if (row.status !== "active" || found === null) continue;
    if (found.credential === null || found.credential.version !== row.credentialVersion) {
      report("sealed", `${row.id} is active with credentials of version ${found.credential?.version}`);
      continue;
    }
    const token = sealedRefreshToken(found.credential.sealed);
    const refusal =
      token === null ? null : world.accountIds.get(row.id)?.provider.refusalOf(token, world.timeline.nowMs);
    if (refusal !== null) report("lost", `${row.id} is active, but ${token} is refused: ${JSON.stringify(refusal)}`);
    // The proof of it: whoever forces a refresh now gets one.
    const life = pickLife();
    if (life === null) continue;
    let hasEnded = false;
    world.note(() => `${life.process}.${life.number}  the last refresh of ${row.id}`);
    calls.call(life, `last refresh of ${row.id}`, async () => {
      const demand = { reason: "forced", minTtlSeconds: null } as const;
      const outcome = await refreshAccount(life.ports, {
        environmentId,
        accountId: row.id,
        demand,
        actor: "simulation",
      });
      if (outcome.kind !== "refreshed") {
        report(
          "stuck",
          `${row.id} can't be refreshed in peace: ${outcome.kind}${"cause" in outcome ? `, ${outcome.cause}` : ""}`,
        );
      }
      hasEnded = true;
    });
    await quiet();
    const untilMs = world.timeline.nowMs + lastRefreshMs;
    await advance(() => hasEnded || world.timeline.nowMs > untilMs);
    if (!hasEnded) report("stuck", `the last refresh of ${row.id} does not end`);
  }
}

/** Each re-authorization that was stored, as the audit log has it, is one attempt (R24), however often it was applied. */
function checkReauthorizations({ store, report }: SimulatedWorld, watch: RowWatch): void {
  for (const { id } of watch.rows.values()) {
    const stored = store.audit.filter((one) => one.accountId === id && one.detail?.["reason"] === "reauthorized");
    const recorded = store.attempts.filter((one) => one.accountId === id && one.reason === "reauthorized");
    if (stored.length !== recorded.length)
      report("attempts", `${id} was re-authorized ${stored.length} times, and ${recorded.length} attempts say so`);
  }
}
