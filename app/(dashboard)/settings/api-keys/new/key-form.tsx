"use client";

import { useState, type FormEvent } from "react";
import type { NewApiKeyView } from "#api/schemas/api-key";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import { Button, ButtonLink } from "../../../../_components/button.tsx";
import { Callout } from "../../../../_components/callout.tsx";
import { usePausedUpdates } from "../../../../_components/live-updates.tsx";
import type { ApiProblem } from "../../../../_queries/problem.ts";
import { TextField } from "../../../webhooks/_parts/text-field.tsx";
import { LimitChoice, Lines } from "./limit-choice.tsx";
import { lives, requestOf, wordDraft, type KeyDraft, type Life } from "./key-draft.ts";
import { PermissionChoice } from "./permission-choice.tsx";

export type Integration = { name: string; label: string };

type Props = {
  role: string;
  draft: KeyDraft;
  integrations: readonly Integration[];
  onMade: (key: NewApiKeyView) => void;
};

const places = ["/name", "/permissions", "/tenant_ids", "/integration_names", "/addresses"];

/** What a key is for, what it may do, for whom, from where and for how long. */
export function KeyForm({ role, draft: before, integrations, onMade }: Props) {
  const [draft, setDraft] = useState(before);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  usePausedUpdates(true);
  const change = (part: Partial<KeyDraft>) => setDraft((now) => ({ ...now, ...part }));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const answer = await sendToApi<NewApiKeyView>("POST", "/api-keys", requestOf(draft));
    setBusy(false);
    if (answer.kind === "problem") setProblem(answer.problem);
    else onMade(answer.value);
  };

  const wrongAt = (pointer: string): string | null =>
    problem?.errors.find((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`))?.detail ??
    null;
  const isElsewhere = problem !== null && !places.some((pointer) => wrongAt(pointer) !== null);
  const chosen = draft.integrations ?? [];
  return (
    <form method="post" onSubmit={(event) => void submit(event)} className="card flex flex-col gap-6 p-4 sm:p-6">
      <div role="alert" className="contents">
        {isElsewhere && (
          <Callout tone="bad" title={`No key was made: ${problem.title}`} code={problem.code}>
            {problem.detail ?? problem.errors[0]?.detail ?? "Try again."}
          </Callout>
        )}
      </div>
      <TextField
        name="name"
        label="Name"
        type="text"
        required
        maxLength={100}
        value={draft.name}
        onChange={(event) => change({ name: event.target.value })}
        placeholder="Production backend"
        help="What uses it, in your words: so that somebody else dares to revoke it."
        wrong={wrongAt("/name")}
      />
      <PermissionChoice
        role={role}
        permissions={draft.permissions}
        onChange={(permissions) => change({ permissions })}
        wrong={wrongAt("/permissions")}
      />
      <LimitChoice
        legend="For which customers"
        all="All"
        some="Only some"
        isLimited={draft.tenants !== null}
        onLimit={(isLimited) => change({ tenants: isLimited ? "" : null })}
        wrong={wrongAt("/tenant_ids")}
      >
        {(describedBy) => (
          <Lines
            label="Customers"
            placeholder={"acme\nglobex"}
            help="Your product's own ids (tenant_id), one a line. It sees no others, and changes no settings."
            value={draft.tenants ?? ""}
            onChange={(tenants) => change({ tenants })}
            describedBy={describedBy}
          />
        )}
      </LimitChoice>
      <LimitChoice
        legend="For which integrations"
        all="All, also those that come later"
        some="Only some"
        isLimited={draft.integrations !== null}
        onLimit={(isLimited) => change({ integrations: isLimited ? [] : null })}
        wrong={wrongAt("/integration_names")}
      >
        {() =>
          integrations.length === 0 ? (
            <p className="text-sm text-muted">
              No integration has an OAuth client here yet, so there is none to choose from.
            </p>
          ) : (
            <ul
              aria-label="Integrations"
              className="grid max-h-56 gap-x-6 gap-y-1 overflow-y-auto rounded-md border border-line p-3 sm:grid-cols-2"
            >
              {integrations.map(({ name, label }) => (
                <li key={name}>
                  <label className="flex min-h-6 items-center gap-2.5 text-sm pointer-coarse:min-h-11">
                    <input
                      type="checkbox"
                      checked={chosen.includes(name)}
                      onChange={() =>
                        change({
                          integrations: chosen.includes(name)
                            ? chosen.filter((one) => one !== name)
                            : [...chosen, name],
                        })
                      }
                      className="size-4 accent-accent"
                    />
                    <span className="min-w-0 truncate" title={name}>
                      {label}
                    </span>
                  </label>
                </li>
              ))}
            </ul>
          )
        }
      </LimitChoice>
      <LimitChoice
        legend="From where"
        all="Anywhere"
        some="Only from some networks"
        isLimited={draft.addresses !== null}
        onLimit={(isLimited) => change({ addresses: isLimited ? "" : null })}
        wrong={wrongAt("/addresses")}
      >
        {(describedBy) => (
          <Lines
            label="Networks"
            placeholder={"203.0.113.0/24\n2001:db8::/32"}
            help="Ranges in CIDR form, one a line; a single address ends in /32, or /128. From elsewhere it is refused, and that is recorded."
            value={draft.addresses ?? ""}
            onChange={(addresses) => change({ addresses })}
            describedBy={describedBy}
          />
        )}
      </LimitChoice>
      <LifeChoice life={draft.life} onChange={(life) => change({ life })} />
      <div className="flex flex-col gap-4 border-t border-line pt-4">
        <p className="text-sm text-pretty text-muted" aria-live="polite">
          {wordDraft(draft)}
        </p>
        <div className="flex flex-wrap items-center gap-2">
          <Button type="submit" variant="primary" disabled={isBusy || draft.permissions.length === 0}>
            {isBusy ? "Making…" : "Make the key"}
          </Button>
          <ButtonLink href="/settings/api-keys" variant="ghost">
            Cancel
          </ButtonLink>
        </div>
      </div>
    </form>
  );
}

function LifeChoice({ life, onChange }: { life: Life; onChange: (life: Life) => void }) {
  return (
    <fieldset className="min-w-0">
      <legend className="text-sm font-medium">For how long</legend>
      <div className="mt-1 flex flex-wrap gap-x-6 gap-y-1 text-sm">
        {(Object.keys(lives) as Life[]).map((one) => (
          <label key={one} className="flex min-h-8 items-center gap-2 pointer-coarse:min-h-11">
            <input
              type="radio"
              name="life"
              checked={life === one}
              onChange={() => onChange(one)}
              className="size-4 accent-accent"
            />
            {lives[one].label}
          </label>
        ))}
      </div>
      <p className="mt-1 text-xs text-subtle">
        {life === "endless"
          ? "It works until somebody revokes it."
          : "When it ends, whatever uses it is refused. The list says so two weeks before."}
      </p>
    </fieldset>
  );
}
