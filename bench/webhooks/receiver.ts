// A receiver that takes what comes and does nothing with it: /fast answers at once, /watched too and notes when, /hang never does.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { servePart } from "../part.ts";

let fast = 0;
let watched: [id: string, atMs: number][] = [];

const server = createServer((request, response) => {
  request.resume();
  request.once("end", () => {
    if (request.url === "/hang") return;
    if (request.url === "/fast") fast += 1;
    else watched.push([String(request.headers["webhook-id"]), Date.now()]);
    response.writeHead(204).end();
  });
});
server.keepAliveTimeout = 600_000;

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  servePart(
    (question) => {
      if (question === "fast") return fast;
      const taken = watched;
      watched = [];
      return taken;
    },
    { details: { origin: `http://127.0.0.1:${port}` }, onStop: () => server.closeAllConnections() },
  );
});
