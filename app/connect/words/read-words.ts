import { headers } from "next/headers";
import { cache } from "react";
import type { Language } from "#core/domain/connect/language";
import { catalogues, createWords, type Words } from "./words.ts";

/** The language that the API chose for this page. Pages that it does not choose one for are in English. */
export async function readPageLanguage(): Promise<Language> {
  const language = (await headers()).get("x-evergrant-language") ?? "";
  return Object.hasOwn(catalogues, language) ? (language as Language) : "en";
}

/** The words of the page that is being rendered. */
export const readWords: () => Promise<Words> = cache(async () => createWords(await readPageLanguage()));

/** How a product is called that has not said so: by the address that its customer sees. */
export async function readProductName(product: { readonly name: string | null }): Promise<string> {
  const given = await headers();
  return product.name ?? given.get("x-evergrant-host") ?? given.get("host")?.split(":", 1)[0] ?? "?";
}
