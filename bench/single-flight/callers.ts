// A thousand callers in one process: plain sockets with the request's bytes ready, so that what is timed is the API and not an
// HTTP client that shares the machine with it.
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { servePart } from "../part.ts";

export interface CallersQuestion {
  readonly ports: readonly number[];
  readonly perPort: number;
  readonly path: string;
  readonly key: string;
}

export interface CallersAnswer {
  /** Of each caller in a fixed order, milliseconds from its request to the last byte of its answer. */
  readonly latencies: readonly number[];
  readonly statuses: Readonly<Record<string, number>>;
  readonly distinctTokens: number;
}

interface Answer {
  readonly status: string;
  readonly body: string;
  readonly ms: number;
}

async function callAtOnce({ ports, perPort, path, key }: CallersQuestion): Promise<CallersAnswer> {
  // In turn over the processes, so that none gets its callers before the others.
  const sockets = await Promise.all(
    Array.from({ length: perPort }, () => ports).flatMap((round) => round.map((port) => open(port))),
  );
  // The servers have accepted them all, and rest.
  await sleep(300);
  const request = Buffer.from(
    `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\naccept: application/json\r\n\r\n`,
  );
  const answers = await Promise.all(sockets.map((socket) => call(socket, request)));
  for (const socket of sockets) socket.destroy();
  const statuses: Record<string, number> = {};
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  const tokens = answers.flatMap(({ status, body }) => (status === "200" ? [readToken(body)] : []));
  return { latencies: answers.map(({ ms }) => ms), statuses, distinctTokens: new Set(tokens).size };
}

function readToken(body: string): string {
  return (JSON.parse(body) as { access_token: string }).access_token;
}

async function open(port: number): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

async function call(socket: Socket, request: Buffer): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      const at = performance.now();
      text += chunk.toString("latin1");
      const body = completeBody(text);
      if (body !== null) resolve({ status: text.slice(9, 12), body, ms: at - startedAt });
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("a connection was closed before its answer")));
    const startedAt = performance.now();
    socket.write(request);
  });
}

/** The body once all of it is there; null before. The API sends its length with every answer. */
function completeBody(text: string): string | null {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  if (length === undefined) throw new Error(`an answer without a length:\n${text.slice(0, end)}`);
  const body = text.slice(end + 4);
  return body.length >= Number(length) ? body : null;
}

servePart(async (question) => await callAtOnce(question as CallersQuestion));
