import { spawn, type ChildProcessByStdio } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { expect, test } from "@playwright/test";
import { machine, webMain } from "./start-web.ts";

type Web = {
  child: ChildProcessByStdio<null, Readable, Readable>;
  output: () => string;
  ended: Promise<number | null>;
};

const started: Web[] = [];

// A test that fails half way leaves its process running.
test.afterEach(() => {
  for (const web of started.splice(0)) web.child.kill("SIGKILL");
});

function run(environment: Record<string, string>): Web {
  const child = spawn(process.execPath, [webMain], {
    env: { ...machine, NODE_ENV: "production", WEB_PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
  const web: Web = { child, output: () => text, ended: new Promise((resolve) => child.once("exit", resolve)) };
  started.push(web);
  return web;
}

async function portOf(web: Web): Promise<number> {
  await expect.poll(web.output, { timeout: 60_000 }).toMatch(/"msg":"listening"/);
  const line =
    web
      .output()
      .split("\n")
      .find((candidate) => candidate.includes('"listening"')) ?? "{}";
  return (JSON.parse(line) as { port: number }).port;
}

test("started with secrets, the process goes on without them, under the same id", async () => {
  test.skip(!existsSync("/proc/self/environ"), "needs /proc");
  const web = run({ EVERGRANT_SECRET: "canary-secret", DATABASE_URL: "postgres://canary", PGPASSWORD: "canary" });
  await portOf(web);
  const environment = readFileSync(`/proc/${web.child.pid}/environ`, "utf8");
  expect(environment).not.toContain("canary");
  expect(environment).toContain("WEB_PORT=0");
  expect(web.output()).not.toMatch(/canary|Warning/);
  for (const line of web.output().trim().split("\n")) expect(line).toMatch(/^\{"level":.*\}$/);
  web.child.kill("SIGTERM");
  expect(await web.ended).toBe(0);
});

test("is ready only while the API answers, and only reads", async () => {
  const api = createServer((_, response) => response.end("{}"));
  await new Promise<void>((resolve) => {
    api.listen(0, "127.0.0.1", resolve);
  });
  const web = run({ API_ORIGIN: `http://127.0.0.1:${(api.address() as AddressInfo).port}` });
  const origin = `http://127.0.0.1:${await portOf(web)}`;
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  expect((await fetch(`${origin}/readyz`)).status).toBe(200);
  expect((await fetch(`${origin}/sign-in`, { method: "POST", body: "password=x" })).status).toBe(405);

  api.closeAllConnections();
  await new Promise<void>((resolve) => {
    api.close(() => resolve());
  });
  expect((await fetch(`${origin}/readyz`)).status).toBe(503);
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  web.child.kill("SIGINT");
  expect(await web.ended).toBe(0);
});

test("logs paths without their query, and no cookies", async () => {
  const web = run({ API_ORIGIN: "http://127.0.0.1:9" });
  const origin = `http://127.0.0.1:${await portOf(web)}`;
  await (await fetch(`${origin}/sign-in?next=canary`, { headers: { cookie: "session=canary" } })).text();
  await expect.poll(web.output).toMatch(/"path":"\/sign-in"/);
  expect(web.output()).not.toContain("canary");
  web.child.kill("SIGTERM");
  await web.ended;
});

test("answers nothing that may change something: no action of a page, and no other method", async () => {
  const web = run({ API_ORIGIN: "http://127.0.0.1:9" });
  const origin = `http://127.0.0.1:${await portOf(web)}`;
  const action = { "next-action": "40".padEnd(42, "0"), "content-type": "text/plain;charset=UTF-8" };
  for (const headers of [action, { "next-action": "x", "content-type": "multipart/form-data; boundary=x" }, {}]) {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      const answer = await fetch(`${origin}/accounts`, { method, headers, body: "[]" });
      expect([answer.status, answer.headers.get("allow")], method).toEqual([405, "GET, HEAD"]);
    }
  }
});

for (const [name, value] of [
  ["WEB_PORT", "http"],
  ["API_ORIGIN", "nowhere"],
  ["LOG_LEVEL", "loud"],
] as const) {
  test(`refuses to start when ${name} is malformed, and names it`, async () => {
    const web = run({ [name]: value });
    expect(await web.ended).toBe(1);
    expect(web.output()).toMatch(new RegExp(`^web: ${name} `, "m"));
  });
}
