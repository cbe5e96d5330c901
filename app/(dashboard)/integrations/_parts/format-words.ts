/** How credentials of a format are called. What a later API may bring stands under its own name. */
const words: Readonly<Record<string, string>> = {
  oauth2: "OAuth 2.0",
  oauth2_client_credentials: "Client credentials",
  api_key: "API key",
  basic: "User name and password",
  custom: "Form of its own",
};

/** @param format null: the definition can't be read */
export function formatWords(format: string | null): string {
  if (format === null) return "Can't be read";
  return words[format] ?? format;
}

/** In the order in which they are offered. */
export const knownFormats = Object.keys(words);
