import { OpenAPIHono } from "@hono/zod-openapi";
import { describe, expect, test } from "vitest";
import { contentSecurityPolicy } from "../web/security-headers.ts";
import type { ApiEnvironment } from "./api-environment.ts";
import { cspReportRoute, readRefusals } from "./csp-reports.ts";

const secret = "lt_5Zk0J1d8mQ2xWvR7";
const page = `https://evergrant.example/connect/${secret}?x=${secret}#${secret}`;
const old = (over: object = {}): object => ({
  "csp-report": {
    "document-uri": page,
    referrer: page,
    "violated-directive": "script-src-elem 'self'",
    "blocked-uri": `https://evil.example/steal?of=${secret}`,
    "script-sample": secret,
    ...over,
  },
});
const refused = { directive: "script-src-elem", blocked: "https://evil.example", page: "/connect" };

describe("a report of a browser", () => {
  test("is read in both forms", () => {
    expect(readRefusals(old())).toEqual([refused]);
    const body = { documentURL: page, effectiveDirective: "script-src-elem", blockedURL: "https://evil.example/steal" };
    expect(readRefusals([{ type: "csp-violation", url: page, body }])).toEqual([refused]);
  });

  test.each([
    ["inline", "inline"],
    ["eval", "eval"],
    ["data:text/html,x", "data:"],
    ["", "unknown"],
    [null, "unknown"],
    ["inline\u001b[31m", "unknown"],
  ])("of %j names %j", (blocked, named) => {
    expect(readRefusals(old({ "blocked-uri": blocked }))).toEqual([{ ...refused, blocked: named }]);
  });

  test.each([null, 1, "x", [], {}, [null], [{ body: 1 }], { "csp-report": [] }, old({ "violated-directive": "A\nB" })])(
    "that says nothing is none: %j",
    (body) => expect(readRefusals(body)).toEqual([]),
  );

  test("is at most five", () => {
    const body = { documentURL: page, effectiveDirective: "img-src", blockedURL: "data" };
    expect(readRefusals(Array.from({ length: 100 }, () => ({ body })))).toHaveLength(5);
  });
});

function appWithLog() {
  const app = new OpenAPIHono<ApiEnvironment>();
  const told: unknown[] = [];
  const log = { info: () => {}, warn: (fields: object) => void told.push(fields), error: () => {} };
  let address = "203.0.113.7";
  cspReportRoute(app, { addressOf: () => address, log }, () => 0);
  const send = async (body: string): Promise<number> => {
    const incoming = { incoming: {}, outgoing: {} };
    const request = { method: "POST", body, headers: { "content-type": "application/csp-report" } };
    const { status, headers } = await app.request("/api/csp-reports", request, incoming);
    // The frame that a page refused has an origin of its own.
    expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    return status;
  };
  return { send, told, move: (to: string) => (address = to) };
}

describe("where pages send them", () => {
  test("is told in the policy of every page, and reached", async () => {
    const policy = contentSecurityPolicy("n", [], { isDevelopment: false });
    const [, path] = /report-uri (\S+);/.exec(policy) ?? [];
    expect(path).toBe("/api/csp-reports");
    const { send, told } = appWithLog();
    expect(await send(JSON.stringify(old()))).toBe(204);
    expect(told).toEqual([refused]);
    expect(JSON.stringify(told)).not.toContain(secret);
  });

  test("takes whatever comes for the same answer, and makes no flood of it", async () => {
    const { send, told, move } = appWithLog();
    expect(await send("no JSON")).toBe(204);
    expect(await send(JSON.stringify(old({ padding: "x".repeat(20_000) })))).toBe(204);
    expect(told).toEqual([]);
    for (let count = 0; count < 30; count += 1) expect(await send(JSON.stringify(old()))).toBe(204);
    expect(told).toHaveLength(10);
    for (let network = 0; network < 30; network += 1) {
      move(`198.51.${network}.1`);
      for (let count = 0; count < 10; count += 1) await send(JSON.stringify(old()));
    }
    expect(told).toHaveLength(50);
  });
});
