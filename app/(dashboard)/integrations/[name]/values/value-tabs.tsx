import Link from "next/link";
import { classNames } from "../../../../_components/class-names.ts";
import { formatCount } from "../../../../_components/figures.ts";
import { valueShows, type ValueShow } from "./value-rows.ts";

const words: Record<ValueShow, string> = {
  all: "All",
  overridable: "Can be changed",
  overridden: "Changed here",
};

type Props = { name: string; q: string | undefined; show: ValueShow; counts: Record<ValueShow, number> };

/** What to show of the values, beside the search. */
export function ValueTabs({ name, q, show, counts }: Props) {
  return (
    <nav aria-label="Which values">
      <ul className="flex flex-wrap gap-1">
        {valueShows.map((one) => {
          const query = new URLSearchParams({
            ...(one === "all" ? {} : { show: one }),
            ...(q === undefined ? {} : { q }),
          });
          return (
            <li key={one}>
              <Link
                href={`/integrations/${name}/values${query.size === 0 ? "" : `?${query}`}`}
                prefetch={false}
                scroll={false}
                aria-current={show === one ? "true" : undefined}
                className={classNames(
                  "inline-flex h-8 items-center gap-1.5 rounded-md px-2.5 text-sm font-medium pointer-coarse:h-11",
                  show === one ? "bg-sunken text-ink" : "text-muted hover:bg-sunken hover:text-ink",
                )}
              >
                {words[one]}
                <span className="font-normal text-subtle">{formatCount(counts[one])}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
