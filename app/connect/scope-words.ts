import type { Words } from "./words/words.ts";

type ScopeWords = { scope: string; words: string | null };

/** What a scope means nearly everywhere. */
const known: Record<string, (words: Words, names: { product: string; label: string }) => string> = {
  read: (words, names) => words.say("scope.read", names),
  write: (words, names) => words.say("scope.write", names),
  offline_access: (words, names) => words.say("scope.offline_access", names),
  openid: (words) => words.say("scope.openid"),
  email: (words) => words.say("scope.email"),
  profile: (words) => words.say("scope.profile"),
};

/**
 * A scope in plain words: those of the integration, which stay in its language, else what it means nearly everywhere. `words` is
 * null where only the provider knows.
 */
export function wordsOf(
  words: Words,
  scope: string,
  names: { product: string; label: string },
  descriptions: Readonly<Record<string, string>>,
): ScopeWords {
  // A sentence there, a line of a list here.
  if (Object.hasOwn(descriptions, scope)) return { scope, words: descriptions[scope]?.replace(/[.。]$/, "") ?? null };
  const say = Object.hasOwn(known, scope) ? known[scope] : undefined;
  return { scope, words: say === undefined ? null : say(words, names) };
}
