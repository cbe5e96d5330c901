/** Where a value begins, and where the name of its member does (null: an entry of a list, or the whole). Offsets into the text. */
export interface JsonPlace {
  readonly nameAt: number | null;
  readonly valueAt: number;
}

export type JsonScan =
  | {
      readonly kind: "json";
      readonly value: unknown;
      /** By JSON Pointer (RFC 6901). */
      readonly places: ReadonlyMap<string, JsonPlace>;
      /** Members that their object has twice, each with the place of the second; JSON.parse keeps the last one silently. */
      readonly repeated: readonly { readonly pointer: string; readonly at: number }[];
    }
  /** `detail` says what was expected and what stands there, without quoting the text: it may hold a secret. */
  | { readonly kind: "fault"; readonly at: number; readonly detail: string };

const deepest = 200;

/** A JSON text (RFC 8259) with the place of everything in it. Accepts what JSON.parse accepts, up to 200 levels. */
export function scanJson(text: string): JsonScan {
  try {
    const reader = createReader(text);
    reader.readAll();
    return { kind: "json", value: JSON.parse(text), places: reader.places, repeated: reader.repeated };
  } catch (error) {
    if (error instanceof JsonFault) return { kind: "fault", at: error.at, detail: error.message };
    if (error instanceof SyntaxError) return { kind: "fault", at: 0, detail: "expected JSON" };
    throw error;
  }
}

/** Line and column of an offset, from 1. */
export function lineAndColumn(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at).split(/\r\n|\n|\r/);
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/** Where a pointer leads: to the name of the member, to the entry of the list; for what is not there, to the nearest thing around it. */
export function findPlace(places: ReadonlyMap<string, JsonPlace>, pointer: string): number {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf("/"))) {
    const place = places.get(at);
    if (place !== undefined) return place.nameAt ?? place.valueAt;
    if (at === "") return 0;
  }
}

/** RFC 6901 §3. */
export function escapePointer(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}

export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${escapePointer(String(part))}`).join("");
}

class JsonFault extends Error {
  readonly at: number;

  constructor(at: number, detail: string) {
    super(detail);
    this.at = at;
  }
}

interface Reader {
  readonly places: Map<string, JsonPlace>;
  readonly repeated: { readonly pointer: string; readonly at: number }[];
  readAll(): void;
}

function createReader(text: string): Reader {
  const places = new Map<string, JsonPlace>();
  const repeated: { pointer: string; at: number }[] = [];
  let at = 0;

  const fail = (expected: string, where = at): never => {
    throw new JsonFault(where, `expected ${expected}, found ${nameOf(text, where)}`);
  };
  const skipSpace = (): void => {
    while (at < text.length && " \t\n\r".includes(text[at] ?? "")) at += 1;
    if (text.startsWith("//", at) || text.startsWith("/*", at))
      throw new JsonFault(at, "JSON has no comments; remove it");
  };

  const readString = (): string => {
    const start = at;
    at += 1;
    for (;;) {
      const char = text[at];
      if (char === undefined) throw new JsonFault(start, 'this text has no end; close it with "');
      if (char === '"') break;
      if (char < " ") throw new JsonFault(at, "a line break or control character inside a text; write \\n or the like");
      if (char === "\\") {
        const isUnicode = text[at + 1] === "u";
        const isEscape = isUnicode
          ? /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))
          : /["\\/bfnrt]/.test(text[at + 1] ?? "");
        if (!isEscape) throw new JsonFault(at, "this is no escape that JSON knows; a backslash itself is written \\\\");
        at += isUnicode ? 6 : 2;
      } else at += 1;
    }
    at += 1;
    return JSON.parse(text.slice(start, at)) as string;
  };

  const readLiteral = (): void => {
    const start = at;
    const [word = ""] = /^[-+.\w]+/.exec(text.slice(start, start + 400)) ?? [];
    if (["true", "false", "null"].includes(word) || /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(word)) {
      at += word.length;
      return;
    }
    const python = /^(?:true|false|null|none)$/i.exec(word)?.[0].toLowerCase();
    if (python !== undefined) {
      throw new JsonFault(at, `expected ${python === "none" ? "null" : python}, in lower case`);
    }
    if (/^[-+.]?\d/.test(word)) {
      throw new JsonFault(
        at,
        "this is no number as JSON writes it: no leading zero or plus, digits on both sides of the point",
      );
    }
    if (word !== "" || text[at] === "'") throw new JsonFault(at, 'expected a value; text stands in double quotes (")');
    fail("a value");
  };

  const readValue = (pointer: string, nameAt: number | null, depth: number): void => {
    skipSpace();
    if (depth > deepest) throw new JsonFault(at, `nested deeper than ${deepest} levels`);
    places.set(pointer, { nameAt, valueAt: at });
    if (text[at] === "{") readObject(pointer, depth);
    else if (text[at] === "[") readArray(pointer, depth);
    else if (text[at] === '"') readString();
    else readLiteral();
  };

  /** After a member or an entry: true when another one follows. */
  const readComma = (close: "}" | "]", opened: number): boolean => {
    skipSpace();
    if (text[at] === close) {
      at += 1;
      return false;
    }
    if (text[at] !== ",") {
      if (text[at] === undefined) unclosed(close, opened);
      fail(`a comma or ${close}`);
    }
    const comma = at;
    at += 1;
    skipSpace();
    if (text[at] === close) throw new JsonFault(comma, `nothing follows this comma; remove it`);
    return true;
  };
  const unclosed = (close: "}" | "]", opened: number): never => {
    const { line } = lineAndColumn(text, opened);
    throw new JsonFault(
      at,
      `expected ${close} for the ${text[opened] ?? ""} of line ${line}, found the end of the text`,
    );
  };

  const readObject = (pointer: string, depth: number): void => {
    const opened = at;
    const names = new Set<string>();
    at += 1;
    skipSpace();
    if (text[at] === "}") {
      at += 1;
      return;
    }
    do {
      skipSpace();
      const nameAt = at;
      if (text[at] === undefined) unclosed("}", opened);
      if (text[at] !== '"') fail('the name of a member in double quotes (")');
      const name = readString();
      const member = `${pointer}/${escapePointer(name)}`;
      if (names.has(name)) repeated.push({ pointer: member, at: nameAt });
      names.add(name);
      skipSpace();
      if (text[at] !== ":") fail("a colon after the name");
      at += 1;
      readValue(member, nameAt, depth + 1);
    } while (readComma("}", opened));
  };

  const readArray = (pointer: string, depth: number): void => {
    const opened = at;
    at += 1;
    skipSpace();
    if (text[at] === "]") {
      at += 1;
      return;
    }
    let index = 0;
    do {
      readValue(`${pointer}/${index}`, null, depth + 1);
      index += 1;
    } while (readComma("]", opened));
  };

  return {
    places,
    repeated,
    readAll() {
      readValue("", null, 0);
      skipSpace();
      if (at < text.length) fail("the end of the text");
    },
  };
}

function nameOf(text: string, at: number): string {
  const char = text.codePointAt(at);
  if (char === undefined) return "the end of the text";
  const shown = String.fromCodePoint(char);
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(shown)
    ? shown
    : `the character U+${char.toString(16).padStart(4, "0").toUpperCase()}`;
}
