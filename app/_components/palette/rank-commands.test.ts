import { Link2 } from "lucide-react";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Command } from "./command.ts";
import { rankCommands, wordsIn } from "./rank-commands.ts";

const command = (title: string, more: Partial<Command> = {}): Command => ({
  id: title,
  title,
  icon: Link2,
  does: { kind: "shortcuts" },
  ...more,
});

const commands = [
  command("Overview"),
  command("Accounts", { keywords: "customers tenants" }),
  command("Audit log"),
  command("API keys", { keywords: "tokens" }),
  command("Keys", { keywords: "sealing encryption" }),
  command("Make an API key"),
  command("Zürich region"),
];
const found = (query: string): string[] =>
  rankCommands([{ value: "All", items: commands }], query).flatMap(({ items }) => items.map(({ title }) => title));

describe("what is typed finds", () => {
  test.each([
    ["", commands.map(({ title }) => title)],
    ["over", ["Overview"]],
    // The title that begins so comes before titles with such a word, and both before other words.
    ["key", ["Keys", "API keys", "Make an API key"]],
    ["api", ["API keys", "Make an API key"]],
    ["ak", ["API keys", "Make an API key"]],
    ["customers", ["Accounts"]],
    ["api make", ["Make an API key"]],
    ["zurich", ["Zürich region"]],
    ["adtlg", ["Audit log"]],
    ["nothing", []],
    ["!?", commands.map(({ title }) => title)],
  ])("%j: %j", (query, titles) => {
    expect(found(query)).toEqual(titles);
  });
});

test("a word more never finds what was not there before", () => {
  const letters = fc.stringMatching(/^[a-z]{1,6}$/);
  fc.assert(
    fc.property(letters, letters, (one, other) => {
      const before = new Set(found(one));
      expect(found(`${one} ${other}`).every((title) => before.has(title))).toBe(true);
    }),
  );
});

test("groups keep their order, and empty ones go", () => {
  const groups = [
    { value: "First", items: [command("Accounts of Acme")] },
    { value: "Second", items: [command("Accounts")] },
    { value: "Third", items: [] },
  ];
  expect(rankCommands(groups, "accounts").map(({ value }) => value)).toEqual(["First", "Second"]);
  expect(rankCommands(groups, "").map(({ value }) => value)).toEqual(["First", "Second"]);
  expect(rankCommands(groups, "acme").map(({ value }) => value)).toEqual(["First"]);
});

test("words are what parts them leaves, ids whole", () => {
  expect(wordsIn("Open ia_2f8k3m, now!")).toEqual(["open", "ia_2f8k3m", "now"]);
});
