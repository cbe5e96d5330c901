import { completeAuthorization } from "#core/usecases/complete-authorization";
import { disconnectAccount } from "#core/usecases/disconnect-account";
import { importAccount } from "#core/usecases/import-account";
import { readToken, type TokenRead } from "#core/usecases/read-token";
import type { TryPorts } from "#core/usecases/try-credentials";
import { refreshAccount } from "#core/usecases/refresh-account";
import { caller } from "#test/fakes/world";
import type { Calls } from "./calls.ts";
import { wasFrozen, type Life } from "./life.ts";
import { callbackIdOf } from "./connect-door.ts";
import type { RowWatch } from "./row-watch.ts";
import { environmentId, simulatedPerson, type SimulatedWorld } from "./world.ts";

/** What people, products and operators want of a run's accounts. */
export interface Visitors {
  read(accountId: string): void;
  /** Somebody forces a refresh, or an API rejected the token. */
  refresh(accountId: string, reason: "forced" | "rejected_token"): void;
  reauthorize(accountId: string): void;
  disconnect(accountId: string): void;
  bringIn(integrationName: string): void;
}

const actor = "visitor";

export function createVisitors(
  world: SimulatedWorld,
  calls: Calls,
  pickLife: () => Life | null,
  watch: RowWatch,
): Visitors {
  const { chance, timeline } = world;
  let visits = 0;

  /** Somebody who may lose patience. */
  const patience = (): AbortSignal | undefined => {
    if (!chance.happens(0.1)) return undefined;
    const controller = new AbortController();
    timeline.after(chance.between(0, 20_000), () => controller.abort());
    return controller.signal;
  };

  return {
    read(accountId) {
      const life = pickLife();
      if (life === null) return;
      const minTtlSeconds = chance.weighted<number | null>([
        [5, null],
        [2, 20],
        [2, 90],
        [1, 600],
      ]);
      calls.call(life, `read of ${accountId}`, async () => {
        const fromMs = timeline.nowMs;
        const read = await readToken(life.ports, { environmentId, accountId, minTtlSeconds, actor });
        // Whoever was paused, or waited for the database, between its look and its answer can't know how late it is.
        const wasHeldUp = wasFrozen(life, fromMs, timeline.nowMs) || world.database.overlaps(fromMs, timeline.nowMs);
        if (!wasHeldUp) checkRead(world, watch, accountId, read);
      });
    },

    refresh(accountId, reason) {
      const life = pickLife();
      if (life === null) return;
      calls.call(life, `${reason} refresh of ${accountId}`, async () => {
        const demand = { reason, minTtlSeconds: null };
        const outcome = await refreshAccount(life.ports, { environmentId, accountId, demand, actor }, patience());
        world.note(() => `visitor   a ${reason} refresh of ${accountId} ends: ${outcome.kind}`);
      });
    },

    reauthorize(accountId) {
      const life = pickLife();
      const name = world.accountIds.get(accountId)?.provider.name;
      if (life === null || name === undefined) return;
      visits += 1;
      const callbackId = callbackIdOf(accountId, name, visits);
      calls.call(life, `re-authorization of ${accountId}`, async () => {
        // Whom nobody knows yet is asked (an import died half way): that waits for people, of whom there are none here.
        if ((await world.store.find(environmentId, accountId))?.externalAccount == null) return;
        const outcome = await completeAuthorization(life.ports, {
          callbackId,
          state: "state",
          code: "code",
          error: null,
          errorDescription: null,
          iss: null,
          browserSecret: "secret",
        });
        world.note(() => `visitor   the re-authorization of ${accountId} ends: ${outcome.kind}`);
      });
    },

    disconnect(accountId) {
      const life = pickLife();
      if (life === null) return;
      calls.call(life, `disconnect of ${accountId}`, async () => {
        const { account } = await disconnectAccount(life.ports, { environmentId, accountId, actor });
        if (account.status !== "disconnected")
          world.report("status", `${accountId} was disconnected and is ${account.status}`);
      });
    },

    bringIn(integrationName) {
      const life = pickLife();
      const integration = world.integrations.get(integrationName);
      if (life === null || integration === undefined) return;
      const tokens = integration.provider.connect(timeline.nowMs);
      const isEnded = chance.happens(0.3);
      const sinceMs = world.now().getTime();
      calls.call(life, `import into ${integrationName}`, async () => {
        await importAccount(
          { ...life.ports, ...noTyping },
          { ...caller, environmentId },
          {
            integrationName,
            tenantId: "tenant",
            credentials: {
              format: "oauth2",
              ...tokens,
              // What the product was told when it got them.
              expiresAt: new Date(isEnded ? sinceMs : sinceMs + integration.provider.lifeSeconds * 1000),
              expiresIn: null,
              scopes: null,
            },
            inputs: {},
            externalAccount: simulatedPerson,
            metadata: {},
          },
        );
      });
    },
  };
}

/** Invariant 6: what leaves is alive by the provider's own word, and its account is active. */
function checkRead(world: SimulatedWorld, watch: RowWatch, accountId: string, read: TokenRead): void {
  const endsMs = world.accountIds.get(accountId)?.provider.accessTokenEndsMs(read.accessToken.reveal());
  if (endsMs === undefined) {
    world.report("read", `a token of ${accountId} was served that its provider never gave out`);
    return;
  }
  const { nowMs } = world.timeline;
  if (endsMs <= nowMs - world.slackMs) {
    world.report("read", `a token of ${accountId} was served ${Math.round(nowMs - endsMs)} ms after its end`);
  }
  const { status, sinceMs } = watch.statusOf(accountId);
  if (status !== "active" && sinceMs <= nowMs - world.slackMs) {
    world.report(
      "read",
      `a token of ${accountId} was served, which was ${status} for ${Math.round(nowMs - sinceMs)} ms`,
    );
  }
}

/** Nobody of this world types credentials. */
const noTyping: Pick<TryPorts, "provider" | "expressions"> = {
  provider: { call: () => Promise.reject(new Error("no API is called here")) },
  expressions: { evaluate: () => Promise.reject(new Error("no expression is evaluated here")) },
};
