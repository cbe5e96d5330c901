import { mostNetworks } from "#core/domain/anomaly/judge-network";
import { networkPrefixOf } from "../system/network-prefix.ts";
import { query, type DatabasePool } from "./pool.ts";

/** Callers that a process remembers. */
const mostCallers = 10_000;
/** A network that goes on being used is written down again this seldom, milliseconds. */
const againMs = 3_600_000;
/** A network that was not used for so long makes room for another one, milliseconds. */
const unusedMs = 24 * 3_600_000;
/** Of one statement. */
const atATime = 500;

interface Noted {
  /** The address that came last: most callers have one. */
  address: string;
  /** When that was looked at. */
  at: number;
  readonly networks: Map<string, number>;
}

/** From where API keys are used. What a request costs is a comparison; the database learns of a network once an hour at most. */
export interface CallerNetworks {
  note(environmentId: string, key: string, address: string): void;
  /** Writes down what was noted. What can't be written is tried again the next time. */
  flush(): Promise<void>;
}

export function createCallerNetworks(pool: DatabasePool, now: () => number = () => performance.now()): CallerNetworks {
  const known = new Map<string, Noted>();
  let waiting = new Map<string, { environmentId: string; key: string; network: string }>();

  const noteNetwork = (environmentId: string, key: string, noted: Noted, network: string): void => {
    const last = noted.networks.get(network);
    if (last !== undefined && now() - last < againMs) return;
    if (last === undefined && noted.networks.size >= mostNetworks) {
      for (const [one, at] of noted.networks) if (now() - at > unusedMs) noted.networks.delete(one);
      // Who comes from so many has no network of its own; the database keeps no more either.
      if (noted.networks.size >= mostNetworks) return;
    }
    noted.networks.set(network, now());
    if (waiting.size < mostCallers) waiting.set(`${key} ${network}`, { environmentId, key, network });
  };

  return {
    note(environmentId, key, address) {
      let noted = known.get(key);
      if (noted === undefined) {
        if (known.size >= mostCallers) known.clear();
        noted = { address, at: now(), networks: new Map() };
        known.set(key, noted);
      } else if (noted.address === address && now() - noted.at < againMs) return;
      noted.address = address;
      noted.at = now();
      const network = networkPrefixOf(address);
      if (network !== null) noteNetwork(environmentId, key, noted, network);
    },

    async flush() {
      const all = [...waiting.values()];
      waiting = new Map();
      for (let at = 0; at < all.length; at += atATime) {
        const some = all.slice(at, at + atATime);
        try {
          await query(
            pool,
            `INSERT INTO caller_network AS c (environment_id, caller, network)
             SELECT n.environment_id, n.caller, n.network
               FROM (SELECT g.*, o.caller IS NOT NULL AS is_known,
                            row_number() OVER (PARTITION BY g.environment_id, g.caller, o.network IS NULL ORDER BY g.network) AS place
                       FROM unnest($1::text[], $2::text[], $3::text[]) g (environment_id, caller, network)
                       LEFT JOIN caller_network o USING (environment_id, caller, network)) n
              WHERE n.is_known
                 OR n.place + (SELECT count(*) FROM caller_network k
                                WHERE k.environment_id = n.environment_id AND k.caller = n.caller) <= $4
              ORDER BY 1, 2, 3
             ON CONFLICT (environment_id, caller, network) DO UPDATE SET last_seen_at = now()
              WHERE c.last_seen_at < now() - interval '30 minutes'`,
            [
              some.map((one) => one.environmentId),
              some.map((one) => one.key),
              some.map((one) => one.network),
              mostNetworks,
            ],
            "caller-networks",
          );
        } catch (error) {
          for (const one of all.slice(at)) waiting.set(`${one.key} ${one.network}`, one);
          throw error;
        }
      }
    },
  };
}
