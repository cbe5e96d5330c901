// A closed loop of callers in a process of its own: each connection sends its next request when the last one is answered. Plain sockets
// with the request's bytes ready, so that what is timed is the server and not an HTTP client that shares the machine with it.
import { connect, type Socket } from "node:net";
import { servePart } from "./part.ts";

export interface LoadQuestion {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Asked in turn, each connection from a place of its own. */
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

export interface LoadAnswer {
  /** Of each request, milliseconds from its first byte sent to the last byte of its answer. */
  readonly latencies: readonly number[];
  readonly statuses: Readonly<Record<string, number>>;
  /** From the first request to the last answer. */
  readonly seconds: number;
}

async function load({ port, connections, seconds, paths, headers }: LoadQuestion): Promise<LoadAnswer> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const lines = Object.entries({ host: "127.0.0.1", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const tail = ` HTTP/1.1\r\n${lines.join("")}\r\n`;
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const startedAt = performance.now();
  const end = startedAt + seconds * 1000;
  await Promise.all(
    sockets.map(async (socket, index) => {
      const caller = createCaller(socket);
      for (let at = Math.floor((index * paths.length) / connections); performance.now() < end; at += 1) {
        const sentAt = performance.now();
        const status = await caller(`GET ${paths[at % paths.length] ?? "/"}${tail}`);
        latencies.push(performance.now() - sentAt);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
      socket.destroy();
    }),
  );
  return { latencies, statuses, seconds: (performance.now() - startedAt) / 1000 };
}

async function open(port: number): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** One request at a time. @returns the status of its answer */
function createCaller(socket: Socket): (request: string) => Promise<string> {
  let text = "";
  let waiter: PromiseWithResolvers<string> | null = null;
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    if (!isComplete(text)) return;
    const status = text.slice(9, 12);
    text = "";
    waiter?.resolve(status);
  });
  socket.once("error", (error) => waiter?.reject(error));
  socket.once("close", () => waiter?.reject(new Error("a connection was closed before its answer")));
  return async (request) => {
    waiter = Promise.withResolvers<string>();
    socket.write(request, "latin1");
    return await waiter.promise;
  };
}

/** Servers here send the length of every answer. */
function isComplete(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  if (length === undefined) throw new Error(`an answer without a length:\n${text.slice(0, end)}`);
  return text.length - end - 4 >= Number(length);
}

servePart(async (question) => await load(question as LoadQuestion));
