import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { FaultBehaviour } from "./fault-behaviour.ts";

export type Exchange = { request: IncomingMessage; response: ServerResponse; goodAnswer: unknown };

/** Plays one behaviour on one request. Resolves when there is nothing left to do; a client that leaves early ends it too. */
export async function actOutFault(behaviour: FaultBehaviour, exchange: Exchange): Promise<void> {
  const { request, response, goodAnswer } = exchange;
  switch (behaviour.kind) {
    case "json": {
      if (behaviour.delayMs !== undefined) await delay(behaviour.delayMs, undefined, { ref: false });
      const text = behaviour.body === null ? "" : JSON.stringify(behaviour.body);
      response.writeHead(behaviour.status, { ...jsonHeaders, ...behaviour.headers }).end(text);
      return;
    }
    case "html":
      response.writeHead(behaviour.status, { "content-type": "text/html; charset=utf-8", ...behaviour.headers });
      response.end(`<!doctype html><html><body><h1>${behaviour.status}</h1><p>upstream</p></body></html>`);
      return;
    case "text":
      response.writeHead(behaviour.status, { "content-type": "text/plain; charset=utf-8", ...behaviour.headers });
      response.end(behaviour.body);
      return;
    case "hang":
      return;
    case "reset":
      request.socket.resetAndDestroy();
      return;
    case "close_before_reading":
      request.socket.destroy();
      return;
    case "redirect":
      response.writeHead(behaviour.status ?? 307, { location: behaviour.location }).end();
      return;
    case "drip":
      return drip(response, JSON.stringify(behaviour.body ?? goodAnswer), behaviour.bytesPerSecond);
    case "oversized":
      return oversized(response, behaviour.bytes, goodAnswer);
    case "hold":
      await behaviour.until;
      return actOutFault(behaviour.answer ?? { kind: "json", status: 200, body: goodAnswer }, exchange);
    default:
      return behaviour satisfies never;
  }
}

const jsonHeaders = { "content-type": "application/json", "cache-control": "no-store" };

function drip(response: ServerResponse, text: string, bytesPerSecond: number): Promise<void> {
  response.writeHead(200, jsonHeaders);
  // Headers leave now: the client must not be able to take this for a server that does not answer at all.
  response.flushHeaders();
  async function* characters(): AsyncGenerator<string> {
    for (const character of text) {
      yield character;
      await delay(1000 / bytesPerSecond, undefined, { ref: false });
    }
  }
  return pipeline(characters, response);
}

function oversized(response: ServerResponse, bytes: number, goodAnswer: unknown): Promise<void> {
  const start = `${JSON.stringify(goodAnswer).slice(0, -1)},"padding":"`;
  const end = '"}';
  const block = "x".repeat(64 * 1024);
  response.writeHead(200, jsonHeaders);
  function* blocks(): Generator<string> {
    yield start;
    for (let left = bytes - start.length - end.length; left > 0; left -= block.length) yield block.slice(0, left);
    yield end;
  }
  return pipeline(blocks, response);
}
