import { expect, test } from "vitest";
import { languages } from "#core/domain/connect/language";
import { findEnglish } from "#test/find-english";
import { cardWords } from "./problem-card-words.ts";

const textsOf = (language: (typeof languages)[number]): string[] => {
  const { later, over, reasons, questions } = cardWords[language];
  return [later, over, reasons, { questions }].flatMap((part) => Object.values(part));
};

test.each(languages)("a card in %s says all that it has to say, and nothing in English", (language) => {
  const texts = textsOf(language);
  expect(texts).toHaveLength(13);
  for (const text of texts) {
    expect(text.trim()).not.toBe("");
    if (language === "en") continue;
    expect(findEnglish(text, language), text).toEqual([]);
    expect(textsOf("en")).not.toContain(text);
  }
  expect(cardWords[language].questions.split("{support}")).toHaveLength(2);
});
