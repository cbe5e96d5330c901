import Link from "next/link";
import { Monogram } from "../../../_components/monogram.tsx";
import type { CatalogueEntry } from "../../../_queries/catalogue.ts";
import { formatWords } from "../_parts/format-words.ts";

/** What the catalogue has besides: one small card each. */
export function CatalogueCards({ entries }: { entries: readonly CatalogueEntry[] }) {
  return (
    <ul className="grid grid-cols-1 gap-2 min-[480px]:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4">
      {entries.map(({ name, label, category, format }) => (
        <li key={name} className="card relative flex min-w-0 items-center gap-3 px-3 py-2.5 hover:bg-sunken">
          <Monogram name={label} size="medium" />
          <span className="min-w-0 text-sm">
            <Link
              href={`/integrations/${encodeURIComponent(name)}`}
              prefetch={false}
              className="block truncate font-medium focus-visible:outline-none after:absolute after:inset-0 after:rounded-lg focus-visible:after:outline-2 focus-visible:after:outline-offset-2 focus-visible:after:outline-accent"
            >
              {label}
            </Link>
            <span className="block truncate text-xs text-subtle">
              {[category, formatWords(format)].filter((part) => part !== null).join(" · ")}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
