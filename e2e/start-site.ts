import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Site = { origin: string; stop: () => Promise<void> };

/**
 * A site of somebody else that answers each path with a page of its own. On `localhost` it is cross-site to everything on 127.0.0.1,
 * and of another origin on any port.
 */
export async function startSite(
  pages: Record<string, string>,
  { host = "localhost", headers = {} }: { host?: string; headers?: Record<string, string> } = {},
): Promise<Site> {
  const server = createServer((request, response) => {
    const page = pages[new URL(request.url ?? "/", "http://localhost").pathname];
    response.writeHead(page === undefined ? 404 : 200, { "content-type": "text/html; charset=utf-8", ...headers });
    response.end(`<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>A site</title>${page ?? ""}`);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve);
  });
  return {
    origin: `http://${host}:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
