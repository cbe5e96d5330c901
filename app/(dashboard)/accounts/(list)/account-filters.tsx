"use client";

import { ListFilter, Search, X } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState, useTransition, type FormEvent, type ReactNode } from "react";
import { useFilledForm } from "../../../_browser/use-filled-form.ts";
import { Button, ButtonLink } from "../../../_components/button.tsx";
import type { AccountFilter } from "../../../_queries/accounts.ts";
import { accountsHref, endedSeconds, expiryWords, readFilter, sortWords, tabOf, usualSort } from "./filter.ts";
import { errorWords } from "./error-words.ts";

type Props = { filter: AccountFilter; integrations: { name: string; label: string }[] };

/** Filters that live in the URL. A plain form behind it works before the script has loaded. */
export function AccountFilters({ filter, integrations }: Props) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  const more = [filter.tenantId, filter.lacksScopes, filter.expiresWithinSeconds, filter.lastErrorCode];
  const moreCount = more.filter((value) => value !== undefined).length;
  const [isOpen, setOpen] = useState(moreCount > 0);
  // A link may lead to one of those that are not shown.
  const [seenCount, setSeenCount] = useState(moreCount);
  if (moreCount !== seenCount) {
    setSeenCount(moreCount);
    if (moreCount > seenCount) setOpen(true);
  }
  const isFiltered = moreCount > 0 || filter.integrationName !== undefined || filter.search !== undefined;

  const { form, onInput, applied } = useFilledForm({
    search: filter.search,
    integration_name: filter.integrationName,
    sort: filter.sort ?? usualSort,
    tenant_id: filter.tenantId,
    last_error_code: filter.lastErrorCode,
    expires_within: filter.expiresWithinSeconds?.toString(),
    scopes_missing: filter.lacksScopes === true ? "true" : undefined,
  });

  const apply = (element: HTMLFormElement) => {
    const fields: Record<string, string> = {};
    for (const [name, value] of new FormData(element)) if (typeof value === "string") fields[name] = value;
    applied();
    startTransition(() => router.push(accountsHref(readFilter(fields))));
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    apply(event.currentTarget);
  };
  const choose = ({ currentTarget }: FormEvent<HTMLSelectElement | HTMLInputElement>) => {
    if (currentTarget.form !== null) apply(currentTarget.form);
  };

  return (
    <search>
      <form
        ref={form}
        method="get"
        action="/accounts"
        onSubmit={submit}
        onInput={onInput}
        aria-busy={isPending}
        className="flex flex-col gap-2 py-3"
      >
        <HiddenTab filter={filter} />
        <div className="flex flex-wrap items-center gap-2">
          <div className="relative min-w-56 flex-[2] sm:max-w-96">
            <Search
              size={14}
              aria-hidden
              className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-subtle"
            />
            <input
              type="search"
              name="search"
              defaultValue={filter.search}
              aria-label="Search accounts"
              placeholder="Customer, external account, user or id"
              maxLength={100}
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
            onChange={choose}
            className="control select max-w-full min-w-36 flex-1 truncate sm:max-w-52"
          >
            <option value="">All integrations</option>
            {filter.integrationName !== undefined &&
              !integrations.some(({ name }) => name === filter.integrationName) && (
                <option value={filter.integrationName}>{filter.integrationName}</option>
              )}
            {integrations.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
          <select
            name="sort"
            defaultValue={filter.sort ?? usualSort}
            aria-label="Order"
            onChange={choose}
            className="control select max-w-full min-w-36 flex-1 truncate sm:max-w-44"
          >
            {Object.entries(sortWords).map(([sort, label]) => (
              <option key={sort} value={sort}>
                {label}
              </option>
            ))}
          </select>
          <Button aria-expanded={isOpen} aria-controls="more-filters" onClick={() => setOpen(!isOpen)}>
            <ListFilter size={14} aria-hidden />
            More filters
            {moreCount > 0 && <span className="text-subtle">{moreCount}</span>}
          </Button>
          <Button type="submit" className="sr-only focus-visible:not-sr-only">
            Search
          </Button>
          {isFiltered && (
            <ButtonLink href={accountsHref(tabOf(filter))} variant="ghost">
              <X size={14} aria-hidden />
              Clear
            </ButtonLink>
          )}
        </div>
        <div id="more-filters" hidden={!isOpen} className={isOpen ? "flex flex-wrap items-center gap-2" : ""}>
          <input
            name="tenant_id"
            defaultValue={filter.tenantId}
            aria-label="Tenant id"
            placeholder="Exact tenant id"
            maxLength={200}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="control min-w-40 flex-1 sm:max-w-52"
          />
          <select
            name="last_error_code"
            defaultValue={filter.lastErrorCode ?? ""}
            aria-label="Last error"
            onChange={choose}
            className="control select max-w-full min-w-40 flex-1 truncate sm:max-w-60"
          >
            <option value="">Any last error, or none</option>
            {filter.lastErrorCode !== undefined && !Object.hasOwn(errorWords, filter.lastErrorCode) && (
              <option value={filter.lastErrorCode}>{filter.lastErrorCode}</option>
            )}
            {Object.entries(errorWords).map(([code, label]) => (
              <option key={code} value={code}>
                {label}
              </option>
            ))}
          </select>
          <select
            name="expires_within"
            defaultValue={filter.expiresWithinSeconds ?? ""}
            aria-label="Token ends"
            onChange={choose}
            className="control select max-w-full min-w-40 flex-1 truncate sm:max-w-52"
          >
            <option value="">Token ends whenever</option>
            {filter.expiresWithinSeconds !== undefined && !Object.hasOwn(expiryWords, filter.expiresWithinSeconds) && (
              <option value={filter.expiresWithinSeconds}>Token ends within {filter.expiresWithinSeconds} s</option>
            )}
            {Object.entries(expiryWords).map(([seconds, label]) => (
              <option key={seconds} value={seconds}>
                {Number(seconds) === endedSeconds ? "Token has ended" : `Token ends ${label}`}
              </option>
            ))}
          </select>
          <label className="inline-flex min-h-8 items-center gap-2 text-sm pointer-coarse:min-h-11">
            <input
              type="checkbox"
              name="scopes_missing"
              value="true"
              defaultChecked={filter.lacksScopes === true}
              onChange={choose}
              className="size-4 accent-accent"
            />
            Scopes missing
          </label>
        </div>
      </form>
    </search>
  );
}

