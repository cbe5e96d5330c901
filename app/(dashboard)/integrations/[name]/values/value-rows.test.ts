import { describe, expect, test } from "vitest";
import { searchRows, valueRows } from "./value-rows.ts";

const fields = [
  { pointer: "/credentials/config/refresh/bufferSeconds", schema: { type: "integer" }, defined: 30 },
  { pointer: "/credentials/config/refresh/perMinute", schema: { type: "integer" } },
  { pointer: "/api/headers/*", schema: { type: "string" } },
];
const rows = valueRows(
  {
    effective: {
      "/name": { value: "acme", origin: "platform" },
      "/credentials/config/refresh/bufferSeconds": { value: 120, origin: "environment" },
      "/api/headers/x-a": { value: "b", origin: "environment" },
      "/api/baseUrl": { value: "https://api.acme.example", origin: "environment" },
    },
    overrides: { credentials: { config: { refresh: { bufferSeconds: 120 } } }, api: { headers: { "x-a": "b" } } },
  },
  fields,
);

describe("the values of an integration", () => {
  test("are those in force, then what could be said; each with what may lie over it", () => {
    expect(rows.map(({ pointer, isOverridden, field }) => [pointer, isOverridden, field?.pointer ?? null])).toEqual([
      ["/name", false, null],
      ["/credentials/config/refresh/bufferSeconds", true, "/credentials/config/refresh/bufferSeconds"],
      ["/api/headers/x-a", true, "/api/headers/*"],
      // The definition is this environment's own: the value is its, and no override.
      ["/api/baseUrl", false, null],
      ["/credentials/config/refresh/perMinute", false, "/credentials/config/refresh/perMinute"],
      ["/api/headers/*", false, "/api/headers/*"],
    ]);
  });

  test("are found by words of their pointer and of their value", () => {
    const found = (q: string) => searchRows(rows, q, "all").map(({ pointer }) => pointer);
    expect(found("BUFFER")).toEqual(["/credentials/config/refresh/bufferSeconds"]);
    expect(found("120")).toEqual(["/credentials/config/refresh/bufferSeconds"]);
    expect(found("refresh minute")).toEqual(["/credentials/config/refresh/perMinute"]);
  });

  test("are narrowed to what can be, and to what is laid over the definition", () => {
    expect(searchRows(rows, undefined, "overridden")).toHaveLength(2);
    expect(searchRows(rows, undefined, "overridable")).toHaveLength(4);
  });
});
