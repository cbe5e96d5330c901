// One body, read or written as fast as the other side goes.
import { request as httpRequest, type IncomingMessage } from "node:http";
import { servePart } from "../part.ts";

export interface StreamQuestion {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly direction: "down" | "up";
  readonly bytes: number;
}

export interface StreamTaken {
  readonly seconds: number;
  readonly bytes: number;
}

const chunk = Buffer.alloc(65_536, 7);

async function stream({ port, path, headers, direction, bytes }: StreamQuestion): Promise<StreamTaken> {
  const startedAt = performance.now();
  const chunks = Math.ceil(bytes / chunk.length);
  const length = { "content-length": String(chunks * chunk.length) };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = httpRequest(
    {
      host: "127.0.0.1",
      port,
      path,
      method: direction === "up" ? "PUT" : "GET",
      headers: { ...headers, ...(direction === "up" ? length : {}) },
      agent: false,
    },
    resolve,
  );
  request.once("error", reject);
  let left = direction === "up" ? chunks : 0;
  const write = (): void => {
    while (left > 0) {
      left -= 1;
      if (!request.write(chunk)) {
        request.once("drain", write);
        return;
      }
    }
    request.end();
  };
  write();
  const response = await promise;
  let got = 0;
  let text = "";
  for await (const data of response as AsyncIterable<Buffer>) {
    got += data.length;
    if (direction === "up") text += data.toString();
  }
  if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode} ${text}`);
  return { seconds: (performance.now() - startedAt) / 1000, bytes: direction === "up" ? Number(text) : got };
}

servePart(async (question) => await stream(question as StreamQuestion));
