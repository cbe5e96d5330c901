"use client";

import { CircleAlert, CircleCheck } from "lucide-react";
import { useId } from "react";
import type { AccentView } from "#api/schemas/branding";
import { asSentence } from "../../../_components/as-sentence.ts";
import { Button } from "../../../_components/button.tsx";
import { firstAccent, type BrandDraft } from "./brand-draft.ts";

type Theme = "light" | "dark";
type Props = {
  accent: BrandDraft["accent"];
  judged: AccentView | null;
  onChange: (accent: BrandDraft["accent"]) => void;
  wrongAt: (pointer: string) => string | null;
};

/** Evergrant's colour or one's own: then one for each theme, each judged in words. */
export function AccentFields({ accent, judged, onChange, wrongAt }: Props) {
  const id = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="text-sm font-medium">Accent</legend>
      <div className="mt-1 flex flex-wrap gap-x-6 gap-y-1 text-sm">
        {[
          { label: "Evergrant's green", own: false },
          { label: "Your own colour", own: true },
        ].map(({ label, own }) => (
          <label key={label} className="flex min-h-8 items-center gap-2 pointer-coarse:min-h-11">
            <input
              type="radio"
              name={`${id}-which`}
              checked={(accent !== null) === own}
              onChange={() => onChange(own ? firstAccent : null)}
              className="size-4 accent-accent"
            />
            {label}
          </label>
        ))}
      </div>
      {accent !== null && (
        <div className="mt-2 divide-y divide-line rounded-md border border-line">
          {(["light", "dark"] as const).map((theme) => (
            <Colour
              key={theme}
              theme={theme}
              value={accent[theme]}
              judgement={judged?.[theme] ?? null}
              refused={wrongAt(`/branding/accent/${theme}`)}
              onChange={(value) => onChange({ ...accent, [theme]: value })}
            />
          ))}
        </div>
      )}
    </fieldset>
  );
}

type ColourProps = {
  theme: Theme;
  value: string;
  judgement: AccentView[Theme];
  /** What the API said of it when it was sent; null: nothing. */
  refused: string | null;
  onChange: (value: string) => void;
};

const cards = { light: "On the light card", dark: "On the dark card" };

function Colour({ theme, value, judgement, refused, onChange }: ColourProps) {
  const id = useId();
  const isHex = /^#[0-9a-f]{6}$/i.test(value);
  // What was said of another colour is of no use for this one.
  const current = isHex && judgement?.fill === value.toLowerCase() ? judgement : null;
  return (
    <div className="flex flex-col gap-2 px-3.5 py-3">
      <label htmlFor={id} className="text-sm">
        {cards[theme]}
      </label>
      <div className="flex gap-2">
        <input
          type="color"
          aria-label={`${cards[theme]}: choose`}
          value={isHex ? value.toLowerCase() : "#000000"}
          onChange={(event) => onChange(event.target.value)}
          className="control w-14 shrink-0 px-1"
        />
        <input
          id={id}
          value={value}
          onChange={(event) => onChange(event.target.value.trim())}
          maxLength={7}
          required
          pattern="#[0-9a-fA-F]{6}"
          title="Six hex digits, such as #0f766e"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={!isHex || current?.passes === false ? true : undefined}
          aria-describedby={`${id}-judged`}
          className="control w-28 font-mono"
        />
        {current?.passes === false && (
          <Button onClick={() => onChange(current.nearest)}>
            <span
              aria-hidden
              style={{ background: current.nearest }}
              className="size-3.5 rounded-sm border border-line"
            />
            Use {current.nearest}
          </Button>
        )}
      </div>
      <div id={`${id}-judged`} aria-live="polite" className="text-xs">
        {current !== null ? (
          <Judgement judgement={current} />
        ) : (
          <p className={isHex && refused === null ? "text-subtle" : "font-medium text-bad"}>
            {isHex
              ? refused === null
                ? "Looking…"
                : asSentence(refused)
              : "Six hex digits after a #, such as #0f766e."}
          </p>
        )}
      </div>
    </div>
  );
}

function Judgement({ judgement }: { judgement: NonNullable<AccentView[Theme]> }) {
  const { passes, on_fill: words, fill, ink, contrast, detail } = judgement;
  if (!passes) {
    return (
      <p className="flex gap-1.5 font-medium text-bad">
        <CircleAlert size={14} aria-hidden className="mt-px shrink-0" />
        <span className="min-w-0 wrap-anywhere">{asSentence(detail ?? "It can't be read")}</span>
      </p>
    );
  }
  return (
    <p className="flex gap-1.5 text-muted">
      <CircleCheck size={14} aria-hidden className="mt-px shrink-0 text-good" />
      <span className="min-w-0">
        <span className="font-medium text-good">Can be read.</span> {words === "#ffffff" ? "White" : "Near-black"} words
        on the button have {contrast.words.toFixed(2)}:1, and it stands out from the card by {contrast.card.toFixed(2)}
        :1.
        {ink !== fill && ` Links on the card take ${ink}, which can be read there.`}
      </span>
    </p>
  );
}
