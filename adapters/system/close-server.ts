import type { Server } from "node:http";

/**
 * Stops listening, lets requests in hand finish, and closes each kept-alive connection as it falls idle: a client that keeps
 * its connection open must not hold the process.
 * @param deadlineMs after it, connections are cut
 */
export async function closeServer(server: Server, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
  await closed;
  clearInterval(idle);
  clearTimeout(deadline);
}
