"use client";

import { usePathname, useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import type { SessionView } from "#api/schemas/session";
import { setPreference } from "../../_browser/cookie.ts";
import { signOut } from "../../_browser/sign-out.ts";
import { assertNever } from "../assert-never.ts";
import { usePausedUpdates } from "../live-updates.tsx";
import { isPermitted } from "../permitted.ts";
import { environmentCookie } from "../shell/environment.ts";
import { listAfterSwitch } from "../shell/environment-switcher.tsx";
import { navigation } from "../shell/navigation.tsx";
import { themeCookie } from "../theme.ts";
import type { Deed } from "./command.ts";
import { forgetIntegrations } from "./find-things.ts";
import { OpenPalette } from "./palette-context.ts";
import { Palette } from "./palette.tsx";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";
import { shortcutsCookie } from "./shortcuts-preference.ts";
import { createListener } from "./shortcuts.ts";

type Props = { session: SessionView; hasShortcuts: boolean; children: ReactNode };

/** Hears the keys of the dashboard, and has the palette and the list of shortcuts. */
export function PaletteRoot({ session, hasShortcuts, children }: Props) {
  const router = useRouter();
  const pathname = usePathname();
  const [shown, setShown] = useState<"nothing" | "palette" | "shortcuts">("nothing");
  const [isOn, setOn] = useState(hasShortcuts);
  const hear = useRef(createListener());
  const openPalette = useCallback(() => setShown("palette"), []);
  usePausedUpdates(shown !== "nothing");
  useEffect(forgetIntegrations, [session.environment]);

  const mayOpen = useCallback(
    (href: string): boolean => {
      const page = navigation.flat().find((one) => one.href === href);
      if (page === undefined) return href === "/webhooks/events";
      return page.needs === undefined || isPermitted(session.user.role, page.needs);
    },
    [session.user.role],
  );

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || event.isComposing) return;
      const heard = hear.current(event, event.timeStamp, isOn && !isBusy(event.target));
      if (heard === null) return;
      switch (heard.kind) {
        case "palette":
          // Over a dialog that asks something, another one would hide what it asked.
          if (hasDialog() && shown !== "palette") return;
          event.preventDefault();
          setShown(shown === "palette" ? "nothing" : "palette");
          return;
        case "list":
          event.preventDefault();
          setShown("shortcuts");
          return;
        case "go":
          if (!mayOpen(heard.href)) return;
          event.preventDefault();
          router.push(heard.href);
          return;
        default:
          assertNever(heard);
      }
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [isOn, mayOpen, router, shown]);

  const perform = (deed: Deed) => {
    switch (deed.kind) {
      case "go":
        // What api serves itself is no page of ours.
        if (deed.href.startsWith("/api/")) location.assign(deed.href);
        else router.push(deed.href);
        return;
      case "theme":
        setPreference(themeCookie, deed.theme);
        document.documentElement.dataset.theme = deed.theme;
        router.refresh();
        return;
      case "environment":
        setPreference(environmentCookie, deed.name);
        router.replace(listAfterSwitch(pathname));
        router.refresh();
        return;
      case "shortcuts":
        setShown("shortcuts");
        return;
      case "sign_out":
        void signOut();
        return;
      case "press":
        // A page that was read again meanwhile has another button, or none.
        if (deed.element.isConnected) deed.element.click();
        return;
      default:
        assertNever(deed);
    }
  };

  return (
    <OpenPalette value={openPalette}>
      {children}
      <Palette
        session={session}
        isOpen={shown === "palette"}
        onOpenChange={(open) => setShown(open ? "palette" : "nothing")}
        perform={perform}
      />
      <ShortcutsDialog
        isOpen={shown === "shortcuts"}
        onOpenChange={(open) => setShown(open ? "shortcuts" : "nothing")}
        mayOpen={mayOpen}
        isOn={isOn}
        onTurn={(on) => {
          setOn(on);
          setPreference(shortcutsCookie, on ? "on" : "off");
        }}
      />
    </OpenPalette>
  );
}

/** While somebody types, or is in a menu or a dialog, a key is theirs. */
function isBusy(target: EventTarget | null): boolean {
  const element = target instanceof Element ? target : null;
  const own = "input, textarea, select, [contenteditable=''], [contenteditable=true], [role=menu], [role=listbox]";
  return element?.closest(own) != null || hasDialog();
}

/** One that is about to go is none any more. */
function hasDialog(): boolean {
  return document.querySelector(":is([role=dialog], [role=alertdialog]):not([data-closed])") !== null;
}
