import { describe, expect, test } from "vitest";
import { languages, type Language } from "#core/domain/connect/language";
import { findEnglish } from "#test/find-english";
import { en } from "./en.ts";
import { catalogues, createWords, languageNames, type Catalogue } from "./words.ts";

type Key = keyof Catalogue;
const keys = Object.keys(en) as Key[];
/** What German took over from English: `optional`. */
const sharedTexts = new Set(["de field.optional"]);
const others = languages.filter((language) => language !== "en");

/** Every text of an entry, by its plural category; `null` where it has no number. */
function formsOf(language: Language, key: Key): [category: string | null, text: string][] {
  const entry = catalogues[language][key];
  return typeof entry === "string" ? [[null, entry]] : Object.entries(entry);
}

function placeholdersOf(text: string): string[] {
  return (text.match(/\{\w+\}/g) ?? []).toSorted();
}

describe.each(languages)("in %s", (language) => {
  test("there are the texts that English has, and none besides", () => {
    expect(Object.keys(catalogues[language]).toSorted()).toEqual(keys.toSorted());
    expect(languageNames[language]).toMatch(/\S/);
  });

  test.each(keys)("%s says something, with what English has in its place", (key) => {
    const expected = [...new Set(formsOf("en", key).flatMap(([, text]) => placeholdersOf(text)))].toSorted();
    for (const [, text] of formsOf(language, key)) {
      expect(text.trim()).not.toBe("");
      expect(text).toBe(text.trim());
      // A name may stand twice where the language needs it; none may be missing or new.
      expect([...new Set(placeholdersOf(text))]).toEqual(expected);
      expect(text.replaceAll(/\{\w+\}/g, "")).not.toMatch(/[{}]/);
    }
  });

  test("what has a number has each form that the language has, and no other", () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    const counted = keys.filter((key) => typeof en[key] !== "string");
    expect(counted).not.toHaveLength(0);
    for (const key of counted) {
      const categories = formsOf(language, key).map(([category]) => category ?? key);
      expect(categories.toSorted(), key).toEqual(pluralCategories.toSorted());
    }
  });
});

describe.each(others)("in %s", (language) => {
  test("no text is left in English", () => {
    const left = keys.flatMap((key) => {
      const english = new Set(formsOf("en", key).map(([, text]) => text));
      return formsOf(language, key)
        .filter(
          ([, text]) =>
            (english.has(text) && !sharedTexts.has(`${language} ${key}`)) || findEnglish(text, language).length > 0,
        )
        .map(([, text]) => `${key}: ${text}`);
    });
    expect(left).toEqual([]);
  });
});

test("an English text in another language's place is found as one", () => {
  const texts = keys.flatMap((key) => formsOf("en", key).map(([, text]) => text));
  const sentences = texts.filter((text) => text.split(" ").length > 4);
  const missed = sentences.filter(
    (text) => findEnglish(text, "de").length === 0 || findEnglish(text, "ja").length === 0,
  );
  expect(missed).toEqual([]);
});

test("English words are found where they are left, and names are none", () => {
  expect(findEnglish("Verbinden Sie your account", "de")).toEqual(["your", "account"]);
  expect(findEnglish("Was möchten Sie mit {account} verbinden?", "de")).toEqual([]);
  expect(findEnglish("Linkを{account}に", "ja")).toEqual(["Link"]);
});

test("numbers choose their form and are written as the language writes them", () => {
  const minutes = (language: Language, count: number) => createWords(language).say("typed.rest.text", { count });
  expect(minutes("en", 1)).toContain("for 1 minute.");
  expect(minutes("en", 2)).toContain("for 2 minutes.");
  expect(minutes("de", 1)).toContain("pausiert dieses Formular 1 Minute.");
  expect(minutes("fr", 0)).toContain("0 minute.");
  expect(minutes("fr", 1_000_000)).toContain("1\u202f000\u202f000 minutes.");
  expect(minutes("ja", 7)).toContain("7分間");
});

test("instants are written as the language writes them", () => {
  const at = (language: Language) => createWords(language).instant("2026-12-03T10:05:00Z");
  expect(at("en")).toBe("December 3, 2026 at 10:05 AM UTC");
  expect(at("de")).toBe("3. Dezember 2026 um 10:05 UTC");
  expect(at("ja")).toBe("2026年12月3日 10:05 UTC");
});

test("a French line never begins with a sign that has a space before it, and names stay as they are", () => {
  const words = createWords("fr");
  expect(words.say("card.questions", { support: "a : b" })).toBe("Des questions\u00a0? a : b");
  expect(words.say("asked.scopes", { product: "Northwind" })).toMatch(/de\u00a0:$/);
});

test("a name is put in as it is, whatever it looks like", () => {
  const words = createWords("en");
  expect(words.say("offer.connect", { label: "$& {product}", product: "<b>" })).toBe("Connect $& {product} to <b>");
});
