"use client";

import { X } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition, type FormEvent } from "react";
import { auditActions, auditGroups, auditWords, isAuditAction } from "../../_components/audit-words.ts";
import { useFilledForm } from "../../_browser/use-filled-form.ts";
import { Button, ButtonLink } from "../../_components/button.tsx";
import type { AuditFilter } from "../../_queries/audit.ts";
import { auditHref, fieldOf, readAuditFilter } from "./audit-filter.ts";

/** Filters that live in the URL. A plain form behind it works before the script has loaded. */
export function AuditFilters({ filter }: { filter: AuditFilter }) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  const { cursor: _, ...chosen } = filter;
  const isFiltered = Object.values(chosen).some((value) => value !== undefined);

  const { form, onInput, applied } = useFilledForm({
    action: filter.action,
    actor: filter.actor,
    account: filter.account,
    from: filter.from === undefined ? undefined : fieldOf(filter.from),
    to: filter.to === undefined ? undefined : fieldOf(filter.to),
  });

  const apply = (element: HTMLFormElement) => {
    const fields: Record<string, string> = {};
    for (const [name, value] of new FormData(element)) if (typeof value === "string") fields[name] = value;
    applied();
    startTransition(() => router.push(auditHref(readAuditFilter(fields))));
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    apply(event.currentTarget);
  };

  return (
    <search>
      <form
        ref={form}
        method="get"
        action="/audit"
        onSubmit={submit}
        onInput={onInput}
        aria-busy={isPending}
        className="flex flex-col gap-2 py-3"
      >
        <div className="flex flex-wrap gap-2">
          <select
            name="action"
            defaultValue={filter.action ?? ""}
            aria-label="Action"
            onChange={(event) => event.currentTarget.form !== null && apply(event.currentTarget.form)}
            className="control select max-w-full min-w-40 flex-1 truncate"
          >
            <option value="">All actions</option>
            {filter.action !== undefined && !isAuditAction(filter.action) && (
              <option value={filter.action}>{filter.action}</option>
            )}
            {auditGroups.map((group) => (
              <optgroup key={group} label={group}>
                {auditActions
                  .filter((action) => auditWords[action].group === group)
                  .map((action) => (
                    <option key={action} value={action}>
                      {auditWords[action].title}
                    </option>
                  ))}
              </optgroup>
            ))}
          </select>
          <TextField name="actor" label="Actor" placeholder="Actor: key_…, usr_…, worker" value={filter.actor} />
          <TextField
            name="account"
            label="Account"
            placeholder="Account: ia_…"
            value={filter.account}
            pattern="\s*ia_[0-9a-z]{24}\s*"
          />
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <InstantField name="from" label="From (UTC)" value={filter.from} />
          <InstantField name="to" label="Until (UTC)" value={filter.to} />
          <Button type="submit">Filter</Button>
          {isFiltered && (
            <ButtonLink href="/audit" variant="ghost">
              <X size={14} aria-hidden />
              Clear
            </ButtonLink>
          )}
        </div>
      </form>
    </search>
  );
}

type FieldProps = { name: string; label: string; value: string | undefined };

function TextField({
  name,
  label,
  value,
  placeholder,
  pattern,
}: FieldProps & { placeholder: string; pattern?: string }) {
  return (
    <input
      name={name}
      defaultValue={value}
      aria-label={label}
      placeholder={placeholder}
      maxLength={200}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      {...(pattern === undefined ? {} : { pattern, title: "An account's id: ia_ and 24 characters" })}
      className="control min-w-44 flex-1"
    />
  );
}

function InstantField({ name, label, value }: FieldProps) {
  return (
    <label className="flex min-w-44 flex-1 items-center gap-2 text-sm text-muted sm:flex-none">
      <span className="w-20 shrink-0 whitespace-nowrap sm:w-auto">{label}</span>
      <input
        type="datetime-local"
        name={name}
        defaultValue={value === undefined ? undefined : fieldOf(value)}
        className="control min-w-0 flex-1 sm:flex-none"
      />
    </label>
  );
}
