"use client";

import { KeyRound } from "lucide-react";
import { useEffect, useRef } from "react";
import { CopyButton } from "../../../../_components/copy-button.tsx";

/** The key itself, once: Evergrant keeps nothing that it could be read from. */
export function KeyOnce({ apiKey }: { apiKey: string }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <section aria-labelledby="key-heading" className="rounded-lg border border-line-strong bg-surface p-4">
      <h2 id="key-heading" className="flex items-center gap-2 text-sm font-semibold">
        <KeyRound size={14} aria-hidden className="text-warn" />
        Copy the key now
      </h2>
      <p className="mt-0.5 text-sm text-muted">
        It is shown only this once. Put it where your product keeps its secrets; if it gets lost, make another and
        revoke this one.
      </p>
      <div className="mt-3 flex gap-2">
        <input
          ref={field}
          readOnly
          value={apiKey}
          aria-label="API key"
          autoComplete="off"
          onFocus={(event) => event.currentTarget.select()}
          className="control min-w-0 flex-1 bg-sunken font-mono text-xs"
        />
        <CopyButton text={apiKey} label="Copy the key" showLabel />
      </div>
    </section>
  );
}
