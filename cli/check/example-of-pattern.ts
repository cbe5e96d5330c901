/**
 * A text that a pattern of a document takes, for what the trial has to fill in and no sample shows: the shortest way through it.
 *
 * @param pattern as documents write them: the whole value must match
 * @returns null where it uses what is not followed here (look-arounds, back references)
 */
export function exampleOfPattern(pattern: string): string | null {
  const reader = { text: pattern, at: 0 };
  const example = readChoice(reader);
  if (example === null || reader.at < pattern.length) return null;
  return new RegExp(`^(?:${pattern})$`, "u").test(example) ? example : null;
}

interface Reader {
  readonly text: string;
  at: number;
}

/** `a|b`: the first. */
function readChoice(reader: Reader): string | null {
  let first: string | null = null;
  for (;;) {
    const sequence = readSequence(reader);
    if (sequence === null) return null;
    first ??= sequence;
    if (reader.text[reader.at] !== "|") return first;
    reader.at += 1;
  }
}

function readSequence(reader: Reader): string | null {
  let example = "";
  while (reader.at < reader.text.length && !"|)".includes(reader.text[reader.at] ?? "")) {
    const atom = readAtom(reader);
    if (atom === null) return null;
    const times = readTimes(reader);
    if (times === null) return null;
    example += atom.repeat(times);
  }
  return example;
}

function readAtom(reader: Reader): string | null {
  const character = reader.text[reader.at] ?? "";
  reader.at += 1;
  switch (character) {
    case "(":
      return readGroup(reader);
    case "[":
      return readClass(reader);
    case "\\":
      return readEscape(reader);
    case ".":
      return "a";
    case "^":
    case "$":
      return "";
    default:
      return character;
  }
}

function readGroup(reader: Reader): string | null {
  if (reader.text.startsWith("?:", reader.at)) reader.at += 2;
  else if (reader.text[reader.at] === "?") return null;
  const inner = readChoice(reader);
  if (reader.text[reader.at] !== ")") return null;
  reader.at += 1;
  return inner;
}

/** Characters that people's names and numbers are made of, the likeliest first. */
const alphabet = "a1A-_.0bcdefghijklmnopqrstuvwxyzBCDEFGHIJKLMNOPQRSTUVWXYZ23456789 :/@+=";

function readClass(reader: Reader): string | null {
  const from = reader.at - 1;
  while (reader.at < reader.text.length && reader.text[reader.at] !== "]") {
    reader.at += reader.text[reader.at] === "\\" ? 2 : 1;
  }
  reader.at += 1;
  return characterOf(reader.text.slice(from, reader.at));
}

function readEscape(reader: Reader): string | null {
  const escaped = reader.text[reader.at] ?? "";
  reader.at += 1;
  if (/[dwsDWS]/.test(escaped)) return characterOf(`\\${escaped}`);
  return /[a-zA-Z0-9]/.test(escaped) ? null : escaped;
}

function characterOf(characterClass: string): string | null {
  const one = new RegExp(`^${characterClass}$`, "u");
  return alphabet.split("").find((character) => one.test(character)) ?? null;
}

/** How often the atom before stands, at the least. */
function readTimes(reader: Reader): number | null {
  const [quantifier = "", least] = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(reader.text.slice(reader.at)) ?? [];
  if (reader.text[reader.at] === "{" && quantifier === "") return null;
  reader.at += quantifier.length;
  if (least !== undefined) return Number(least);
  return quantifier.startsWith("?") || quantifier.startsWith("*") ? 0 : 1;
}
