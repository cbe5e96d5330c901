import { expect, it } from "vitest";
import { leavesOf, withMissing, withValue } from "./body-paths.ts";

it("names every single value, and lists of texts as a whole too", () => {
  expect(leavesOf({ a: 1, b: { c: ["x"] }, d: [{ e: null }] })).toEqual([
    { path: ["a"], value: 1 },
    { path: ["b", "c"], value: ["x"] },
    { path: ["b", "c", 0], value: "x" },
    { path: ["d", 0, "e"], value: null },
  ]);
});

it("changes one place, makes one, takes one away, and leaves the body that it was given", () => {
  const body = { a: { b: 1 }, list: [1, 2] };
  expect(withValue(body, ["a", "b"], 2)).toEqual({ a: { b: 2 }, list: [1, 2] });
  expect(withValue(body, ["a", "b"], undefined)).toEqual({ a: {}, list: [1, 2] });
  expect(withValue(body, ["new", "place"], 3)).toEqual({ ...body, new: { place: 3 } });
  expect(withValue(body, ["list", 1], 9)).toEqual({ a: { b: 1 }, list: [1, 9] });
  expect(body).toEqual({ a: { b: 1 }, list: [1, 2] });
});

it("adds what is missing, at any depth, and replaces nothing", () => {
  expect(withMissing({ a: { b: 1 }, c: [] }, { a: { b: 2, d: 3 }, c: {}, e: 4 })).toEqual({
    a: { b: 1, d: 3 },
    c: [],
    e: 4,
  });
});
