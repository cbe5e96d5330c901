import { expect, test } from "vitest";
import { readSettings } from "./settings.ts";

const environment = (facts: Record<string, string>) => facts as unknown as NodeJS.ProcessEnv;

test("everything has a default", () => {
  expect(readSettings(environment({}))).toEqual({
    port: 3100,
    apiOrigin: "http://127.0.0.1:3000",
    publicUrl: "http://127.0.0.1:3000",
    logLevel: "info",
    isDevelopment: false,
  });
});

test.each([
  ["WEB_PORT", "abc"],
  ["WEB_PORT", "70000"],
  ["API_ORIGIN", "127.0.0.1:3000"],
  ["API_ORIGIN", "http://api/path"],
  ["API_ORIGIN", "http://user:password@api"],
  ["EVERGRANT_URL", "ftp://evergrant.example"],
  ["LOG_LEVEL", "loud"],
])("a malformed variable is named: %s=%s", (name, value) => {
  expect(() => readSettings(environment({ [name]: value }))).toThrow(name);
});

test("a password in an origin is refused without being repeated", () => {
  expect(() => readSettings(environment({ API_ORIGIN: "http://user:hunter2@api" }))).not.toThrow("hunter2");
});
