import type { Event, Operations } from "./api-types.ts";
import { EvergrantConnectionError, readProblem } from "./errors.ts";
import type { CallOptions, Transport } from "./transport.ts";

export type StreamQuery = Pick<Operations["streamEvents"]["query"], "event_type" | "account">;

/** How a stream that broke is asked for again: after so long, and twice as long each time, up to the most. Milliseconds. */
const firstPauseMs = 500;
const longestPauseMs = 30_000;

/**
 * Events as they happen, without an end: a stream that ends or breaks is asked for again, with what was missed meanwhile. An event
 * may come twice then; its id tells. More at once than are told one by one are left out: read `events.list` now and then.
 */
export async function* streamEvents(
  transport: Transport,
  query: StreamQuery,
  { signal }: CallOptions,
): AsyncGenerator<Event, void> {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const address = `${transport.base}/events/stream?${new URLSearchParams(given as [string, string][])}`;
  let last: string | null = null;
  let pauseMs = firstPauseMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      for await (const { id, type, data } of messagesOf(await open(transport, address, last, signal))) {
        last = id ?? last;
        pauseMs = firstPauseMs;
        if (type === "message") yield JSON.parse(data) as Event;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof EvergrantConnectionError)) throw error;
    }
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

async function open(
  transport: Transport,
  address: string,
  last: string | null,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<Uint8Array>> {
  const headers = { accept: "text/event-stream", ...(last === null ? {} : { "last-event-id": last }) };
  const response = await transport
    .send(address, { headers, redirect: "manual", ...(signal === undefined ? {} : { signal }) })
    .catch((cause: unknown) => {
      throw new EvergrantConnectionError(
        "network",
        "a stream of events: no connection to Evergrant, or it broke",
        cause,
      );
    });
  if (response.ok && response.body !== null) return response.body;
  const problem = await readProblem(response);
  // What passes is asked for again; what the key may not, not.
  if (problem !== null && problem.status < 500 && problem.status !== 429) throw problem;
  throw new EvergrantConnectionError("unexpected_answer", `a stream of events: ${response.status}`);
}

interface Message {
  readonly id: string | null;
  readonly type: string;
  readonly data: string;
}

/** As the standard has it (HTML, "Interpreting an event stream"), for what Evergrant sends: lines end in a line feed. */
async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Message, void> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new EvergrantConnectionError("network", "a stream of events broke", cause);
      });
      if (done) return;
      const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const fields = new Map(
          part.split("\n").flatMap((line): [string, string][] => {
            const found = /^(\w+): ?(.*)$/.exec(line);
            return found === null ? [] : [[found[1] ?? "", found[2] ?? ""]];
          }),
        );
        const data = fields.get("data");
        if (data !== undefined) yield { id: fields.get("id") ?? null, type: fields.get("event") ?? "message", data };
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
