/** What the connect pages speak. The first is for whoever asks for none of them. */
export const languages = ["en", "de", "fr", "es", "pt", "ja"] as const;
export type Language = (typeof languages)[number];

/**
 * RFC 5646 §2.1: language, script, region, variants, extensions, private use; of the irregular tags, none. At most 35
 * characters: what is longer may be cut anywhere (§4.4.1).
 */
export const languageTag =
  /^(?=.{2,35}$)(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?(?:-(?:[A-Za-z\d]{5,8}|\d[A-Za-z\d]{3}))*(?:-[A-WYZa-wyz\d](?:-[A-Za-z\d]{2,8})+)*(?:-[Xx](?:-[A-Za-z\d]{1,8})+)?$/;

/** Ours for a tag: `pt-PT` is read as `pt` (RFC 4647 §3.4). Null: we don't speak it. */
export function languageOf(tag: string): Language | null {
  const primary = tag.trim().toLowerCase().split("-", 1)[0];
  return languages.find((one) => one === primary) ?? null;
}

export interface LanguageWishes {
  /** What the reader chose on a page. */
  readonly chosen: string | null;
  /** The link's `locale`. */
  readonly locale: string | null;
  /** The browser's Accept-Language. */
  readonly accepted: string | null;
}

/** Who knows best is heard first: the reader, then the product that made the link, then the browser. */
export function chooseLanguage({ chosen, locale, accepted }: LanguageWishes): Language {
  return languageOf(chosen ?? "") ?? languageOf(locale ?? "") ?? acceptedLanguage(accepted ?? "") ?? languages[0];
}

/** Nobody speaks more; a longer header is made to cost time. */
const mostRanges = 30;

/** RFC 9110 §12.5.4: the ours that weighs most, at equal weight the one named first. */
function acceptedLanguage(header: string): Language | null {
  const ranges = header.split(",", mostRanges).flatMap((part) => {
    const [range = "", ...parameters] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/);
    const weight = weightOf(parameters);
    return weight === null ? [] : [{ range, weight }];
  });
  // `*` stands for whatever is not named, and what weighs nothing is not wanted.
  const named = new Set(ranges.map(({ range }) => languageOf(range)));
  const wished = ranges.filter(({ weight }) => weight > 0).toSorted((one, other) => other.weight - one.weight);
  for (const { range } of wished) {
    const found = range === "*" ? languages.find((one) => !named.has(one)) : languageOf(range);
    if (found !== undefined && found !== null) return found;
  }
  return null;
}

/** Null: no weight that RFC 9110 §12.4.2 knows, so the range counts for nothing. */
function weightOf(parameters: readonly string[]): number | null {
  const weight = parameters.find((one) => one.startsWith("q="));
  if (weight === undefined) return 1;
  return /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight.slice(2)) : null;
}
