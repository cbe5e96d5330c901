import type { Token, TokenKind } from "./scan-text.ts";

export type Piece = { kind: TokenKind | "space"; text: string; isWrong: boolean };

/** How each kind of piece looks. */
export const looks: Record<Piece["kind"], string> = {
  name: "text-info",
  string: "text-good",
  number: "text-hold",
  word: "text-hold",
  mark: "text-muted",
  space: "",
};

/** The text in pieces of one look each, line by line. `wrong`: places that are underlined. */
export function piecesByLine(
  text: string,
  tokens: readonly Token[],
  wrong: readonly { from: number; to: number }[],
): Piece[][] {
  const lines: Piece[][] = [[]];
  const put = (kind: Piece["kind"], from: number, to: number): void => {
    const isWrong = wrong.some((one) => one.from < to && from < one.to);
    for (const [index, part] of text.slice(from, to).split("\n").entries()) {
      if (index > 0) lines.push([]);
      if (part !== "") lines.at(-1)?.push({ kind, text: part, isWrong: isWrong && kind !== "space" });
    }
  };
  let at = 0;
  for (const { kind, from, to } of tokens) {
    put("space", at, from);
    put(kind, from, to);
    at = to;
  }
  put("space", at, text.length);
  return lines;
}
