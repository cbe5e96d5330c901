import type { Words } from "../words/words.ts";

/** Whose account it is at the provider. */
export function ExternalAccount({ words, account }: { words: Words; account: string }) {
  return (
    <p className="mt-3 text-center">
      <span className="inline-block max-w-full rounded-2xl bg-sunken px-3 py-1 text-sm font-medium wrap-anywhere">
        <span className="sr-only">{words.say("outcome.account")} </span>
        {account}
      </span>
    </p>
  );
}
