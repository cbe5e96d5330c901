// A token endpoint that does nothing but answer: new tokens each time, at once or after DELAY_MS. It is no authorization server;
// checking what it is sent would cost the time that is being measured.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { servePart } from "./part.ts";

const delayMs = Number(process.env["DELAY_MS"] ?? "0");
/** As long as tokens commonly are. */
const padding = { access: "a".repeat(180), refresh: "r".repeat(40) };
let requests = 0;

const server = createServer((request, response) => {
  request.resume();
  request.once("end", () => {
    requests += 1;
    const body = JSON.stringify({
      access_token: `at-${requests}-${padding.access}`,
      refresh_token: `rt-${requests}-${padding.refresh}`,
      token_type: "Bearer",
      expires_in: 3600,
    });
    const send = (): void => {
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
      response.end(body);
    };
    if (delayMs === 0) send();
    else setTimeout(send, delayMs);
  });
});
server.keepAliveTimeout = 600_000;

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  servePart(() => requests, {
    details: { origin: `http://127.0.0.1:${port}` },
    onStop: () => server.closeAllConnections(),
  });
});
