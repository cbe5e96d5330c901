import { describe, expect, test } from "vitest";
import { accentColours, accentProblem, cards, judgeAccent, type Theme } from "./accent.ts";
import { contrast, mix, parseHex, toHex, type Rgb } from "./contrast.ts";

const white: Rgb = [255, 255, 255];
const nearBlack: Rgb = [9, 9, 11];
const themes: readonly Theme[] = ["light", "dark"];
const greys = Array.from({ length: 256 }, (_, value): Rgb => [value, value, value]);

describe("contrast", () => {
  test.each([
    ["#000000", "#ffffff", 21],
    ["#ffffff", "#ffffff", 1],
    // From the examples of WCAG's own Understanding documents.
    ["#767676", "#ffffff", 4.54],
    ["#777777", "#ffffff", 4.48],
    ["#949494", "#ffffff", 3.03],
    ["#959595", "#ffffff", 2.99],
    ["#ff0000", "#ffffff", 4],
    ["#0000ff", "#ffffff", 8.59],
  ])("of %s and %s is %d, from either side", (one, other, ratio) => {
    const [a, b] = [parseHex(one), parseHex(other)] as [Rgb, Rgb];
    expect(contrast(a, b)).toBeCloseTo(ratio, 1);
    expect(contrast(b, a)).toBe(contrast(a, b));
  });

  test("grows with every step of grey away from white", () => {
    const ratios = greys.map((grey) => contrast(grey, white));
    expect(ratios).toEqual(ratios.toSorted((a, b) => b - a));
    expect(new Set(ratios).size).toBe(256);
  });

  test.each(["#fff", "0f766e", "#0f766e00", "#0g766e", "teal", ""])("%s is no colour", (text) =>
    expect(parseHex(text)).toBeNull(),
  );

  test("reads what it writes", () => {
    for (const colour of [white, nearBlack, [1, 2, 3], [254, 128, 0]] as Rgb[]) {
      expect(parseHex(toHex(colour))).toEqual(colour);
    }
    expect(mix(white, nearBlack, 0)).toEqual(white);
    expect(mix(white, nearBlack, 1)).toEqual(nearBlack);
  });
});

describe("an accent", () => {
  /** 4,096 colours, evenly over the cube, and every grey. */
  const colours: readonly Rgb[] = [
    ...greys,
    ...Array.from({ length: 4096 }, (_, index): Rgb => [
      (index >> 8) * 17,
      ((index >> 4) & 15) * 17,
      (index & 15) * 17,
    ]),
  ];

  test.each(themes)("is taken on the %s card exactly where edges reach 3:1 and words 4.5:1", (theme) => {
    let refused = 0;
    for (const colour of colours) {
      const words = Math.max(contrast(colour, white), contrast(colour, nearBlack));
      const passes = contrast(colour, cards[theme]) >= 3 && words >= 4.5;
      expect(accentProblem(theme, toHex(colour)) === null, toHex(colour)).toBe(passes);
      if (!passes) refused += 1;
    }
    expect(refused).toBeGreaterThan(500);
  });

  test.each(themes)("that is refused on the %s card is offered a shade that is taken", (theme) => {
    for (const colour of colours) {
      const detail = accentProblem(theme, toHex(colour))?.detail;
      if (detail === undefined) continue;
      const nearest = /nearest shade that passes is (#[0-9a-f]{6})$/.exec(detail)?.[1] ?? "";
      expect(accentProblem(theme, nearest), `${toHex(colour)} → ${nearest}`).toBeNull();
    }
  });

  test.each(themes)("can be read wherever it stands on the %s card", (theme) => {
    for (const colour of colours) {
      const made = accentColours(theme, toHex(colour));
      if (made === null) continue;
      const [fill, onFill, ink] = [made.fill, made.onFill, made.ink].map((hex) => parseHex(hex)) as [Rgb, Rgb, Rgb];
      expect(contrast(fill, onFill), made.fill).toBeGreaterThanOrEqual(4.5);
      expect(contrast(ink, cards[theme]), made.ink).toBeGreaterThanOrEqual(4.5);
    }
  });

  test("at the border: one step of grey decides, and the ratio is never rounded up to what it misses", () => {
    expect(accentProblem("light", "#949494")).toBeNull();
    expect(accentProblem("light", "#959595")?.detail).toContain("reaches 2.99:1 against the light card (#ffffff)");
    // Between white and near black there is a band where neither can be read.
    expect(accentProblem("light", "#787878")).toBeNull();
    const unreadable = greys.map(toHex).filter((hex) => accentProblem("light", hex)?.detail.includes("words") === true);
    expect(unreadable).toEqual(["#777777"]);
  });

  test("says the ratio reached, what is needed and the nearest shade that passes", () => {
    expect(accentProblem("light", "#fbbf24")?.detail).toBe(
      "reaches 1.66:1 against the light card (#ffffff), where 3:1 is needed; the nearest shade that passes is #ba8e1b",
    );
    expect(accentProblem("dark", "#0f172a")?.detail).toContain("reaches 1.04:1 against the dark card (#121215)");
    expect(accentColours("light", "#fbbf24")).toBeNull();
  });
});

describe("the judgement of an accent", () => {
  test.each(themes)("of every grey says on the %s card what using it would say", (theme) => {
    for (const grey of greys) {
      const judged = judgeAccent(theme, toHex(grey));
      expect(judged?.problem).toEqual(accentProblem(theme, toHex(grey)));
      expect(judged?.contrast.card).toBeCloseTo(contrast(grey, cards[theme]), 1);
      // Whoever takes the nearest shade is not sent on to another one.
      expect(accentProblem(theme, judged?.nearest ?? "")).toBeNull();
      expect(judged?.nearest === toHex(grey)).toBe(judged?.problem === null);
    }
  });

  test("of what is no colour is none", () => {
    for (const text of ["", "red", "#fff", "#0f766"]) expect(judgeAccent("light", text)).toBeNull();
  });
});
