import { routes, type Operations } from "./api-types.ts";
import { EvergrantConnectionError, readProblem } from "./errors.ts";

export interface EvergrantOptions {
  /** Where Evergrant is, such as `https://connect.example.com`. */
  readonly url: string;
  /** `evg_…`. It stands in no error, log or inspection of this client. */
  readonly apiKey: string;
  /** Seconds that a call may take, 30 by default. Not of proxied calls: give those a signal. */
  readonly timeoutSeconds?: number | undefined;
  /** How often a 429 or 503 is tried again, 2 by default, after its `Retry-After`; only reads and calls with an idempotency key. */
  readonly maxRetries?: number | undefined;
  /** A `Retry-After` beyond this is the caller's to wait for, in seconds; 20 by default. */
  readonly maxRetryAfterSeconds?: number | undefined;
  /** Seconds that `getToken` may answer from memory; 0, the default: it always asks. */
  readonly tokenCacheSeconds?: number | undefined;
  /** In place of the global one, for instance to go through a proxy server. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Of a POST: your own key, where one action must not happen twice across processes. Made by the client otherwise. */
  readonly idempotencyKey?: string | undefined;
}

interface Input extends CallOptions {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: object | undefined;
  readonly body?: unknown;
}

type Call = <Op extends keyof Operations>(
  operation: Op,
  input?: CallOptions & {
    readonly path?: Operations[Op]["path"];
    readonly query?: Operations[Op]["query"] | undefined;
    readonly body?: Operations[Op]["body"];
  },
) => Promise<Operations[Op]["answer"]>;

export interface Transport {
  readonly base: string;
  readonly call: Call;
  /** As it stands, with the key; for what streams. */
  send(address: string, init: RequestInit): Promise<Response>;
}

/** What all methods share: addresses, the key, time, retries, errors. */
export function createTransport(options: EvergrantOptions): Transport {
  const { apiKey, timeoutSeconds = 30, maxRetries = 2, maxRetryAfterSeconds = 20 } = options;
  const base = `${options.url.replace(/\/+$/, "")}/api/v1`;
  const fetch = options.fetch ?? globalThis.fetch;

  const send = async (address: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${apiKey}`);
    return await fetch(address, { ...init, headers });
  };

  const once = async (what: string, address: string, init: RequestInit, input: Input): Promise<Response> => {
    const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
    const signal = input.signal === undefined ? timeout : AbortSignal.any([timeout, input.signal]);
    try {
      const response = await send(address, { ...init, signal, redirect: "manual" });
      // The time is for the whole answer, so it is read here.
      const text = await response.text();
      const isEmpty = text === "" || response.status === 204;
      return new Response(isEmpty ? null : text, { status: response.status, headers: response.headers });
    } catch (cause) {
      input.signal?.throwIfAborted();
      if (timeout.aborted) {
        throw new EvergrantConnectionError("timeout", `${what}: no answer within ${timeoutSeconds} seconds`, cause);
      }
      throw new EvergrantConnectionError("network", `${what}: no connection to Evergrant, or it broke`, cause);
    }
  };

  const call = async (operation: keyof Operations, input: Input = {}): Promise<unknown> => {
    const [method, template] = routes[operation];
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => segmentOf(input.path?.[name]));
    const address = `${base}${path}${queryOf(input.query)}`;
    const headers: Record<string, string> = { accept: "application/json" };
    if (method === "POST") headers["idempotency-key"] = input.idempotencyKey ?? crypto.randomUUID();
    if (input.body !== undefined) headers["content-type"] = "application/json";
    const init: RequestInit = {
      method,
      headers,
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
    };
    const what = `${method} ${path}`;
    const isSafe = method === "GET" || method === "POST";
    for (let retries = 0; ; retries += 1) {
      const response = await once(what, address, init, input);
      if (response.ok) return response.status === 204 ? null : await readJson(what, response);
      const problem = await readProblem(response);
      if (problem === null) {
        throw new EvergrantConnectionError("unexpected_answer", `${what}: ${response.status}, and not from Evergrant`);
      }
      const wait = problem.retryAfterSeconds;
      const isWorthIt = isSafe && (response.status === 429 || response.status === 503) && retries < maxRetries;
      if (!isWorthIt || wait === null || wait > maxRetryAfterSeconds) throw problem;
      await pause(wait, input.signal);
    }
  };
  return { base, send, call: call as Call };
}

/** One segment of a path. An empty one, or one of dots alone, would lead elsewhere. */
function segmentOf(value: string | undefined): string {
  if (value === undefined || /^\.{0,2}$/.test(value)) throw new TypeError("an id or a name is empty");
  return encodeURIComponent(value);
}

function queryOf(query: object = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}`;
}

async function readJson(what: string, response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new EvergrantConnectionError("unexpected_answer", `${what}: the answer is no JSON`);
  }
}

async function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
