"use client";

import {
  Blocks,
  CheckCheck,
  KeyRound,
  LayoutDashboard,
  Link2,
  ScrollText,
  Users,
  Webhook,
  type LucideIcon,
} from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { classNames } from "../class-names.ts";
import { isPermitted } from "../permitted.ts";

/** `also`: where else one is still at it. */
type Page = { href: string; label: string; icon: LucideIcon; also?: string; needs?: Parameters<typeof isPermitted>[1] };

const pages: Page[] = [
  { href: "/", label: "Overview", icon: LayoutDashboard },
  { href: "/accounts", label: "Accounts", icon: Link2 },
  {
    href: "/integrations",
    label: "Integrations",
    icon: Blocks,
    needs: "integrations:read",
    also: "/new-integration",
  },
  { href: "/webhooks", label: "Webhooks", icon: Webhook, needs: "webhooks:read" },
  { href: "/keys", label: "Keys", icon: KeyRound, needs: "keys:read" },
  { href: "/approvals", label: "Approvals", icon: CheckCheck, needs: "approvals:read" },
  { href: "/audit", label: "Audit log", icon: ScrollText, needs: "audit:read" },
  { href: "/administrators", label: "Administrators", icon: Users, needs: "users:read" },
];

export function Navigation({ role, onNavigate }: { role: string; onNavigate?: () => void }) {
  const pathname = usePathname();
  const permitted = pages.filter(({ needs }) => needs === undefined || isPermitted(role, needs));
  return (
    <nav aria-label="Main">
      <ul className="flex flex-col gap-0.5">
        {permitted.map(({ href, label, icon: Icon, also }) => {
          const isActive = href === "/" ? pathname === "/" : pathname.startsWith(href) || pathname === also;
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
