/** Longer words are not misspelt, they are something else. */
const longestWord = 60;

/**
 * The word that somebody meant: the nearest candidate by insertions, deletions, replacements and swaps of neighbours, at most a
 * third of the letters and three of them. Case, `_` and `-` count for nothing. Null when none is near.
 */
export function closestWord(word: string, candidates: readonly string[]): string | null {
  if (word.length > longestWord) return null;
  const written = plain(word);
  const most = Math.min(3, Math.max(1, Math.floor(written.length / 3)));
  let best: { readonly candidate: string; readonly edits: number } | null = null;
  for (const candidate of candidates) {
    const edits = countEdits(written, plain(candidate));
    if (edits <= most && edits < plain(candidate).length && (best === null || edits < best.edits)) {
      best = { candidate, edits };
    }
  }
  return best?.candidate ?? null;
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[_\s-]/g, "");
}

/** The optimal string alignment distance. */
function countEdits(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const replaced = (last[j - 1] ?? 0) + (isSame ? 0 : 1);
      const swapped = isSwap ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      row[j] = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced, swapped);
    }
    beforeLast = last;
    last = row;
  }
  return last[other.length] ?? 0;
}
