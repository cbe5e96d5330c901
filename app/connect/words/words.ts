import { createElement, Fragment, type ReactNode } from "react";
import type { Language } from "#core/domain/connect/language";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { ja } from "./ja.ts";
import { pt } from "./pt.ts";

/** One text for each plural category that the language has. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

type Key = keyof typeof en;
type Text<K extends Key> = (typeof en)[K] extends { readonly other: infer Other } ? Other : (typeof en)[K];
type Placeholder<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholder<Rest> : never;
type Values<K extends Key, Value> = [Placeholder<Text<K>>] extends [never]
  ? []
  : [values: { readonly [Name in Placeholder<Text<K>>]: Name extends "count" ? number : Value }];

/** All texts of one language; one that is missing is an error of types. */
export type Catalogue = { readonly [K in Key]: (typeof en)[K] extends string ? string : Plural };

export const catalogues: Readonly<Record<Language, Catalogue>> = { en, de, fr, es, pt, ja };

/** What each language calls itself: who looks for theirs reads no other. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  es: "Español",
  pt: "Português",
  ja: "日本語",
};

export interface Words {
  readonly language: Language;
  say<K extends Key>(key: K, ...values: Values<K, string>): string;
  /** The same with elements for placeholders. */
  fill<K extends Key>(key: K, ...values: Values<K, ReactNode>): ReactNode;
  /** Sentences one after the other. */
  join(...sentences: readonly string[]): string;
  /** An instant as people read it, in UTC: nobody has told the server where they are. */
  instant(iso: string): string;
}

export function createWords(language: Language): Words {
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  const instants = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

  /** The text in pieces: words at even places, what stands for a placeholder at odd ones. */
  const pieces = <Value>(key: Key, values: Readonly<Record<string, Value | number>> = {}): (Value | string)[] => {
    const entry: string | Plural = catalogues[language][key];
    const { count } = values;
    const text = typeof entry === "string" ? entry : (entry[plurals.select(Number(count))] ?? entry.other);
    return spaced(text, language)
      .split(/\{(\w+)\}/)
      .map((piece, place) => {
        if (place % 2 === 0) return piece;
        const value = values[piece];
        return typeof value === "number" ? numbers.format(value) : (value ?? "");
      });
  };

  return {
    language,
    say: (key, ...[values]) => pieces<string>(key, values).join(""),
    fill: (key, ...[values]) => createElement(Fragment, null, ...pieces<ReactNode>(key, values)),
    // Japanese puts no space between its sentences.
    join: (...sentences) => sentences.join(language === "ja" ? "" : " "),
    instant: (iso) => `${instants.format(new Date(iso))} UTC`,
  };
}

/** French sets a space before such signs, and never begins a line with one. */
function spaced(text: string, language: Language): string {
  return language === "fr" ? text.replaceAll(/ (?=[;:!?])/g, "\u00a0") : text;
}
