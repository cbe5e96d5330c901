const replacement = "[redacted]";
/** Shorter ones stand in every other text. */
const shortest = 4;

/** Takes the same secrets out of many texts: their forms are made when the first text comes. */
export interface Scrub {
  readonly whole: (text: string) => string;
  /** For a text that was cut somewhere: what stands at its end may be the beginning of a secret. */
  readonly beginning: (text: string) => string;
}

/** Of the beginning of a secret that a text was cut in: less stands in every other text. */
const shortestCut = 6;

/**
 * Some servers repeat what they were sent. Their words are stored, logged, shown and sent on as events, so every secret of the
 * request is taken out of them, in the forms in which a server may repeat it (invariant 7, checklist D12).
 */
export function prepareScrub(secrets: readonly (string | null)[]): Scrub {
  let made: readonly string[] | null = null;
  const forms = (): readonly string[] =>
    (made ??= secrets
      .flatMap((secret) => (secret === null || secret.length < shortest ? [] : formsOf(secret)))
      .toSorted((one, other) => other.length - one.length));
  const whole = (text: string): string => forms().reduce((rest, form) => rest.replaceAll(form, replacement), text);
  return {
    whole,
    beginning: (text) => {
      const rest = whole(text);
      const longest = Math.max(0, ...forms().map((form) => cutAt(rest, form)));
      return longest === 0 ? rest : `${rest.slice(0, -longest)}${replacement}`;
    },
  };
}

/** The same for one text. */
export function scrubSecrets(text: string, secrets: readonly (string | null)[]): string {
  return prepareScrub(secrets).whole(text);
}

/** How many letters at the end of the text are the beginning of the form; 0: too few to tell. */
function cutAt(text: string, form: string): number {
  for (let length = Math.min(form.length - 1, text.length); length >= shortestCut; length -= 1) {
    if (text.endsWith(form.slice(0, length))) return length;
  }
  return 0;
}

/** Of fewer bytes too little would be left to be sure of. */
const leastInside = 12;

/** In the base64 of something longer: the letters that do not depend on what stands before and behind. */
function insideOf(bytes: Buffer, shift: number): string[] {
  const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
  const whole = shifted.subarray(0, shifted.length - (shifted.length % 3));
  const skipped = shift === 0 ? 0 : 4;
  return [whole.toString("base64").slice(skipped), whole.toString("base64url").slice(skipped)];
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = new Set([
    secret,
    encodeURIComponent(secret),
    new URLSearchParams([["", secret]]).toString().slice(1),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    ...(bytes.length < leastInside ? [] : [0, 1, 2].flatMap((shift) => insideOf(bytes, shift))),
    JSON.stringify(secret).slice(1, -1),
  ]);
  return [...forms];
}
