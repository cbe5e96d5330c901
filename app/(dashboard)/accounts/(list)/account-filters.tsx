"use client";

import { Search, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition, type FormEvent } from "react";
import { Button, ButtonLink } from "../../../_components/button.tsx";
import type { AccountFilter } from "../../../_queries/accounts.ts";
import { accountsHref } from "./filter.ts";

type Props = { filter: AccountFilter; integrations: { name: string; label: string }[] };

/** Filters that live in the URL. A plain form behind it works before the script has loaded. */
export function AccountFilters({ filter, integrations }: Props) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  const isFiltered = filter.integrationName !== undefined || filter.tenantId !== undefined;
  const isKnown =
    filter.integrationName === undefined || integrations.some(({ name }) => name === filter.integrationName);

  const apply = (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
    };
    const chosen = {
      status: filter.status,
      isHeld: filter.isHeld,
      integrationName: text("integration_name"),
      tenantId: text("tenant_id"),
    };
    startTransition(() => router.push(accountsHref(chosen)));
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    apply(event.currentTarget);
  };

  return (
    <search>
      <form
        method="get"
        action="/accounts"
        onSubmit={submit}
        aria-busy={isPending}
        className="flex flex-wrap items-center gap-2 py-3"
      >
        {filter.status !== undefined && <input type="hidden" name="status" value={filter.status} />}
        {filter.isHeld === true && <input type="hidden" name="hold" value="true" />}
        <div className="relative min-w-40 flex-1 sm:max-w-60">
          <Search
            size={14}
            aria-hidden
            className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-subtle"
          />
          <input
            name="tenant_id"
            defaultValue={filter.tenantId}
            aria-label="Tenant"
            placeholder="Tenant id"
            maxLength={200}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="control w-full pl-8"
          />
        </div>
        <select
          name="integration_name"
          defaultValue={filter.integrationName ?? ""}
          aria-label="Integration"
          onChange={(event) => event.currentTarget.form !== null && apply(event.currentTarget.form)}
          className="control select max-w-full min-w-40 flex-1 truncate sm:max-w-60"
        >
          <option value="">All integrations</option>
          {!isKnown && <option value={filter.integrationName}>{filter.integrationName}</option>}
          {integrations.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        <Button type="submit">Filter</Button>
        {isFiltered && (
          <ButtonLink href={accountsHref({ status: filter.status, isHeld: filter.isHeld })} variant="ghost">
            <X size={14} aria-hidden />
            Clear
          </ButtonLink>
        )}
      </form>
    </search>
  );
}
