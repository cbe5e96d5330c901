// A promise that nobody watched (checklist J5): the process does not go on in a state that nobody knows.
import { afterAll, beforeAll, expect, test } from "vitest";
import { findFreePort } from "#scripts/ports";
import { until } from "./faulty-integration.ts";
import { startProcess } from "./start-process.ts";
import { startStack, type Stack } from "./start-stack.ts";

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack[Symbol.asyncDispose]());

/** Loaded before our own code, which keeps its handlers: a rejection at a signal. */
const planted = `data:text/javascript,${encodeURIComponent(
  'process.on("SIGUSR2", () => { Promise.reject(new Error("planted")); });',
)}`;

test.each([
  ["api/main.ts", "api", "PORT"],
  ["worker/main.ts", "worker", "WORKER_PORT"],
] as const)("ends %s with a word in its log, and with code 1", async (file, role, port) => {
  const env = { ...stack.env, DATABASE_URL: stack.database.urlAs(role), [port]: String(await findFreePort()) };
  const child = await startProcess(file, env, ["--import", planted]);
  process.kill(child.pid, "SIGUSR2");
  await until(async () => child.output().includes("unhandled rejection"));
  expect(await child.stop()).toBe(1);
  const line = child
    .output()
    .split("\n")
    .find((one) => one.includes("unhandled rejection"));
  expect(JSON.parse(line ?? "{}")).toMatchObject({ level: "error", process: role, error: { message: "planted" } });
});
