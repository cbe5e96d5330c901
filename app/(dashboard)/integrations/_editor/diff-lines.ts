export type DiffLine = {
  kind: "same" | "added" | "removed";
  text: string;
  before: number | null;
  after: number | null;
};
/** Lines that changed with some around them; `skipped`: how many that are the same stand before it. */
export type DiffHunk = { skipped: number; lines: DiffLine[] };

/** More steps than this are not taken: everything between what is the same at both ends counts as replaced then. */
const mostSteps = 800;

/** What has to be removed and added to come from one text to the other, line by line (Myers). */
export function diffLines(before: string, after: string): DiffLine[] {
  const [from, to] = [before.split("\n"), after.split("\n")];
  let head = 0;
  while (head < from.length && head < to.length && from[head] === to[head]) head += 1;
  let tail = 0;
  while (tail < from.length - head && tail < to.length - head && from.at(-1 - tail) === to.at(-1 - tail)) tail += 1;
  const middle = shortest(from.slice(head, from.length - tail), to.slice(head, to.length - tail));
  return number([
    ...from.slice(0, head).map((text) => ({ kind: "same" as const, text })),
    ...middle,
    ...from.slice(from.length - tail).map((text) => ({ kind: "same" as const, text })),
  ]);
}

type Plain = Pick<DiffLine, "kind" | "text">;

function shortest(from: readonly string[], to: readonly string[]): Plain[] {
  const most = Math.min(from.length + to.length, mostSteps);
  /** By diagonal, moved so that none is negative: how far one got along it. */
  const furthest = new Int32Array(2 * most + 3).fill(-1);
  const at = (diagonal: number): number => diagonal + most + 1;
  furthest[at(1)] = 0;
  const reached: Int32Array[] = [];
  for (let steps = 0; steps <= most; steps += 1) {
    reached.push(furthest.slice());
    for (let diagonal = -steps; diagonal <= steps; diagonal += 2) {
      let x = cameFromAbove(furthest, at(diagonal), diagonal, steps)
        ? (furthest[at(diagonal + 1)] ?? 0)
        : (furthest[at(diagonal - 1)] ?? 0) + 1;
      while (x < from.length && x - diagonal < to.length && from[x] === to[x - diagonal]) x += 1;
      furthest[at(diagonal)] = x;
      if (x >= from.length && x - diagonal >= to.length) return walkBack(from, to, { reached, steps, at });
    }
  }
  return [
    ...from.map((text): Plain => ({ kind: "removed", text })),
    ...to.map((text): Plain => ({ kind: "added", text })),
  ];
}

/** A line was added, not removed, to come onto a diagonal. */
function cameFromAbove(furthest: Int32Array, place: number, diagonal: number, steps: number): boolean {
  if (Math.abs(diagonal) === steps) return diagonal === -steps;
  return (furthest[place - 1] ?? -1) < (furthest[place + 1] ?? -1);
}

type Way = { reached: readonly Int32Array[]; steps: number; at: (diagonal: number) => number };

function walkBack(from: readonly string[], to: readonly string[], { reached, steps, at }: Way): Plain[] {
  const lines: Plain[] = [];
  let [x, y] = [from.length, to.length];
  for (let step = steps; step > 0; step -= 1) {
    const furthest = reached[step] ?? new Int32Array();
    const diagonal = x - y;
    const isAdded = cameFromAbove(furthest, at(diagonal), diagonal, step);
    const earlier = isAdded ? diagonal + 1 : diagonal - 1;
    const earlierX = furthest[at(earlier)] ?? 0;
    const earlierY = earlierX - earlier;
    const [startX, startY] = isAdded ? [earlierX, earlierY + 1] : [earlierX + 1, earlierY];
    while (x > startX && y > startY) {
      lines.push({ kind: "same", text: from[x - 1] ?? "" });
      x -= 1;
      y -= 1;
    }
    lines.push(isAdded ? { kind: "added", text: to[earlierY] ?? "" } : { kind: "removed", text: from[earlierX] ?? "" });
    [x, y] = [earlierX, earlierY];
  }
  while (x > 0 && y > 0) {
    lines.push({ kind: "same", text: from[x - 1] ?? "" });
    x -= 1;
    y -= 1;
  }
  return lines.toReversed();
}

function number(lines: readonly Plain[]): DiffLine[] {
  let [before, after] = [0, 0];
  return lines.map(({ kind, text }) => {
    if (kind !== "added") before += 1;
    if (kind !== "removed") after += 1;
    return { kind, text, before: kind === "added" ? null : before, after: kind === "removed" ? null : after };
  });
}

/** The changed lines, each with a few around it. Empty: nothing changed. */
export function hunksOf(lines: readonly DiffLine[], around = 3): DiffHunk[] {
  const near = new Set(
    lines.flatMap(({ kind }, index) =>
      kind === "same" ? [] : Array.from({ length: 2 * around + 1 }, (_, offset) => index - around + offset),
    ),
  );
  const hunks: DiffHunk[] = [];
  let skipped = 0;
  let isOpen = false;
  for (const [index, line] of lines.entries()) {
    if (!near.has(index)) {
      skipped += 1;
      isOpen = false;
      continue;
    }
    if (!isOpen) hunks.push({ skipped, lines: [] });
    if (!isOpen) skipped = 0;
    isOpen = true;
    hunks.at(-1)?.lines.push(line);
  }
  return hunks;
}
