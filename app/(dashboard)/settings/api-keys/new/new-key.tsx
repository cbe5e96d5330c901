"use client";

import Link from "next/link";
import { useState } from "react";
import type { NewApiKeyView } from "#api/schemas/api-key";
import { buttonClass } from "../../../../_components/button.tsx";
import { Callout } from "../../../../_components/callout.tsx";
import { CodeBlock } from "../../../../_components/code-block.tsx";
import { CopyButton } from "../../../../_components/copy-button.tsx";
import { SectionHeading } from "../../../../_components/section-heading.tsx";
import { environmentLabel } from "../../../../_components/shell/environment.ts";
import type { KeyDraft } from "./key-draft.ts";
import { KeyForm, type Integration } from "./key-form.tsx";
import { KeyOnce } from "./key-once.tsx";

type Props = {
  role: string;
  environment: string;
  origin: string;
  draft: KeyDraft;
  integrations: readonly Integration[];
  /** The name of the key that this one follows; null: none. */
  successorOf: string | null;
};

/** The form, and in its place the key, once. */
export function NewKey({ role, environment, origin, draft, integrations, successorOf }: Props) {
  const [made, setMade] = useState<NewApiKeyView | null>(null);
  if (made === null) {
    return (
      <>
        <h1 className="mb-1 text-xl font-semibold tracking-tight wrap-anywhere">
          {successorOf === null ? "Make an API key" : `Make a successor of ${successorOf}`}
        </h1>
        <p className="mb-5 text-muted">
          For {environmentLabel(environment)} alone. What it may never changes: a key is replaced, not edited.
        </p>
        <KeyForm role={role} draft={draft} integrations={integrations} onMade={setMade} />
      </>
    );
  }
  const call = `curl ${origin}/api/v1/integrated-accounts \\\n  -H "Authorization: Bearer $EVERGRANT_API_KEY"`;
  return (
    <div className="flex flex-col gap-6">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">The key is made</h1>
        <p className="mt-0.5 text-muted">
          <span className="wrap-anywhere">{made.name}</span>, for {environmentLabel(environment)}.
        </p>
      </div>
      <KeyOnce apiKey={made.key} />
      {successorOf !== null && (
        <Callout tone="info" title="The key before this one still works">
          Give this one to whatever uses the other. When nothing calls with that any more, its list entry says so:
          revoke it then.
        </Callout>
      )}
      <section aria-labelledby="call">
        <SectionHeading id="call" title="Call with it" />
        <div className="card flex items-start gap-2 pr-2">
          <div className="min-w-0 flex-1">
            <CodeBlock label="A call of the API" code={call} />
          </div>
          <div className="pt-2.5">
            <CopyButton text={call} label="Copy the call" />
          </div>
        </div>
      </section>
      <div>
        <Link href={`/settings/api-keys/${made.id}`} prefetch={false} className={buttonClass("primary")}>
          Done, show the key&rsquo;s entry
        </Link>
      </div>
    </div>
  );
}
