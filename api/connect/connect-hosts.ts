import type { Clock } from "#core/ports/clock";
import type { Log } from "#core/ports/log";
import type { EnvironmentStore } from "#core/ports/environment-store";

/** A name of a product's own under which the connect pages of one environment are served. */
export interface ConnectHost {
  readonly environmentId: string;
  readonly origin: string;
}

export interface ConnectHosts {
  /**
   * By the Host of a request. Null: EVERGRANT_URL, or a name that we do not know, for which nothing is done that EVERGRANT_URL is
   * not asked for: no address is ever made of a Host. At once, but for a look every few seconds.
   */
  find(host: string | undefined): ConnectHost | null | Promise<ConnectHost | null>;
}

/** How long a name may be known that was just taken back, or not yet be known. */
const freshMs = 5_000;
/** Between looks while the database is away. */
const retryMs = 2_000;

export function createConnectHosts(ports: {
  readonly environments: Pick<EnvironmentStore, "list">;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly log: Log;
}): ConnectHosts {
  const { protocol, host: publicHost } = new URL(ports.publicUrl);
  let known: ReadonlyMap<string, ConnectHost> = new Map();
  let freshUntil = Number.NEGATIVE_INFINITY;
  let isAway = false;
  let reading: Promise<void> | null = null;

  const read = async (): Promise<void> => {
    try {
      const environments = await ports.environments.list();
      known = new Map(
        environments.flatMap(({ id, connectUrl }) =>
          connectUrl === null ? [] : [[new URL(connectUrl).host, { environmentId: id, origin: connectUrl }]],
        ),
      );
      freshUntil = ports.clock.now().getTime() + freshMs;
      isAway = false;
    } catch (error) {
      freshUntil = ports.clock.now().getTime() + retryMs;
      isAway = true;
      // What was known goes on: a database that is away for a moment must not turn a product's name into ours.
      ports.log.warn({ error }, "the hosts of connect pages could not be read");
    } finally {
      reading = null;
    }
  };

  const look = async (host: string): Promise<ConnectHost | null> => {
    reading ??= read();
    // A look may take as long as the database's patience: while it is away, nobody waits for one.
    if (!isAway) await reading;
    return known.get(host) ?? null;
  };

  /** Backends often call by a name of their network, each time the same: taking it apart costs more than the rest here. */
  let last: { readonly given: string; readonly host: string | null } | null = null;
  const hostOf = (given: string): string | null => {
    if (last?.given === given) return last.host;
    // A name with its root's dot is the same name.
    const host = URL.parse(`${protocol}//${given}`)?.host.replace(/\.(?=:|$)/, "");
    last = { given, host: host === undefined || host === publicHost ? null : host };
    return last.host;
  };

  return {
    find(given) {
      if (given === undefined || given === publicHost) return null;
      const host = hostOf(given);
      if (host === null) return null;
      return ports.clock.now().getTime() <= freshUntil ? (known.get(host) ?? null) : look(host);
    },
  };
}

/** What a product's own name answers: the way of its customers, and nothing of the API or the dashboard. */
const pathsOfCustomers =
  /^\/(?:connect\/[^/]+\/?|connect\.m?js|oauth\/return\/[^/]+|api\/(?:connect\/(?:logos\/[^/]+|results)|csp-reports)|_next\/static\/.+|icon\.svg|favicon\.ico)$/;

/** Whoever takes an address apart further on may go up by it, as URL does: also written `%2e`, and with a backslash. */
const dotSegment = /[/\\](?:\.|%2e){1,2}(?:[/\\]|$)/i;

export function isForCustomers(path: string): boolean {
  return pathsOfCustomers.test(path) && !dotSegment.test(path);
}
