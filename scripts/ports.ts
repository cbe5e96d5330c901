import { createSocket } from "node:dgram";
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Whether a server could listen on `port` of 127.0.0.1 right now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Below what Linux gives to connections that go out, so that none of them takes the port before its server does. */
const [firstPort, endPort] = [20_000, 32_000] as const;
const mostTries = 500;

/**
 * A port of 127.0.0.1 that nothing listens on, and that no other call finds while this process lives, in whatever process it is.
 * @throws Error when none was found
 */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const port = randomInt(firstPort, endPort);
    if ((await reservePort(port)) && (await isPortFree(port))) return port;
  }
  throw new Error(`no free port was found between ${firstPort} and ${endPort}`);
}

/** UDP has ports of its own: to hold the same number there leaves it free for the server, and ends with this process. */
function reservePort(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4").unref();
    socket.once("error", () => resolve(false));
    socket.bind({ port, address: "127.0.0.1", exclusive: true }, () => resolve(true));
  });
}
