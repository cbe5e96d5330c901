import { expect, test } from "vitest";
import { piecesByLine } from "./highlight.ts";
import { scanText } from "./scan-text.ts";

test("is the whole text again, line by line, and underlines what is wrong", () => {
  const text = '{\n  "a": [1,\n\n 2],\n  "b": "x" oops\n}\n';
  const lines = piecesByLine(text, scanText(text).tokens, [{ from: 4, to: 7 }]);
  expect(lines.map((pieces) => pieces.map((piece) => piece.text).join("")).join("\n")).toBe(text);
  expect(lines.flat().filter(({ isWrong }) => isWrong)).toEqual([{ kind: "name", text: '"a"', isWrong: true }]);
});
