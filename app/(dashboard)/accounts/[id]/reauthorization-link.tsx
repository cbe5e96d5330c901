"use client";

import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import type { AccountView } from "#api/schemas/account";
import type { LinkTokenView } from "#api/schemas/link-token";
import { Button } from "../../../_components/button.tsx";
import { CopyButton } from "../../../_components/copy-button.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";

type Props = { link: LinkTokenView; account: AccountView; onClose: () => void };

/** The link itself, once: it is kept nowhere in readable form. */
export function ReauthorizationLink({ link, account, onClose }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const owner = account.external_account?.label ?? account.external_account?.id ?? null;
  return (
    <section aria-labelledby="link-heading" className="border-t border-line px-4 py-4">
      <div className="flex items-start justify-between gap-4">
        <div>
          <h2 id="link-heading" className="text-sm font-semibold">
            Re-authorization link for {account.tenant_id}
          </h2>
          <p className="mt-0.5 text-sm text-muted">
            {owner === null
              ? "Send it to the customer who connected this account."
              : `Send it to the customer who owns ${owner}.`}{" "}
            Whoever opens it can connect their account for this tenant, so share it with nobody else.
          </p>
        </div>
        <Button variant="ghost" aria-label="Hide the link" size="icon" onClick={onClose}>
          <X size={16} aria-hidden />
        </Button>
      </div>
      <div className="mt-3 flex gap-2">
        <input
          ref={field}
          readOnly
          value={link.url}
          aria-label="Re-authorization link"
          onFocus={(event) => event.currentTarget.select()}
          className="control min-w-0 flex-1 bg-sunken font-mono text-xs"
        />
        <CopyButton text={link.url} label="Copy the link" showLabel />
      </div>
      <p className="mt-2 text-xs text-subtle">
        Shown only this once; a new one can be created at any time. Expires{" "}
        <RelativeTime at={link.expires_at} parts={2} />.
      </p>
    </section>
  );
}
