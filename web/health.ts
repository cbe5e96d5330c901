import type { ServerResponse } from "node:http";

export type Health = { isPrepared: () => boolean; apiOrigin: string };

const apiTimeoutMs = 2000;

/** Answers `/healthz` and `/readyz`; false when the request was for something else. */
export async function answerHealth(health: Health, path: string, response: ServerResponse): Promise<boolean> {
  if (path === "/healthz") {
    send(response, 200, { status: "ok" });
    return true;
  }
  if (path !== "/readyz") return false;
  const pages = health.isPrepared();
  const api = await isApiUp(health.apiOrigin);
  send(response, pages && api ? 200 : 503, { status: pages && api ? "ready" : "not_ready", checks: { pages, api } });
  return true;
}

async function isApiUp(origin: string): Promise<boolean> {
  try {
    const response = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(apiTimeoutMs), redirect: "error" });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
