import { contrast, mix, parseHex, toHex, type Rgb } from "./contrast.ts";

export type Theme = "light" | "dark";

/** What the connect pages make of an accent in one theme, as hex. */
export interface AccentColours {
  readonly fill: string;
  /** Of the words on the fill. */
  readonly onFill: string;
  /** Of words in the accent on the card: the accent, or its nearest shade that can be read there. */
  readonly ink: string;
}

export interface AccentProblem {
  readonly detail: string;
}

/** How an accent would be read in one theme, whether it can be used or not. */
export interface AccentJudgement extends AccentColours {
  /** Contrast ratios, rounded down: of the words on the fill, and of the fill on the card. */
  readonly contrast: { readonly words: number; readonly card: number };
  /** The accent, or its nearest shade that can be used. */
  readonly nearest: string;
  /** Why it can't be used; null: it can. */
  readonly problem: AccentProblem | null;
}

const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];
const nearBlack: Rgb = [9, 9, 11];

/** The card of the connect pages: `--surface` of app/globals.css as hex. */
export const cards: Readonly<Record<Theme, Rgb>> = { light: white, dark: [18, 18, 21] };

/** WCAG 2.2: words 1.4.3, edges of controls and the focus ring 1.4.11. */
const leastForWords = 4.5;
const leastForEdges = 3;

/** @param hex as parseHex takes it; null: it is none, or one that can't be used */
export function accentColours(theme: Theme, hex: string): AccentColours | null {
  const fill = parseHex(hex);
  return fill === null || !isUsable(theme, fill) ? null : coloursOf(theme, fill);
}

/** Why this accent can't be used on the card of this theme, with the nearest shade that can; null: it can. */
export function accentProblem(theme: Theme, hex: string): AccentProblem | null {
  const fill = parseHex(hex);
  if (fill === null) return { detail: "expected a colour as six hex digits, such as #0f766e" };
  return isUsable(theme, fill) ? null : { detail: describe(theme, fill, nearestUsable(theme, fill)) };
}

/** @param hex as parseHex takes it; null: it is none */
export function judgeAccent(theme: Theme, hex: string): AccentJudgement | null {
  const fill = parseHex(hex);
  if (fill === null) return null;
  const nearest = nearestUsable(theme, fill);
  return {
    ...coloursOf(theme, fill),
    contrast: { words: roundedDown(wordsOn(fill).ratio), card: roundedDown(contrast(fill, cards[theme])) },
    nearest,
    problem: isUsable(theme, fill) ? null : { detail: describe(theme, fill, nearest) },
  };
}

function isUsable(theme: Theme, fill: Rgb): boolean {
  return contrast(fill, cards[theme]) >= leastForEdges && wordsOn(fill).ratio >= leastForWords;
}

function nearestUsable(theme: Theme, fill: Rgb): string {
  return toHex(nearestShade(fill, (shade) => isUsable(theme, shade)));
}

function coloursOf(theme: Theme, fill: Rgb): AccentColours {
  const ink = nearestShade(fill, (shade) => contrast(shade, cards[theme]) >= leastForWords);
  return { fill: toHex(fill), onFill: toHex(wordsOn(fill).colour), ink: toHex(ink) };
}

function describe(theme: Theme, fill: Rgb, nearest: string): string {
  const onCard = contrast(fill, cards[theme]);
  const reached =
    onCard < leastForEdges
      ? `reaches ${shown(onCard)}:1 against the ${theme} card (${toHex(cards[theme])}), where ${leastForEdges}:1 is needed`
      : `leaves a button's words, white or ${toHex(nearBlack)}, at ${shown(wordsOn(fill).ratio)}:1, where ${leastForWords}:1 is needed`;
  return `${reached}; the nearest shade that passes is ${nearest}`;
}

/** White or near black, whichever is read better. */
function wordsOn(fill: Rgb): { readonly colour: Rgb; readonly ratio: number } {
  const [onWhite, onBlack] = [contrast(fill, white), contrast(fill, nearBlack)];
  return onWhite >= onBlack ? { colour: white, ratio: onWhite } : { colour: nearBlack, ratio: onBlack };
}

const steps = 256;

/** The same hue with as little black or white in it as makes it pass; one of the two does, when all of it is in. */
function nearestShade(colour: Rgb, passes: (shade: Rgb) => boolean): Rgb {
  for (let step = 0; step <= steps; step += 1) {
    for (const end of [black, white]) {
      const shade = mix(colour, end, step / steps);
      if (passes(shade)) return shade;
    }
  }
  return black;
}

function shown(ratio: number): string {
  return roundedDown(ratio).toFixed(2);
}

/** 2.999 must not read as the 3 that it misses. */
function roundedDown(ratio: number): number {
  return Math.floor(ratio * 100) / 100;
}
