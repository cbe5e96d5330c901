/** What the fault server does with one request. */
export type FaultBehaviour =
  /** A proper answer, after `delayMs` (default 0). `body` is serialised; `null` leaves it empty. */
  | { kind: "json"; status: number; body: unknown; headers?: Record<string, string>; delayMs?: number }
  /** The page a load balancer shows, with `text/html`. */
  | { kind: "html"; status: number; headers?: Record<string, string> }
  /** Words instead of data, as the body alone says. */
  | { kind: "text"; status: number; body: string; headers?: Record<string, string> }
  /** Reads the request and never answers. */
  | { kind: "hang" }
  /** Reads the request, then resets the connection (RST): did the server act on it or not? */
  | { kind: "reset" }
  /** Closes the connection as soon as the headers are in, the body unread. */
  | { kind: "close_before_reading" }
  /** Default status 307, the one that makes a client send its credentials again. */
  | { kind: "redirect"; location: string; status?: 301 | 302 | 303 | 307 | 308 }
  /** A 200 with a token response that arrives byte by byte. */
  | { kind: "drip"; bytesPerSecond: number; body?: unknown }
  /** A 200 with a valid token response of about `bytes` bytes, without a content-length. */
  | { kind: "oversized"; bytes: number }
  /** Waits for `until`, then behaves like `answer` (default: a good token response). */
  | { kind: "hold"; until: Promise<unknown>; answer?: FaultBehaviour };

export type RecordedRequest = {
  method: string;
  /** Path and query. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
  /** As received; empty for `close_before_reading`. */
  body: string;
  /** The body as `application/x-www-form-urlencoded`. */
  form: Record<string, string>;
  at: Date;
};

export type FaultScript = FaultBehaviour | FaultBehaviour[] | ((request: RecordedRequest) => FaultBehaviour);
