/** Words that only English has of the languages that pages speak. A text that holds one was left as it was. */
const onlyEnglish = new Set(
  "the you your this that with and of from please nothing connect connected connecting account accounts try again access when have been will not what which was sent open someone it asks needs another something until our to finish".split(
    " ",
  ),
);
/** German has it too, as a question. */
const alsoGerman = new Set(["was"]);

/** @returns the English words of a text in another language; of Japanese, every word in Latin letters */
export function findEnglish(text: string, language: string): string[] {
  const words = text.replaceAll(/\{\w+\}/g, " ").match(/\p{Script=Latin}+/gu) ?? [];
  if (language === "ja") return words;
  return words.filter((word) => {
    const lower = word.toLowerCase();
    return onlyEnglish.has(lower) && !(language === "de" && alsoGerman.has(lower));
  });
}
