"use client";

import { useId, useMemo, useState } from "react";
import type { AccentView } from "#api/schemas/branding";
import type { Language } from "#core/domain/connect/language";
import { buttonClass } from "../../../_components/button.tsx";
import { classNames } from "../../../_components/class-names.ts";
import { brandStyle, type Product } from "../../../connect/brand-style.ts";
import { CardFace } from "../../../connect/card-face.tsx";
import { Asked } from "../../../connect/link/asked.tsx";
import { ExternalAccount } from "../../../connect/outcome/external-account.tsx";
import { createWords, languageNames, type Words } from "../../../connect/words/words.ts";
import type { BrandDraft } from "./brand-draft.ts";

type Props = {
  draft: BrandDraft;
  judged: AccentView | null;
  /** How the product is called while it has not said so: by its address. */
  host: string;
  environment: string;
  /** An integration to connect. */
  label: string;
};

const themes = { light: "Light", dark: "Dark" } as const;
const widths = { desk: "Desk", phone: "Phone" } as const;
const moments = { offer: "Before", connected: "Connected" } as const;
const asked = { scopes: ["read", "write", "offline_access"], scope_descriptions: {} };

/** The connect page as it would be: the same card, in either theme and width and in each of its languages. */
export function ConnectPreview({ draft, judged, host, environment, label }: Props) {
  const id = useId();
  const [theme, setTheme] = useState<keyof typeof themes>("light");
  const [width, setWidth] = useState<keyof typeof widths>("desk");
  const [moment, setMoment] = useState<keyof typeof moments>("offer");
  const [language, setLanguage] = useState<Language>("en");
  const words = useMemo(() => createWords(language), [language]);
  const name = draft.name.trim() === "" ? host : draft.name.trim();
  const brand = productOf(draft, judged);
  return (
    <section aria-label="Preview of the connect page" className="min-w-0">
      <div className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-2">
        <Choice legend="Theme" options={themes} value={theme} onChange={setTheme} />
        <Choice legend="Width" options={widths} value={width} onChange={setWidth} />
        <Choice legend="Moment" options={moments} value={moment} onChange={setMoment} />
        <span className="flex items-center gap-2">
          <label htmlFor={id} className="sr-only">
            Language
          </label>
          <select
            id={id}
            value={language}
            onChange={(event) => setLanguage(event.target.value as Language)}
            className="control select"
          >
            {Object.entries(languageNames).map(([tag, own]) => (
              <option key={tag} value={tag} lang={tag}>
                {own}
              </option>
            ))}
          </select>
        </span>
      </div>
      <div className="overflow-hidden rounded-lg border border-line-strong bg-sunken">
        <div
          data-preview={theme}
          className={classNames(
            "mx-auto bg-canvas text-base text-ink",
            width === "phone" ? "w-[360px] max-w-full" : "w-full",
          )}
        >
          {/* What stands here is looked at: its links and buttons lead nowhere. */}
          <div
            inert
            lang={language}
            style={brandStyle(brand.accent)}
            className="flex min-h-[560px] flex-col items-center justify-center px-4 py-8"
          >
            <Card {...{ words, name, brand, environment, label, moment }} support={brand.support} />
          </div>
        </div>
      </div>
      <p className="mt-2 text-xs text-pretty text-subtle">
        Each customer reads the page in one of six languages: the link&rsquo;s locale, else their browser&rsquo;s, else
        English; they can choose another. The theme is their device&rsquo;s.
      </p>
    </section>
  );
}

type CardProps = {
  words: Words;
  name: string;
  brand: Product;
  support: string | null;
  environment: string;
  label: string;
  moment: keyof typeof moments;
};

function Card({ words, name, brand, support, environment, label, moment }: CardProps) {
  const names = { product: name, label };
  const shared = { words, brand, label, environment, support, product: name, heading: "p" } as const;
  if (moment === "connected") {
    return (
      <CardFace {...shared} joint="done" title={words.say("outcome.connected", names)}>
        <ExternalAccount words={words} account="ada@acme.example" />
        <span className={buttonClass("primary", "large", "mt-6")}>
          {words.say("outcome.continue", { product: name })}
        </span>
      </CardFace>
    );
  }
  return (
    <CardFace
      {...shared}
      joint="open"
      title={words.say("offer.connect", names)}
      footer={<p>{words.say("offer.end", names)}</p>}
    >
      <div className="mt-5 flex flex-col gap-5">
        <Asked words={words} integration={{ label, ...asked }} product={name} />
        <span className={buttonClass("primary", "large")}>{words.say("offer.continue", { label })}</span>
      </div>
    </CardFace>
  );
}

/** The draft as the page of a link would get it. An accent that can't be used is not shown: the API would not take it. */
function productOf(draft: BrandDraft, judged: AccentView | null): Product {
  const { light, dark } = judged ?? { light: null, dark: null };
  const isUsable = draft.accent !== null && light?.passes === true && dark?.passes === true;
  return {
    name: draft.name,
    logo: draft.logo,
    support: draft.support.trim() === "" ? null : draft.support.trim(),
    privacy_url: draft.privacyUrl.trim() === "" ? null : draft.privacyUrl.trim(),
    accent: isUsable ? { light, dark } : null,
  };
}

type ChoiceProps<T extends string> = {
  legend: string;
  options: Readonly<Record<T, string>>;
  value: T;
  onChange: (value: T) => void;
};

function Choice<T extends string>({ legend, options, value, onChange }: ChoiceProps<T>) {
  const id = useId();
  return (
    <fieldset className="inline-flex rounded-md border border-line-strong bg-surface p-0.5">
      <legend className="sr-only">{legend}</legend>
      {(Object.entries(options) as [T, string][]).map(([one, label]) => (
        <label
          key={one}
          className="flex h-7 cursor-pointer items-center rounded-md px-2.5 text-sm text-muted has-checked:bg-sunken has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:h-10"
        >
          <input type="radio" name={id} checked={value === one} onChange={() => onChange(one)} className="sr-only" />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
