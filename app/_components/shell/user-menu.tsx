"use client";

import { Menu } from "@base-ui/react/menu";
import { BookOpen, Check, ChevronsUpDown, Footprints, LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { SessionView } from "#api/schemas/session";
import { setPreference } from "../../_browser/cookie.ts";
import { signOut } from "../../_browser/sign-out.ts";
import { classNames } from "../class-names.ts";
import { themeCookie, themes, type Theme } from "../theme.ts";
import { menuItem, menuLabel, menuPopup } from "./menu-classes.ts";

const themeWords: Record<Theme, { label: string; icon: typeof Sun }> = {
  system: { label: "Like the system", icon: Monitor },
  light: { label: "Light", icon: Sun },
  dark: { label: "Dark", icon: Moon },
};

export function UserMenu({ user, theme: initialTheme }: { user: SessionView["user"]; theme: Theme }) {
  const router = useRouter();
  const [theme, setTheme] = useState(initialTheme);

  const chooseTheme = (chosen: Theme) => {
    setTheme(chosen);
    setPreference(themeCookie, chosen);
    document.documentElement.dataset.theme = chosen;
    router.refresh();
  };

  return (
    <Menu.Root>
      <Menu.Trigger className="flex h-11 w-full items-center gap-2.5 rounded-md px-2 text-left hover:bg-sunken data-popup-open:bg-sunken">
        <span
          aria-hidden
          className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent"
        >
          {initialsOf(user.name === "" ? user.email : user.name)}
        </span>
        <span className="min-w-0 flex-1">
          <span className="sr-only">Your account: </span>
          <span className="block truncate text-sm leading-4 font-medium">
            {user.name === "" ? user.email : user.name}
          </span>
          <span className="block truncate text-xs text-subtle">{user.role}</span>
        </span>
        <ChevronsUpDown size={14} aria-hidden className="shrink-0 text-subtle" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner positionMethod="fixed" side="top" align="start" sideOffset={4} className="z-50 outline-none">
          <Menu.Popup className={classNames(menuPopup, "w-[232px]")}>
            <p className="truncate px-2 py-1.5 text-xs text-muted" title={user.email}>
              {user.email}
            </p>
            <Menu.Separator className="mx-1 my-1 h-px bg-line" />
            <Menu.Group>
              <Menu.GroupLabel className={menuLabel}>Theme</Menu.GroupLabel>
              <Menu.RadioGroup value={theme} onValueChange={(value: Theme) => chooseTheme(value)}>
                {themes.map((name) => {
                  const { label, icon: Icon } = themeWords[name];
                  return (
                    <Menu.RadioItem key={name} value={name} className={menuItem}>
                      <Icon size={14} aria-hidden className="text-muted" />
                      <span className="flex-1">{label}</span>
                      <Menu.RadioItemIndicator>
                        <Check size={14} aria-hidden className="text-accent" />
                      </Menu.RadioItemIndicator>
                    </Menu.RadioItem>
                  );
                })}
              </Menu.RadioGroup>
            </Menu.Group>
            <Menu.Separator className="mx-1 my-1 h-px bg-line" />
            <Menu.LinkItem className={menuItem} href="/you">
              <UserRound size={14} aria-hidden className="text-muted" />
              Your sessions and password
            </Menu.LinkItem>
            <Menu.LinkItem className={menuItem} href="/first-steps">
              <Footprints size={14} aria-hidden className="text-muted" />
              First steps
            </Menu.LinkItem>
            <Menu.LinkItem className={menuItem} href="/api/v1/reference">
              <BookOpen size={14} aria-hidden className="text-muted" />
              API reference
            </Menu.LinkItem>
            <Menu.Item className={menuItem} onClick={() => void signOut()}>
              <LogOut size={14} aria-hidden className="text-muted" />
              Sign out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function initialsOf(name: string): string {
  const words = name.split(/[\s@._-]+/).filter((word) => word !== "");
  return words
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");
}
