type ScopeWords = { scope: string; words: string | null };

const known: Record<string, (product: string, label: string) => string> = {
  read: (_, label) => `Read your data in ${label}`,
  write: (_, label) => `Add and change your data in ${label}`,
  offline_access: (product) => `Stay connected, so that ${product} keeps working while you are away`,
  openid: () => "Know that it is you who signed in",
  email: () => "See your email address",
  profile: () => "See your name and picture",
};

/**
 * A scope in plain words: those of the integration, else what it means nearly everywhere. `words` is null where only the provider
 * knows.
 */
export function wordsOf(
  scope: string,
  product: string,
  label: string,
  descriptions: Readonly<Record<string, string>>,
): ScopeWords {
  // A sentence there, a line of a list here.
  if (Object.hasOwn(descriptions, scope)) return { scope, words: descriptions[scope]?.replace(/\.$/, "") ?? null };
  const words = Object.hasOwn(known, scope) ? known[scope] : undefined;
  return { scope, words: words === undefined ? null : words(product, label) };
}
