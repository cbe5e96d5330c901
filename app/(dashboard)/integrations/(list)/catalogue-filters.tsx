"use client";

import { Search, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useTransition, type FormEvent } from "react";
import { useFilledForm } from "../../../_browser/use-filled-form.ts";
import { Button, ButtonLink } from "../../../_components/button.tsx";
import { formatWords } from "../_parts/format-words.ts";
import { catalogueHref, readFilter, type CatalogueFilter } from "./filter.ts";

type Props = { filter: CatalogueFilter; categories: readonly string[]; formats: readonly string[] };

const waitMs = 200;

/** Filters that live in the URL, followed as one types. A plain form behind it works before the script has loaded. */
export function CatalogueFilters({ filter, categories, formats }: Props) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const { form, onInput, applied } = useFilledForm({
    q: filter.q,
    category: filter.category,
    format: filter.format,
  });

  const apply = (element: HTMLFormElement) => {
    clearTimeout(timer.current);
    applied();
    const fields = Object.fromEntries(
      [...new FormData(element)].flatMap(([name, value]) =>
        typeof value === "string" ? [[name, value] as const] : [],
      ),
    );
    startTransition(() => router.replace(catalogueHref(readFilter(fields)), { scroll: false }));
  };
  const soon = (element: HTMLFormElement) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => apply(element), waitMs);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    apply(event.currentTarget);
  };
  const isFiltered = filter.q !== undefined || filter.category !== undefined || filter.format !== undefined;
  return (
    <search>
      <form
        ref={form}
        method="get"
        action="/integrations"
        onSubmit={submit}
        onInput={onInput}
        aria-busy={isPending}
        className="flex flex-wrap items-center gap-2 py-3"
      >
        {filter.show !== "all" && <input type="hidden" name="show" value={filter.show} />}
        <div className="relative min-w-48 flex-1 sm:max-w-72">
          <Search
            size={14}
            aria-hidden
            className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-subtle"
          />
          <input
            name="q"
            type="search"
            defaultValue={filter.q}
            aria-label="Search integrations"
            placeholder="Name, service or category"
            maxLength={100}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => event.currentTarget.form !== null && soon(event.currentTarget.form)}
            className="control w-full pl-8 [&::-webkit-search-cancel-button]:hidden"
          />
        </div>
        <Choice
          name="category"
          label="Category"
          all="All categories"
          value={filter.category}
          options={categories.map((one) => [one, one])}
          apply={apply}
        />
        <Choice
          name="format"
          label="Credentials"
          all="All credentials"
          value={filter.format}
          options={formats.map((one) => [one, formatWords(one)])}
          apply={apply}
        />
        <noscript>
          <Button type="submit">Filter</Button>
        </noscript>
        {isFiltered && (
          <ButtonLink href={catalogueHref({ show: filter.show })} variant="ghost">
            <X size={14} aria-hidden />
            Clear
          </ButtonLink>
        )}
      </form>
    </search>
  );
}

type ChoiceProps = {
  name: string;
  label: string;
  all: string;
  value: string | undefined;
  options: (readonly [value: string, words: string])[];
  apply: (form: HTMLFormElement) => void;
};

function Choice({ name, label, all, value, options, apply }: ChoiceProps) {
  return (
    <select
      name={name}
      defaultValue={value ?? ""}
      aria-label={label}
      onChange={(event) => event.currentTarget.form !== null && apply(event.currentTarget.form)}
      className="control select max-w-full min-w-36 flex-1 truncate sm:max-w-52"
    >
      <option value="">{all}</option>
      {value !== undefined && !options.some(([one]) => one === value) && <option value={value}>{value}</option>}
      {options.map(([one, words]) => (
        <option key={one} value={one}>
          {words}
        </option>
      ))}
    </select>
  );
}
