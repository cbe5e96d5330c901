"use client";

import { LayoutDashboard, Link2, type LucideIcon } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { classNames } from "../class-names.ts";

const pages: { href: string; label: string; icon: LucideIcon }[] = [
  { href: "/", label: "Overview", icon: LayoutDashboard },
  { href: "/accounts", label: "Accounts", icon: Link2 },
];

export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const pathname = usePathname();
  return (
    <nav aria-label="Main">
      <ul className="flex flex-col gap-0.5">
        {pages.map(({ href, label, icon: Icon }) => {
          const isActive = href === "/" ? pathname === "/" : pathname.startsWith(href);
          return (
            <li key={href}>
              <Link
                href={href}
                {...(onNavigate === undefined ? {} : { onClick: onNavigate })}
                aria-current={isActive ? "page" : undefined}
                className={classNames(
                  "flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm font-medium pointer-coarse:h-11",
                  isActive ? "bg-accent-soft text-accent" : "text-muted hover:bg-sunken hover:text-ink",
                )}
              >
                <Icon size={16} aria-hidden />
                {label}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
