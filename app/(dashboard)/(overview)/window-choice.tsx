import Link from "next/link";
import { classNames } from "../../_components/class-names.ts";
import { windowHref, windows, type Window } from "./window.ts";

/** How far the overview looks back. */
export function WindowChoice({ chosen }: { chosen: Window }) {
  return (
    <nav aria-label="Time" className="no-print">
      <ul className="flex rounded-md border border-line-strong bg-surface p-0.5">
        {(Object.keys(windows) as Window[]).map((window) => (
          <li key={window}>
            <Link
              href={windowHref(window)}
              prefetch={false}
              scroll={false}
              aria-current={window === chosen ? "true" : undefined}
              className={classNames(
                "flex h-6.5 items-center rounded-[6px] px-2.5 text-sm font-medium whitespace-nowrap pointer-coarse:h-10 pointer-coarse:px-3",
                window === chosen ? "bg-sunken text-ink" : "text-muted hover:text-ink",
              )}
            >
              {windows[window].label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
