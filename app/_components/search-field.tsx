"use client";

import { Search } from "lucide-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useEffect, useRef, useTransition } from "react";

type Props = { label: string; placeholder: string; value: string };

const waitMs = 200;

/** A search that stands in the URL as `q` and is followed as one types; a plain form where no script runs. */
export function SearchField({ label, placeholder, value }: Props) {
  const router = useRouter();
  const pathname = usePathname();
  const params = useSearchParams();
  const [isPending, startTransition] = useTransition();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const follow = (q: string) => {
    const next = new URLSearchParams(params);
    if (q.trim() === "") next.delete("q");
    else next.set("q", q.trim());
    startTransition(() => router.replace(next.size === 0 ? pathname : `${pathname}?${next}`, { scroll: false }));
  };
  return (
    <search className="min-w-48 flex-1 sm:max-w-80">
      <form
        method="get"
        action={pathname}
        aria-busy={isPending}
        onSubmit={(event) => {
          event.preventDefault();
          clearTimeout(timer.current);
          const q = new FormData(event.currentTarget).get("q");
          follow(typeof q === "string" ? q : "");
        }}
      >
        {[...params].map(([name, one]) => name !== "q" && <input key={name} type="hidden" name={name} value={one} />)}
        <div className="relative">
          <Search
            size={14}
            aria-hidden
            className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-subtle"
          />
          <input
            name="q"
            type="search"
            defaultValue={value}
            aria-label={label}
            placeholder={placeholder}
            maxLength={100}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => {
              const q = event.currentTarget.value;
              clearTimeout(timer.current);
              timer.current = setTimeout(() => follow(q), waitMs);
            }}
            className="control w-full pl-8 [&::-webkit-search-cancel-button]:hidden"
          />
        </div>
      </form>
    </search>
  );
}
