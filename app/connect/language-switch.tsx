import { Languages } from "lucide-react";
import { languageNames, type Words } from "./words/words.ts";

/** Other languages of the same page: a link keeps the address and adds no more than the choice, which a cookie remembers. */
export function LanguageSwitch({ words }: { words: Words }) {
  const { language } = words;
  return (
    <details className="pt-1">
      <summary className="mx-auto inline-flex min-h-8 list-none items-center gap-1.5 rounded-md px-2 hover:text-ink pointer-coarse:min-h-11">
        <Languages size={14} aria-hidden />
        <span className="sr-only">{words.say("card.language")} </span>
        {languageNames[language]}
      </summary>
      <nav aria-label={words.say("card.language")} className="mx-auto mt-1 grid max-w-[264px] grid-cols-3">
        {Object.entries(languageNames).map(([other, name]) => (
          <a
            key={other}
            href={`?lang=${other}`}
            lang={other}
            hrefLang={other}
            aria-current={other === language ? "true" : undefined}
            className="flex min-h-8 items-center justify-center rounded-md px-2 underline-offset-2 hover:text-ink hover:underline aria-current:font-medium aria-current:text-ink pointer-coarse:min-h-11"
          >
            {name}
          </a>
        ))}
      </nav>
    </details>
  );
}
