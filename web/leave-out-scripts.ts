import type { ServerResponse } from "node:http";

/**
 * Next gives every page its runtime, and repeats the page as data for it: more than 100 KB before a customer sees one form. The
 * connect pages are forms and links; all that they run is one small script marked as ours.
 */
export function withoutScripts(html: string): string {
  return html
    .replaceAll(/<script\b([^>]*)>[\s\S]*?<\/script>/g, (script, attributes: string) =>
      /\sdata-own(?:=|\s|$)/.test(attributes) ? script : "",
    )
    .replaceAll(/<link\b[^>]*\bas="script"[^>]*>/g, "");
}

/**
 * Holds a page back until it is complete, and sends it without its scripts and under `policy`. What is no page, or a page that
 * went wrong and may need its scripts to say so, leaves as it is.
 */
export function leaveOutScripts(response: ServerResponse, policy: string): void {
  const chunks: Buffer[] = [];
  const end = response.end.bind(response);
  const keep = (chunk: unknown, encoding: unknown): void => {
    if (chunk === undefined || chunk === null || typeof chunk === "function") return;
    if (typeof chunk === "string") chunks.push(Buffer.from(chunk, isEncoding(encoding) ? encoding : "utf8"));
    else chunks.push(Buffer.from(chunk as Uint8Array));
  };
  const callLater = (...callbacks: unknown[]): void => {
    const callback = callbacks.find((one) => typeof one === "function");
    if (callback !== undefined) process.nextTick(callback);
  };

  // Next sends the head before the first piece, and the policy is part of it.
  response.flushHeaders = () => {};
  response.write = (chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
    keep(chunk, encoding);
    callLater(encoding, callback);
    return true;
  };
  response.end = (chunk?: unknown, encoding?: unknown, callback?: unknown): ServerResponse => {
    keep(chunk, encoding);
    callLater(chunk, encoding, callback);
    const whole = Buffer.concat(chunks);
    const isPage = String(response.getHeader("content-type") ?? "").startsWith("text/html");
    if (response.headersSent || !isPage || response.statusCode >= 400) return end(whole);
    response.setHeader("content-security-policy", policy);
    response.appendHeader("vary", "accept-language");
    response.removeHeader("content-length");
    return end(withoutScripts(whole.toString("utf8")));
  };
}

function isEncoding(value: unknown): value is BufferEncoding {
  return typeof value === "string" && Buffer.isEncoding(value);
}
