import type { SessionView } from "#api/schemas/session";
import {
  Activity,
  BellRing,
  BookOpen,
  Footprints,
  History,
  Keyboard,
  KeySquare,
  LogOut,
  Monitor,
  Moon,
  Palette,
  Plus,
  Server,
  Sun,
  UserRound,
} from "lucide-react";
import { isPermitted } from "../permitted.ts";
import { environmentLabel } from "../shell/environment.ts";
import { navigation } from "../shell/navigation.tsx";
import type { Theme } from "../theme.ts";
import type { Command, CommandGroup } from "./command.ts";
import { keysTo } from "./shortcuts.ts";

type Permission = Parameters<typeof isPermitted>[1];

/** Pages that stand in no list of the navigation, and things to begin. */
const others: readonly (Omit<Command, "id" | "does"> & { href: string; needs?: Permission })[] = [
  { href: "/webhooks/events", title: "Events", keywords: "webhooks log", icon: Activity, needs: "webhooks:read" },
  { href: "/settings/branding", title: "Branding", keywords: "logo colour settings connect page", icon: Palette },
  { href: "/settings/api-keys", title: "API keys", keywords: "settings tokens", icon: KeySquare, needs: "audit:read" },
  {
    href: "/settings/alarms",
    title: "Alarms",
    keywords: "settings anomalies rules",
    icon: BellRing,
    needs: "audit:read",
  },
  { href: "/settings/environments", title: "All environments", keywords: "settings", icon: Server },
  { href: "/approvals?state=over", title: "Approvals that are over", icon: History, needs: "approvals:read" },
  { href: "/first-steps", title: "First steps", keywords: "guide start help", icon: Footprints },
  { href: "/you", title: "Your sessions and password", keywords: "account profile", icon: UserRound },
];
const beginnings: typeof others = [
  { href: "/settings/api-keys/new", title: "Make an API key", keywords: "create", icon: Plus, needs: "settings:write" },
  { href: "/webhooks/new", title: "Add a webhook endpoint", keywords: "create", icon: Plus, needs: "webhooks:write" },
];

const themes: readonly { theme: Theme; title: string; icon: Command["icon"] }[] = [
  { theme: "light", title: "Light theme", icon: Sun },
  { theme: "dark", title: "Dark theme", icon: Moon },
  { theme: "system", title: "Theme like the system", icon: Monitor },
];

/** What is always there: pages by role, environments, themes. */
export function staticCommands(session: SessionView): CommandGroup[] {
  const { role } = session.user;
  const may = ({ needs }: { needs?: Permission }) => needs === undefined || isPermitted(role, needs);
  const go = ({ href, title, icon, keywords }: (typeof others)[number]): Command => {
    const keys = keysTo(href);
    return {
      title,
      icon,
      ...(keywords === undefined ? {} : { keywords }),
      id: href,
      does: { kind: "go", href },
      ...(keys === null ? {} : { keys }),
    };
  };
  const pages = navigation.flat().map(({ href, label, icon, needs }) => ({
    href,
    title: label,
    icon,
    ...(needs === undefined ? {} : { needs }),
  }));
  return [
    { value: "Go to", items: [...pages, ...others].filter(may).map(go) },
    { value: "Begin", items: beginnings.filter(may).map(go) },
    {
      value: "Environment",
      items: session.environments
        .filter((name) => name !== session.environment)
        .map((name) => ({
          id: `environment ${name}`,
          title: `Look at ${environmentLabel(name)}`,
          keywords: "switch environment",
          icon: Server,
          does: { kind: "environment", name },
        })),
    },
    {
      value: "Preferences",
      items: [
        ...themes.map(({ theme, title, icon }): Command => ({
          id: `theme ${theme}`,
          title,
          keywords: "appearance mode",
          icon,
          does: { kind: "theme", theme },
        })),
        {
          id: "shortcuts",
          title: "Keyboard shortcuts",
          keywords: "help keys",
          icon: Keyboard,
          keys: "?",
          does: { kind: "shortcuts" },
        },
        {
          id: "reference",
          title: "API reference",
          keywords: "documentation",
          icon: BookOpen,
          does: { kind: "go", href: "/api/v1/reference" },
        },
        { id: "sign-out", title: "Sign out", keywords: "log out leave", icon: LogOut, does: { kind: "sign_out" } },
      ],
    },
  ];
}
