/** Rows that belong together, and what is to be said below them. */
export interface TableGroup {
  readonly rows: readonly (readonly string[])[];
  readonly note: readonly string[];
}

const gap = "  ";
/** A word may need more; no column is made narrower for the sake of the others. */
const leastWidth = 12;

/**
 * A table in plain text. What is too wide for the terminal is wrapped within its column, the widest column first.
 *
 * @param width characters
 */
export function layOutTable(head: readonly string[], groups: readonly TableGroup[], width: number): string {
  const rows = [head, ...groups.flatMap((group) => group.rows)];
  const columns = head.map((_, column) => rows.map((row) => row[column] ?? ""));
  const widths = fitting(columns, width);
  const draw = (row: readonly string[]): string[] => drawRow(row, widths);
  const indent = " ".repeat((widths[0] ?? 0) + gap.length);
  return [
    ...draw(head),
    ...groups.flatMap(({ rows: own, note }) => [
      ...own.flatMap(draw),
      ...note.flatMap((text) => wrap(text, width - indent.length).map((line) => indent + line)),
    ]),
  ].join("\n");
}

function fitting(columns: readonly (readonly string[])[], width: number): number[] {
  const widths = columns.map((cells) => longest(cells));
  const least = columns.map((cells) => Math.max(leastWidth, longest(cells.flatMap((cell) => cell.split(" ")))));
  const total = (): number => widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1);
  while (total() > width) {
    const room = widths.map((one, column) => (one > (least[column] ?? 0) ? one : 0));
    const widest = room.indexOf(Math.max(...room));
    if (room[widest] === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function longest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}

function drawRow(row: readonly string[], widths: readonly number[]): string[] {
  const cells = row.map((cell, column) => wrap(cell, widths[column] ?? cell.length));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, column) => (lines[line] ?? "").padEnd(widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}

/** At spaces; a word that is longer than its line is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text
    .split(" ")
    .flatMap((one) => one.match(new RegExp(`.{1,${Math.max(1, width)}}`, "gu")) ?? [""])) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
