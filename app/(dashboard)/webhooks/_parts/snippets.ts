import examples from "./verification-examples.json" with { type: "json" };

export type SnippetLanguage = keyof typeof examples;
export const snippetLanguages = Object.keys(examples) as SnippetLanguage[];

/** How a receiver verifies a delivery with the Standard Webhooks library of its language. */
export function snippetOf(language: SnippetLanguage): { label: string; install: string; code: string } {
  const { label, install, code } = examples[language];
  return { label, install, code: code.join("\n") };
}

export function readLanguage(text: string | undefined): SnippetLanguage {
  return text !== undefined && Object.hasOwn(examples, text) ? (text as SnippetLanguage) : "typescript";
}