/** The tab stays, the page does not. */
function HiddenTab({ filter }: { filter: AccountFilter }): ReactNode {
  return (
    <>
      {filter.status !== undefined && <input type="hidden" name="status" value={filter.status} />}
      {filter.isHeld === true && <input type="hidden" name="hold" value="true" />}
      {filter.isFailing === true && <input type="hidden" name="refresh_failing" value="true" />}
    </>
  );
}

/** What narrows the list besides its tab, to be taken away one by one. */
export function FilterChips({ filter, labels }: { filter: AccountFilter; labels: Map<string, string> }) {
  const chips: { key: keyof AccountFilter; words: string }[] = [];
  const add = (key: keyof AccountFilter, words: string | undefined): void => {
    if (filter[key] !== undefined && words !== undefined) chips.push({ key, words });
  };
  add("search", `“${filter.search}”`);
  add("integrationName", labels.get(filter.integrationName ?? "") ?? filter.integrationName);
  add("tenantId", `Tenant ${filter.tenantId}`);
  add("lastErrorCode", `Last error: ${errorWords[filter.lastErrorCode ?? ""] ?? filter.lastErrorCode}`);
  add("expiresWithinSeconds", filter.expiresWithinSeconds === endedSeconds ? "Token has ended" : "Token ends soon");
  add("lacksScopes", "Scopes missing");
  if (chips.length === 0) return null;
  return (
    <ul aria-label="Filters in force" className="-mt-1 mb-3 flex flex-wrap gap-1.5">
      {chips.map(({ key, words }) => (
        <li key={key}>
          <Link
            href={accountsHref({ ...filter, [key]: undefined, cursor: undefined })}
            prefetch={false}
            aria-label={`Remove the filter ${words}`}
            className="inline-flex h-6 max-w-80 items-center gap-1 rounded-full bg-sunken pr-1.5 pl-2.5 text-xs text-muted hover:text-ink pointer-coarse:h-11"
          >
            <span className="truncate">{words}</span>
            <X size={12} aria-hidden className="shrink-0" />
          </Link>
        </li>
      ))}
    </ul>
  );
}
