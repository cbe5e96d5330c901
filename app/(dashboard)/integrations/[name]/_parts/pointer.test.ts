import { describe, expect, test } from "vitest";
import { isMeant, partsOf, pieceOf, pointerOf } from "./pointer.ts";

describe("a JSON Pointer", () => {
  test("is taken apart and put together, slashes and tildes in names too", () => {
    expect(partsOf("/a~1b/c~0d/0")).toEqual(["a/b", "c~d", "0"]);
    expect(pointerOf(["a/b", "c~d", "0"])).toBe("/a~1b/c~0d/0");
    expect(partsOf("")).toEqual([]);
  });

  test("makes a piece of a document around one value, null among them", () => {
    expect(pieceOf("/credentials/config/refresh/bufferSeconds", 60)).toEqual({
      credentials: { config: { refresh: { bufferSeconds: 60 } } },
    });
    expect(pieceOf("/api/headers/x~1y", null)).toEqual({ api: { headers: { "x/y": null } } });
  });

  test("is meant by its pattern, and by one with any name at its end, of one level", () => {
    expect(isMeant("/a/b", "/a/b")).toBe(true);
    expect(isMeant("/a/*", "/a/b")).toBe(true);
    expect(isMeant("/a/*", "/a/")).toBe(false);
    expect(isMeant("/a/*", "/a/b/c")).toBe(false);
    expect(isMeant("/a/b", "/a/bc")).toBe(false);
  });
});
