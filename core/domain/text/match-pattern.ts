import { RE2JS } from "re2js";

/**
 * The matcher's steps are the length of the text times the size of the pattern. 300 states on the longest text that is held against
 * one (4,096 characters) take about a quarter of a second at worst, and a few milliseconds as a rule.
 */
const mostStates = 300;

interface Compiled {
  /** Null: it is matched in a time that grows with the text alone. */
  readonly fault: string | null;
  readonly test: (text: string) => boolean;
}

/** Compiled patterns, by source. What is asked for comes from documents, of which there are few. */
const compiled = new Map<string, Compiled>();
const mostCompiled = 1000;

/** What is wrong with a pattern, in words that follow nothing; null: it is matched in a time that grows with the text alone. */
export function patternFault(source: string): string | null {
  return compile(source).fault;
}

/**
 * Whether the whole text is as the pattern says. People who hold nothing but a link type these texts, so the pattern is run by an
 * engine without backtracking (ADR 0024). One that it can't run is in no definition that can be put any more; in one that was stored
 * before, RegExp runs it as it did then: if it matched nothing instead, what accounts have kept would count as missing.
 */
export function matchesPattern(source: string, text: string): boolean {
  return compile(source).test(text);
}

function compile(source: string): Compiled {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const made = make(source);
  if (compiled.size >= mostCompiled) compiled.clear();
  compiled.set(source, made);
  return made;
}

function make(source: string): Compiled {
  // Both must know it: browsers hold it against what is typed, too, and where the two differ in what they read, one is wrong.
  if (!isRegularExpression(source)) return { fault: "expected a regular expression", test: () => false };
  const engine = withoutBacktracking(source);
  if (typeof engine !== "string") return { fault: null, test: (text) => engine.testExact(text) };
  const whole = new RegExp(`^(?:${source})$`, "u");
  return { fault: engine, test: (text) => whole.test(text) };
}

/** @returns why it can't be had */
function withoutBacktracking(source: string): RE2JS | string {
  const most = largestCount(source);
  if (most > mostStates) return `expected repetitions of at most ${mostStates}, found {${most}}`;
  try {
    const made = RE2JS.compile(RE2JS.translateRegExp(source));
    if (made.programSize() <= mostStates) return made;
    return `expected a smaller pattern: with its repetitions written out it has ${made.programSize()} parts, of ${mostStates}`;
  } catch {
    return "expected a pattern that needs no backtracking: no lookahead, lookbehind or backreference, no nested repetitions of more than 1000";
  }
}

export function isRegularExpression(source: string): boolean {
  try {
    return new RegExp(source, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

/** Looked at before anything is compiled, since a pattern that is large takes long to compile already. */
function largestCount(source: string): number {
  return Math.max(
    0,
    ...Array.from(source.matchAll(/\{(\d+)(?:,(\d*))?\}/g), ([, least, most]) => Number(most || least)),
  );
}
