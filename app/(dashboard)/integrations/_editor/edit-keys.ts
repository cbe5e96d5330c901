/** What a key makes of a selection: the text between `from` and `to` is replaced, and then `start` to `end` is selected. */
export type Edit = { from: number; to: number; text: string; start: number; end: number };

const step = "  ";

/** A line break goes on where the line began, one step further in after what opens. */
export function breakLine(text: string, from: number, to: number): Edit {
  const lineStart = text.lastIndexOf("\n", from - 1) + 1;
  const [indent = ""] = /^[ \t]*/.exec(text.slice(lineStart, from)) ?? [];
  const opens = /[[{]\s*$/.test(text.slice(lineStart, from));
  const closes = /^\s*[\]}]/.test(text.slice(to));
  const inner = `\n${indent}${opens ? step : ""}`;
  const after = opens && closes ? `\n${indent}` : "";
  return { from, to, text: inner + after, start: from + inner.length, end: from + inner.length };
}

/** One step in: at the cursor, or every line of the selection. */
export function indent(text: string, from: number, to: number): Edit {
  if (!text.slice(from, to).includes("\n")) {
    return { from, to, text: step, start: from + step.length, end: from + step.length };
  }
  return eachLine(text, from, to, (line) => (line === "" ? line : step + line));
}

/** One step out, every line that the selection touches. */
export function outdent(text: string, from: number, to: number): Edit {
  return eachLine(text, from, to, (line) => line.replace(/^(?: {1,2}|\t)/, ""));
}

function eachLine(text: string, from: number, to: number, change: (line: string) => string): Edit {
  const lineStart = text.lastIndexOf("\n", from - 1) + 1;
  const before = text.slice(lineStart, to);
  const [first = "", ...rest] = before.split("\n");
  const changed = [change(first), ...rest.map(change)];
  const next = changed.join("\n");
  const start = Math.max(lineStart, from + (changed[0] ?? "").length - first.length);
  return { from: lineStart, to, text: next, start, end: Math.max(start, lineStart + next.length) };
}
