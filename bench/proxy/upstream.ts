// A provider's API that does nothing but answer: a kilobyte of JSON, a body of whatever size, or how much of one it was sent.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { servePart } from "../part.ts";

const json = Buffer.from(JSON.stringify({ data: "x".repeat(1_011) }));
const chunk = Buffer.alloc(65_536, 7);

function pour(response: ServerResponse, bytes: number): void {
  let left = Math.ceil(bytes / chunk.length);
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": left * chunk.length });
  const write = (): void => {
    while (left > 0) {
      left -= 1;
      if (!response.write(chunk)) {
        response.once("drain", write);
        return;
      }
    }
    response.end();
  };
  write();
}

const server = createServer((request, response) => {
  const [path = "", query = ""] = (request.url ?? "").split("?");
  if (path === "/down") {
    pour(response, Number(new URLSearchParams(query).get("bytes")));
    return;
  }
  let got = 0;
  request.on("data", (data: Buffer) => (got += data.length));
  request.once("end", () => {
    const body = path === "/up" ? Buffer.from(String(got)) : json;
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body);
  });
});
server.keepAliveTimeout = 600_000;
server.requestTimeout = 0;

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  servePart(() => json.length, {
    details: { port: String(port) },
    onStop: () => server.closeAllConnections(),
  });
});
