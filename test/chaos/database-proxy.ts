import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export type SwallowedDirection =
  /** Nothing passes either way. */
  | "both"
  /** Statements arrive and are carried out; only the word of it is held back. */
  | "answers";

/** A door between one process and the database that can be slammed or go silent. */
export type DatabaseProxy = {
  port: number;
  /** Resets every connection on both sides. @returns how many there were */
  cut(): number;
  /** Holds back what passes, on connections that are open and those that come. */
  swallow(direction: SwallowedDirection): void;
  /** Lets packets pass again: what was held back arrives late, or its connections are reset, as after a router lost its state. */
  heal(ending: "late" | "reset"): void;
  close(): Promise<void>;
};

type Link = { client: Socket; upstream: Socket };

export async function startDatabaseProxy(targetPort: number): Promise<DatabaseProxy> {
  const links = new Set<Link>();
  let swallowed: SwallowedDirection | null = null;

  /** Lets pass what may pass now. A pipe that is made twice would deliver everything twice. */
  function direct({ client, upstream }: Link): void {
    client.unpipe(upstream).pause();
    upstream.unpipe(client).pause();
    if (swallowed !== "both") client.pipe(upstream);
    if (swallowed === null) upstream.pipe(client);
  }

  function reset({ client, upstream }: Link): void {
    client.resetAndDestroy();
    upstream.resetAndDestroy();
  }

  const server = createServer((client) => {
    const upstream = connect({ port: targetPort, host: "127.0.0.1", noDelay: true });
    client.setNoDelay(true);
    const link = { client, upstream };
    links.add(link);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      // A database that is down refuses; the process behind the door sees its connection reset.
      socket.on("error", () => other.resetAndDestroy());
      socket.on("close", () => {
        links.delete(link);
        other.destroy();
      });
    }
    direct(link);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const cut = (): number => {
    const cutLinks = [...links];
    cutLinks.forEach(reset);
    return cutLinks.length;
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    swallow(direction) {
      swallowed = direction;
      links.forEach(direct);
    },
    heal(ending) {
      swallowed = null;
      if (ending === "reset") cut();
      else links.forEach(direct);
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
  };
}
