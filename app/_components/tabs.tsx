import Link from "next/link";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import { formatCount } from "./figures.ts";
import { ScrollToCurrent } from "./scroll-to-current.tsx";

/** Parts or filters of a page as links in a row, which a phone scrolls sideways. */
export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className="-mx-4 overflow-x-auto border-b border-line px-4 md:mx-0 md:px-0">
      <ul className="flex gap-4">{children}</ul>
      <ScrollToCurrent />
    </nav>
  );
}

type TabProps = {
  href: string;
  isActive: boolean;
  /** `page`: leads to another page; `true`: filters this one. */
  current?: "page" | "true";
  children: ReactNode;
};

export function Tab({ href, isActive, current = "true", children }: TabProps) {
  return (
    <li>
      <Link
        href={href}
        prefetch={false}
        scroll={current === "page"}
        aria-current={isActive ? current : undefined}
        className={classNames(
          "-mb-px flex h-9 items-center gap-1.5 border-b-2 text-sm font-medium whitespace-nowrap -outline-offset-2 pointer-coarse:h-11",
          isActive ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink",
        )}
      >
        {children}
      </Link>
    </li>
  );
}

/** @param isExact false: there are more, and nobody counted on */
export function TabCount({ value, isExact = true }: { value: number | null; isExact?: boolean }) {
  if (value === null) return null;
  return (
    <span className="font-normal text-subtle">
      {formatCount(value)}
      {!isExact && "+"}
    </span>
  );
}
