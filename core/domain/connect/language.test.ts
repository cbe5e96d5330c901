import { describe, expect, test } from "vitest";
import { chooseLanguage, languageOf, languages, languageTag } from "./language.ts";

const nothing = { chosen: null, locale: null, accepted: null };

describe("the language of a page", () => {
  test("is what the reader chose, before the link's, before the browser's, before English", () => {
    const wishes = { chosen: "ja", locale: "de", accepted: "fr" };
    expect(chooseLanguage(wishes)).toBe("ja");
    expect(chooseLanguage({ ...wishes, chosen: null })).toBe("de");
    expect(chooseLanguage({ ...nothing, accepted: "fr" })).toBe("fr");
    expect(chooseLanguage(nothing)).toBe("en");
  });

  test("is the next one's where one is not spoken", () => {
    expect(chooseLanguage({ chosen: "xx", locale: "nl-NL", accepted: "es" })).toBe("es");
    expect(chooseLanguage({ chosen: "", locale: "tlh", accepted: "zh-Hant-TW" })).toBe("en");
  });

  test.each([
    ["de", "de"],
    ["pt-PT", "pt"],
    ["pt-BR,pt;q=0.9,en;q=0.8", "pt"],
    ["en-GB", "en"],
    ["JA-jp", "ja"],
    ["zh-TW, ja;q=0.5", "ja"],
    ["en;q=0.4, fr;q=0.9, de;q=0.7", "fr"],
    ["de;q=0.5, fr;q=0.5", "de"],
    ["fr ; q=0.3 , es", "es"],
    ["fr;q=0, en;q=0.1", "en"],
    ["fr;q=0", "en"],
    ["fr;q=2, es;q=0.1", "es"],
    ["fr;q=0.1234, es;q=0.1", "es"],
    ["*", "en"],
    ["en;q=0, *", "de"],
    ["nl, *;q=0.1, ja;q=0.05", "en"],
    ["", "en"],
    [";;;,,,q=1", "en"],
    [`${"xx,".repeat(40)}de`, "en"],
  ])("of a browser that accepts %j is %s", (accepted, expected) => {
    expect(chooseLanguage({ ...nothing, accepted })).toBe(expected);
  });
});

test("a tag is read by its language alone", () => {
  for (const language of languages) {
    expect(languageOf(language)).toBe(language);
    expect(languageOf(`${language}-Latn-001`)).toBe(language);
  }
  for (const other of ["", "english", "e", "jav", "constructor", "de_DE"]) expect(languageOf(other)).toBeNull();
});

test.each(["de", "pt-BR", "zh-Hant-TW", "es-419", "de-CH-1996", "en-US-u-hc-h12", "ja-x-desk", "yue"])(
  "%s is a language tag",
  (tag) => expect(tag).toMatch(languageTag),
);

test.each([
  "",
  "d",
  "de_DE",
  "de-",
  "-de",
  "de DE",
  "en-US-u",
  "de-x",
  "日本語",
  "en\n",
  "123",
  `de-x-${"a".repeat(8)}${"-aaaaaaaa".repeat(3)}`,
])("%j is no language tag", (tag) => expect(tag).not.toMatch(languageTag));
