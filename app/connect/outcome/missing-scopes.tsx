import type { ReactNode } from "react";
import { wordsOf } from "../scope-words.ts";
import { readWords } from "../words/read-words.ts";
import type { Trip } from "./outcome-card.tsx";

/** What was not granted, and what that means; `children` is the way to mend it. */
export async function MissingScopes({ view, product, label, children }: Trip & { children?: ReactNode }) {
  const words = await readWords();
  return (
    <div className="mt-5 rounded-md bg-warn-soft px-3 py-2.5 text-sm">
      <p className="font-medium text-warn">{words.say("outcome.missing.title")}</p>
      <p className="mt-0.5">{words.say("outcome.missing.text", { product })}</p>
      <ul className="mt-1 list-disc space-y-0.5 pl-5 wrap-anywhere marker:text-subtle">
        {view.scopes_missing.map((scope) => (
          <li key={scope}>
            {wordsOf(words, scope, { product, label }, view.scope_descriptions).words ?? (
              <code className="font-mono text-xs break-all">{scope}</code>
            )}
          </li>
        ))}
      </ul>
      {children}
    </div>
  );
}
