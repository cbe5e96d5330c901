import { pointerOf } from "../[name]/_parts/pointer.ts";

export type TokenKind = "name" | "string" | "number" | "word" | "mark";
export type Token = { kind: TokenKind; from: number; to: number };
export type Place = { from: number; to: number };

export type Scan = {
  /** In the order of the text; white space has none. */
  tokens: Token[];
  /** Where what a JSON Pointer names stands: the name of a member, or an entry of a list. */
  places: Map<string, Place>;
  /** The first thing that is no JSON; null: it is. */
  fault: { at: number; detail: string } | null;
};

const spaces = /[\s\uFEFF]+/y;
const strings = /"(?:[^"\\\n\r]|\\.)*"?/y;
const numbers = /-?\d[\d.eE+-]*/y;
const words = /[A-Za-z_$][\w$]*/y;
const goodNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const deepest = 200;

/** A JSON text while it is typed: its tokens, where everything stands, and the first fault. Total, however broken it is. */
export function scanText(text: string): Scan {
  const tokens = tokenize(text);
  const places = new Map<string, Place>();
  const fault =
    tokens.length === 0 ? { at: 0, detail: "expected a document, found nothing" } : read(text, tokens, places);
  return { tokens, places, fault };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  while (at < text.length) {
    const space = take(spaces);
    if (space !== null) {
      at += space.length;
      continue;
    }
    const kinds: [TokenKind, RegExp][] = [
      ["string", strings],
      ["number", numbers],
      ["word", words],
    ];
    const [kind, found] = kinds.flatMap(([one, pattern]): [TokenKind, string][] => {
      const match = take(pattern);
      return match === null ? [] : [[one, match]];
    })[0] ?? ["mark", text[at] ?? ""];
    tokens.push({ kind, from: at, to: at + found.length });
    at += found.length;
  }
  return tokens.map((token, index) => {
    const next = tokens[index + 1];
    const isName = token.kind === "string" && next !== undefined && text.slice(next.from, next.to) === ":";
    return isName ? { ...token, kind: "name" } : token;
  });
}

/** Thrown within this file alone: where reading can't go on. */
class Stop extends Error {
  readonly at: number;

  constructor(at: number, detail: string) {
    super(detail);
    this.at = at;
  }
}

function read(text: string, tokens: readonly Token[], places: Map<string, Place>): Scan["fault"] {
  let index = 0;
  const end = tokens.at(-1)?.to ?? 0;
  const here = (): number => tokens[index]?.from ?? end;
  const said = (): string => {
    const token = tokens[index];
    return token === undefined ? "" : text.slice(token.from, token.to);
  };
  const stop = (expected: string): never => {
    throw new Stop(here(), `expected ${expected}, found ${said() === "" ? "the end" : nameOf(said())}`);
  };
  const readString = (): string => {
    const value = asText(said());
    if (value === null)
      throw new Stop(here(), "this text has no end on its line, or an escape that JSON does not know");
    index += 1;
    return value;
  };

  const readValue = (parts: readonly string[], nameAt: Place | null): void => {
    const token = tokens[index];
    if (token === undefined) return void stop("a value");
    if (parts.length > deepest) throw new Stop(token.from, `nested deeper than ${deepest} levels`);
    places.set(pointerOf(parts), nameAt ?? { from: token.from, to: token.to });
    const word = said();
    if (word === "{") readMembers(parts);
    else if (word === "[") readEntries(parts);
    else if (token.kind === "string") readString();
    else if (["true", "false", "null"].includes(word) || goodNumber.test(word)) index += 1;
    else if (word.startsWith("/")) throw new Stop(token.from, "JSON has no comments; remove it");
    else if (word === "'") throw new Stop(token.from, 'text stands in double quotes (")');
    else stop("a value");
  };

  /** @returns whether another one follows */
  const readComma = (close: string, what: string): boolean => {
    if (said() === close) {
      index += 1;
      return false;
    }
    if (said() !== ",") stop(`a comma or ${close}`);
    index += 1;
    if (said() === close) throw new Stop(here(), `another ${what} follows a comma; remove the comma before ${close}`);
    return true;
  };

  const readMembers = (parts: readonly string[]): void => {
    index += 1;
    if (said() === "}") return void (index += 1);
    do {
      const token = tokens[index];
      if (token === undefined || (token.kind !== "name" && token.kind !== "string"))
        return void stop("a name in double quotes");
      const name = readString();
      if (said() !== ":") stop("a colon");
      index += 1;
      readValue([...parts, name], { from: token.from, to: token.to });
    } while (readComma("}", "member"));
  };

  const readEntries = (parts: readonly string[]): void => {
    index += 1;
    if (said() === "]") return void (index += 1);
    let entry = 0;
    do {
      readValue([...parts, String(entry)], null);
      entry += 1;
    } while (readComma("]", "entry"));
  };

  try {
    readValue([], null);
    if (index < tokens.length) stop("the end");
    return null;
  } catch (error) {
    if (error instanceof Stop) return { at: error.at, detail: error.message };
    throw error;
  }
}

function asText(source: string): string | null {
  try {
    const value: unknown = JSON.parse(source);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

/** Not what stands in a text: it may be a secret. */
function nameOf(word: string): string {
  return word.startsWith('"') ? "a text" : word.slice(0, 20);
}

/** Where a pointer leads; for what is not there, to the nearest thing around it. */
export function placeOf(places: ReadonlyMap<string, Place>, pointer: string): Place {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf("/"))) {
    const place = places.get(at);
    if (place !== undefined) return place;
    if (at === "") return { from: 0, to: 1 };
  }
}

/** Line and column of an offset, from 1. */
export function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}
