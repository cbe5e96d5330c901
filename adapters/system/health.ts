import type { IncomingMessage, ServerResponse } from "node:http";
import { timingSafeEqual } from "node:crypto";

/** How a process says whether it can do its work now. */
export interface Readiness {
  /** @returns null when ready, otherwise in a few words why not */
  check(): Promise<string | null>;
  /** The Prometheus text of this process, where it keeps metrics. */
  metrics?: (response: ServerResponse) => void;
  /** Who shows this may read metrics from elsewhere than loopback. */
  readonly metricsToken: string | null;
}

/** Answers /healthz (the process lives), /readyz (it can work) and /metrics. @returns false when the request is for another address */
export async function answerHealth(
  request: IncomingMessage,
  response: ServerResponse,
  readiness: Readiness,
): Promise<boolean> {
  const path = (request.url ?? "").split("?", 1)[0];
  if (request.method !== "GET" && request.method !== "HEAD" && /^\/(?:healthz|readyz|metrics)$/.test(path ?? "")) {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return true;
  }
  switch (path) {
    case "/healthz":
      json(response, 200, { status: "ok" });
      return true;
    case "/readyz": {
      const reason = await readiness.check().catch(() => "the check failed");
      json(
        response,
        reason === null ? 200 : 503,
        reason === null ? { status: "ready" } : { status: "not_ready", reason },
      );
      return true;
    }
    case "/metrics":
      if (readiness.metrics === undefined || !mayRead(request, readiness.metricsToken))
        json(response, 404, { status: "not_found" });
      else readiness.metrics(response);
      return true;
    default:
      return false;
  }
}

function mayRead(request: IncomingMessage, token: string | null): boolean {
  const shown = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (token !== null && shown !== undefined) {
    const expected = Buffer.from(token);
    const given = Buffer.from(shown);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }
  // A proxy on this machine also comes from loopback; what it forwards says so.
  const isForwarded = request.headers["x-forwarded-for"] !== undefined || request.headers["forwarded"] !== undefined;
  return !isForwarded && /^(?:127\.|::1$|::ffff:127\.)/.test(request.socket.remoteAddress ?? "");
}

function json(response: ServerResponse, status: number, body: Readonly<Record<string, string>>): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
