import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "./start-world.ts";

/** How all accounts stand at one instant, by the database itself. */
export type Sample = {
  at: number;
  active: number;
  needsReauth: number;
  /** Active, and the token has ended: nobody refreshed it in time. */
  expired: number;
  /** How long the one that ended first has been without a token by now, seconds; 0 where none has ended. */
  longestExpiredSeconds: number;
  leased: number;
  /** New token sets since the beginning. */
  versions: number;
};

export type Watch = {
  samples: Sample[];
  latest(): Sample | null;
  stop(): Promise<void>;
};

const everyMs = 500;

export function watchAccounts(world: World): Watch {
  const samples: Sample[] = [];
  let isWatching = true;
  const watching = (async () => {
    while (isWatching) {
      const sample = await takeSample(world).catch(() => null);
      if (sample !== null) samples.push(sample);
      await sleep(everyMs);
    }
  })();
  return {
    samples,
    latest: () => samples.at(-1) ?? null,
    async stop() {
      isWatching = false;
      await watching;
    },
  };
}

async function takeSample(world: World): Promise<Sample> {
  const { rows } = await world.pool.query(
    `SELECT count(*) FILTER (WHERE status = 'active')::int AS active,
            count(*) FILTER (WHERE status = 'needs_reauth')::int AS "needsReauth",
            count(*) FILTER (WHERE status = 'active' AND expires_at < clock_timestamp())::int AS expired,
            coalesce(extract(epoch FROM max(clock_timestamp() - expires_at)
                       FILTER (WHERE status = 'active' AND expires_at < clock_timestamp())), 0)::float8 AS "longestExpiredSeconds",
            count(*) FILTER (WHERE lease_until > clock_timestamp())::int AS leased,
            coalesce(sum(credential_version), 0)::int AS versions
       FROM integrated_account`,
  );
  return { at: Date.now(), ...rows[0] };
}
