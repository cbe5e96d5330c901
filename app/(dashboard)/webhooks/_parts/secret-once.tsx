"use client";

import { KeyRound } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { CopyButton } from "../../../_components/copy-button.tsx";

/** The signing secret itself, once: it is kept nowhere in readable form. */
export function SecretOnce({ secret, children }: { secret: string; children?: ReactNode }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <section aria-labelledby="secret-heading" className="rounded-lg border border-line-strong bg-surface p-4">
      <h2 id="secret-heading" className="flex items-center gap-2 text-sm font-semibold">
        <KeyRound size={14} aria-hidden className="text-warn" />
        Copy the signing secret now
      </h2>
      <p className="mt-0.5 text-sm text-muted">
        It is shown only this once. Keep it where your receiver finds it, as EVERGRANT_WEBHOOK_SECRET; if it gets lost,
        rotate it.
      </p>
      <div className="mt-3 flex gap-2">
        <input
          ref={field}
          readOnly
          value={secret}
          aria-label="Signing secret"
          autoComplete="off"
          onFocus={(event) => event.currentTarget.select()}
          className="control min-w-0 flex-1 bg-sunken font-mono text-xs"
        />
        <CopyButton text={secret} label="Copy the secret" showLabel />
      </div>
      {children !== undefined && <div className="mt-2 text-xs text-subtle">{children}</div>}
    </section>
  );
}
