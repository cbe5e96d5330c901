import { describe, expect, test } from "vitest";
import { diffLines, hunksOf } from "./diff-lines.ts";

const marks = { same: " ", added: "+", removed: "-" };
const drawn = (before: string, after: string) => diffLines(before, after).map(({ kind, text }) => marks[kind] + text);
const textOf = (...lines: string[]) => lines.join("\n");

describe("the difference of two texts", () => {
  test("is no more than what changed", () => {
    expect(drawn(textOf("a", "b", "c"), textOf("a", "x", "c"))).toEqual([" a", "-b", "+x", " c"]);
    expect(drawn(textOf("a", "b"), textOf("a", "b"))).toEqual([" a", " b"]);
    expect(drawn(textOf("a", "c"), textOf("a", "b", "c", "d"))).toEqual([" a", "+b", " c", "+d"]);
    expect(drawn(textOf("a", "b", "c", "a", "b", "b", "a"), textOf("c", "b", "a", "b", "a", "c"))).toHaveLength(9);
  });

  test("leads from the one to the other, and is numbered on both sides", () => {
    let seed = 3;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const some = (): string =>
      textOf(...Array.from({ length: Math.floor(random() * 12) + 1 }, () => "abc"[Math.floor(random() * 3)] ?? ""));
    for (let round = 0; round < 2000; round += 1) {
      const [before, after] = [some(), some()];
      const lines = diffLines(before, after);
      const side = (without: "added" | "removed") =>
        lines
          .filter(({ kind }) => kind !== without)
          .map(({ text }) => text)
          .join("\n");
      expect([side("added"), side("removed")]).toEqual([before, after]);
      expect(lines.flatMap((line) => line.after ?? [])).toEqual(after.split("\n").map((_, index) => index + 1));
    }
  });

  test("comes to an end also where nothing is the same", () => {
    const many = (name: string) => textOf(...Array.from({ length: 5000 }, (_, index) => `${name}${index}`));
    expect(diffLines(many("a"), many("b"))).toHaveLength(10_000);
  });
});

describe("what is shown of it", () => {
  test("is what changed with some lines around it, and how many were left out", () => {
    const before = Array.from({ length: 30 }, (_, index) => String(index));
    const after = before.with(10, "x").with(25, "y");
    const hunks = hunksOf(diffLines(before.join("\n"), after.join("\n")), 2);
    expect(hunks.map(({ skipped, lines }) => [skipped, lines.length])).toEqual([
      [8, 6],
      [10, 6],
    ]);
  });

  test("is nothing where nothing changed", () => {
    expect(hunksOf(diffLines("a", "a"))).toEqual([]);
  });
});
