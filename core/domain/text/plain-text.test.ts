import { expect, it } from "vitest";
import { plainText } from "./plain-text.ts";

it("takes out control characters, the NUL among them, and halves of surrogate pairs", () => {
  expect(plainText("a\u0000b\r\n\u001b[31mc\u2028d", 300)).toBe("a b [31mc d");
  expect(plainText("x\ud83dy", 300)).toBe("x\ufffdy");
});

it("cuts between characters, never inside one", () => {
  const cut = plainText(`${"a".repeat(299)}😀b`, 300);
  expect(cut).toBe(`${"a".repeat(299)}😀`);
  expect(cut.isWellFormed()).toBe(true);
  expect(plainText("abc", 300)).toBe("abc");
});
