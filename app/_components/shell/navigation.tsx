"use client";

import {
  Blocks,
  CheckCheck,
  KeyRound,
  LayoutDashboard,
  Link2,
  ScrollText,
  Settings,
  Users,
  Webhook,
  type LucideIcon,
} from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { classNames } from "../class-names.ts";
import { formatCount } from "../figures.ts";
import { isPermitted } from "../permitted.ts";

/** How many of something wait for somebody, by the page that has them. */
export type Waiting = { alarms: number; approvals: number };

type Page = {
  href: string;
  label: string;
  icon: LucideIcon;
  /** Where else one is still at it. */
  also?: string;
  needs?: Parameters<typeof isPermitted>[1];
  waits?: { of: keyof Waiting; says: (count: number) => string };
};

/** In the order in which they are needed: what is wrong, then what was decided, then what is set. */
export const navigation: readonly (readonly Page[])[] = [
  [
    {
      href: "/",
      label: "Overview",
      icon: LayoutDashboard,
      waits: { of: "alarms", says: (count) => `${formatCount(count)} ${count === 1 ? "alarm" : "alarms"}` },
    },
    { href: "/accounts", label: "Accounts", icon: Link2 },
    {
      href: "/integrations",
      label: "Integrations",
      icon: Blocks,
      needs: "integrations:read",
      also: "/new-integration",
    },
    { href: "/webhooks", label: "Webhooks", icon: Webhook, needs: "webhooks:read" },
  ],
  [
    {
      href: "/approvals",
      label: "Approvals",
      icon: CheckCheck,
      needs: "approvals:read",
      waits: { of: "approvals", says: (count) => `${formatCount(count)} waiting` },
    },
    { href: "/audit", label: "Audit log", icon: ScrollText, needs: "audit:read" },
    { href: "/keys", label: "Keys", icon: KeyRound, needs: "keys:read" },
  ],
  [
    { href: "/administrators", label: "Administrators", icon: Users, needs: "users:read" },
    { href: "/settings", label: "Settings", icon: Settings },
  ],
];

type Props = { role: string; waiting: Waiting; onNavigate?: () => void };

export function Navigation({ role, waiting, onNavigate }: Props) {
  const pathname = usePathname();
  const isActive = ({ href, also }: Page) =>
    href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`) || pathname === also;
  return (
    <nav aria-label="Main" className="flex flex-col gap-4">
      {navigation.map((group) => (
        <ul key={group[0]?.href} className="flex flex-col gap-0.5">
          {group
            .filter(({ needs }) => needs === undefined || isPermitted(role, needs))
            .map((page) => {
              const { href, label, icon: Icon, waits } = page;
              const count = waits === undefined ? 0 : waiting[waits.of];
              return (
                <li key={href}>
                  <Link
                    href={href}
                    {...(onNavigate === undefined ? {} : { onClick: onNavigate })}
                    aria-current={isActive(page) ? "page" : undefined}
                    className={classNames(
                      "flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm font-medium pointer-coarse:h-11",
                      isActive(page) ? "bg-accent-soft text-accent" : "text-muted hover:bg-sunken hover:text-ink",
                    )}
                  >
                    <Icon size={16} aria-hidden />
                    <span className="min-w-0 flex-1 truncate">{label}</span>
                    {waits !== undefined && count > 0 && (
                      <span
                        title={waits.says(count)}
                        className="grid h-5 min-w-5 place-items-center rounded-full bg-warn-soft px-1.5 text-xs text-warn"
                      >
                        <span aria-hidden>{count > 99 ? "99+" : count}</span>
                        <span className="sr-only">{waits.says(count)}</span>
                      </span>
                    )}
                  </Link>
                </li>
              );
            })}
        </ul>
      ))}
    </nav>
  );
}
