import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { leaveOutScripts, withoutScripts } from "./leave-out-scripts.ts";

const page = `<html><head><link rel="preload" as="script" href="/a.js"/><link rel="stylesheet" href="/a.css"/></head>
<body><script src="/a.js" async=""></script><p data-own="">&lt;script&gt; ü</p><script nonce="n" data-own="">own()</script>
<script nonce="n">self.data.push("data-own \\u003c/script>")</script></body></html>`;

test("scripts and what preloads them go; ours, styles and words stay", () => {
  const left = withoutScripts(page);
  expect(left.match(/<script\b[^>]*>/g)).toEqual(['<script nonce="n" data-own="">']);
  expect(left).not.toContain("a.js");
  expect(left).not.toContain("self.data");
  for (const part of ['href="/a.css"', "&lt;script&gt; ü", "own()", "</body></html>"]) expect(left).toContain(part);
});

/** What a client gets of an answer whose scripts are left out. */
async function answerOf(respond: (response: ServerResponse) => void): Promise<{ text: string; headers: Headers }> {
  const server = createServer((_request, response) => {
    response.setHeader("content-security-policy", "before");
    leaveOutScripts(response, "after");
    respond(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const got = { text: await answer.text(), headers: answer.headers };
  server.close();
  return got;
}

test("a page that comes in pieces, cut anywhere, leaves whole, under its policy", async () => {
  const bytes = Buffer.from(page);
  const cut = bytes.indexOf("ü") + 1;
  const { text, headers } = await answerOf((response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.setHeader("vary", "rsc");
    response.flushHeaders();
    response.write(bytes.subarray(0, cut));
    response.write(bytes.subarray(cut), () => response.end());
  });
  expect(text).toBe(withoutScripts(page));
  expect(headers.get("content-security-policy")).toBe("after");
  expect(headers.get("vary")).toBe("rsc, accept-language");
});

test.each([
  ["a page that went wrong", 500, "text/html"],
  ["what is no page", 200, "text/x-component"],
])("%s leaves as it is", async (_name, status, type) => {
  const { text, headers } = await answerOf((response) => {
    response.statusCode = status;
    response.setHeader("content-type", type);
    response.end(page);
  });
  expect(text).toBe(page);
  expect(headers.get("content-security-policy")).toBe("before");
});
