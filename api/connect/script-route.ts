import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Hono } from "hono";
import type { ApiEnvironment } from "../api-environment.ts";

const source = readFileSync(new URL("../../sdk/connect.js", import.meta.url), "utf8");

/** The same for a classic script tag, which knows no exports: it leaves `Evergrant.connect` behind. */
const classic = `(() => {\n${source.replace("export function connect(", "function connect(")}globalThis.Evergrant = { connect };\n})();\n`;

const scripts: Readonly<Record<string, string>> = { "/connect.js": classic, "/connect.mjs": source };

/** The script with which pages of the product embed connect: anybody's to read, and the same for all. */
export function scriptRoutes(app: Hono<ApiEnvironment>): void {
  for (const [path, text] of Object.entries(scripts)) {
    const etag = `"${createHash("sha256").update(text).digest("base64url")}"`;
    app.get(path, (context) => {
      context.header("etag", etag);
      // An address without a version: soon after an update every page has the new one.
      context.header("cache-control", "public, max-age=300, stale-while-revalidate=86400");
      context.header("access-control-allow-origin", "*");
      context.header("cross-origin-resource-policy", "cross-origin");
      if (context.req.header("if-none-match") === etag) return context.body(null, 304);
      context.header("content-type", "text/javascript; charset=utf-8");
      return context.body(text);
    });
  }
}
