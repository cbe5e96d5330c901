import type { Command, CommandGroup } from "./command.ts";

/** How well a text fits; lower is better, null: not at all. */
export type Fit = number | null;

/**
 * The commands that fit what was typed, best first in each group, groups in their order. Every word must fit: at the beginning of
 * the title, of a word of it or of its other words, as initials, or within a word; from three letters on also with others between.
 * The same query finds the same in the same order, whatever was chosen before.
 */
export function rankCommands(groups: readonly CommandGroup[], query: string): CommandGroup[] {
  const words = wordsIn(query);
  if (words.length === 0) return groups.filter(({ items }) => items.length > 0);
  return groups
    .map(({ value, items }) => ({
      value,
      items: items
        .map((command, place) => ({ command, place, fit: fitOf(command, words) }))
        .filter((one): one is typeof one & { fit: number } => one.fit !== null)
        .toSorted((one, other) => one.fit - other.fit || one.place - other.place)
        .map(({ command }) => command),
    }))
    .filter(({ items }) => items.length > 0);
}

export function fitOf(
  { title, hint = "", keywords = "" }: Pick<Command, "title" | "hint" | "keywords">,
  words: readonly string[],
): Fit {
  const name = wordsIn(title);
  const others = [...wordsIn(hint), ...wordsIn(keywords)];
  let sum = 0;
  for (const word of words) {
    const fit = fitOfWord(name, others, word);
    if (fit === null) return null;
    sum += fit;
  }
  return sum;
}

function fitOfWord(name: readonly string[], others: readonly string[], word: string): Fit {
  if (name[0]?.startsWith(word) === true) return 0;
  if (name.some((one) => one.startsWith(word))) return 1;
  if (initialsOf(name).startsWith(word) && word.length > 1) return 2;
  if (others.some((one) => one.startsWith(word))) return 3;
  if (name.some((one) => one.includes(word))) return 4;
  // Two letters apart are in nearly everything.
  if (word.length > 2 && liesApart(name.join(""), word)) return 6;
  return null;
}

function initialsOf(words: readonly string[]): string {
  return words.map((word) => word.charAt(0)).join("");
}

/** Whether the letters come in this order, with others between. */
function liesApart(text: string, letters: string): boolean {
  let from = 0;
  for (const letter of letters) {
    const at = text.indexOf(letter, from);
    if (at === -1) return false;
    from = at + 1;
  }
  return true;
}

/** Without marks and case: `Zürich` is found by `zurich`. */
export function wordsIn(text: string): string[] {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}_:]+/u)
    .filter((word) => word !== "");
}
