import { expect, test } from "vitest";
import { findValues, wordValue } from "./effective-words.ts";

const effective = {
  "/credentials/config/refresh/bufferSeconds": { value: 120, origin: "account" },
  "/credentials/config/scope": { value: ["read", "write"], origin: "environment" },
  "/api/baseUrl": { value: "https://api.acme.example", origin: "platform" },
  "/api/headers/a~1b~0c": { value: "x", origin: "platform" },
} as const;

test("what is most specific comes first", () => {
  expect(findValues(effective, "", null).map(({ origin }) => origin)).toEqual([
    "account",
    "environment",
    "platform",
    "platform",
  ]);
});

test.each([
  ["buffer", ["bufferSeconds"]],
  ["refresh buffer", ["bufferSeconds"]],
  ["REFRESH/buffer", ["bufferSeconds"]],
  ["write", ["scope"]],
  ["acme", ["baseUrl"]],
  ["a/b~c", ["a/b~c"]],
  ["nothing like it", []],
])("%s is found by any part of its path or its text", (search, expected) => {
  expect(findValues(effective, search, null).map(({ path }) => path.at(-1))).toEqual(expected);
});

test("one level by itself", () => {
  expect(findValues(effective, "", "environment").map(({ path }) => path.at(-1))).toEqual(["scope"]);
});

test("a value is a word where it can be", () => {
  expect([null, "", true, false, [], ["a", 1], { a: 1 }, 30].map(wordValue)).toEqual([
    "none",
    "empty",
    "yes",
    "no",
    "none",
    "a, 1",
    '{"a":1}',
    "30",
  ]);
});
