import { Check } from "lucide-react";
import type { ReactNode } from "react";

type Props = { intro: string; facts: { key: string; text: ReactNode }[] };

/** A few lines that somebody should read before they decide. */
export function FactList({ intro, facts }: Props) {
  return (
    <>
      <p className="text-muted">{intro}</p>
      <ul className="mt-2.5 space-y-2">
        {facts.map(({ key, text }) => (
          <li key={key} className="flex gap-2.5">
            <Check size={16} aria-hidden className="mt-[3px] shrink-0 text-accent" />
            <span className="min-w-0 wrap-anywhere">{text}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
