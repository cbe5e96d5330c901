/** What an account holds: a token that is refreshed, or what somebody typed. */
export type CredentialKind = "token" | "api_key" | "basic" | "custom";

/** @param format of the integration; undefined where it is not known any more */
export function kindOf(format: string | undefined): CredentialKind {
  return format === "api_key" || format === "basic" || format === "custom" ? format : "token";
}

/** How typed credentials are spoken of; `it` takes the verb in the singular. */
export const typedWords: Record<Exclude<CredentialKind, "token">, { name: string; it: string }> = {
  api_key: { name: "API key", it: "The key" },
  basic: { name: "User name and password", it: "The login" },
  custom: { name: "Typed by the customer", it: "What was typed" },
};
