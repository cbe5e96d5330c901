"use client";

import { Dialog } from "@base-ui/react/dialog";
import { Menu as MenuIcon, X } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { SessionView } from "#api/schemas/session";
import { classNames } from "../class-names.ts";
import { usePausedUpdates } from "../live-updates.tsx";
import { Logo } from "../logo.tsx";
import { PaletteIconButton } from "../palette/palette-button.tsx";
import type { Theme } from "../theme.ts";
import { EnvironmentSwitcher } from "./environment-switcher.tsx";
import { Navigation, type Waiting } from "./navigation.tsx";
import { UserMenu } from "./user-menu.tsx";

const iconButton = "grid size-11 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink";

/** The navigation on a phone: a bar, and a drawer behind its button. */
export function MobileBar({ session, theme, waiting }: { session: SessionView; theme: Theme; waiting: Waiting }) {
  const [isOpen, setOpen] = useState(false);
  usePausedUpdates(isOpen);
  return (
    <header
      className={classNames(
        "no-print sticky z-20 flex h-14 items-center justify-between border-b border-line bg-canvas pr-1.5 pl-4 md:hidden",
        session.environment === "production" ? "top-0" : "top-7",
      )}
    >
      <Link href="/" className="flex h-11 items-center gap-2 text-base font-semibold tracking-tight">
        <Logo />
        Evergrant
      </Link>
      <div className="flex">
        <PaletteIconButton className={iconButton} />
        <Dialog.Root open={isOpen} onOpenChange={setOpen}>
          <Dialog.Trigger className={iconButton} aria-label="Open the menu">
            <MenuIcon size={20} aria-hidden />
          </Dialog.Trigger>
          <Dialog.Portal>
            <Dialog.Backdrop className="backdrop z-40" />
            <Dialog.Popup className="fixed inset-y-0 right-0 z-40 flex w-72 max-w-[calc(100vw-48px)] flex-col gap-4 border-l border-line bg-raised p-3 transition-transform duration-150 ease-out outline-none data-ending-style:translate-x-full data-starting-style:translate-x-full">
              <div className="flex items-center justify-between pl-2">
                <Dialog.Title className="text-base font-semibold">Menu</Dialog.Title>
                <Dialog.Close className={iconButton} aria-label="Close the menu">
                  <X size={20} aria-hidden />
                </Dialog.Close>
              </div>
              <EnvironmentSwitcher environment={session.environment} environments={session.environments} />
              <Navigation role={session.user.role} waiting={waiting} onNavigate={() => setOpen(false)} />
              <div className="mt-auto">
                <UserMenu user={session.user} theme={theme} />
              </div>
            </Dialog.Popup>
          </Dialog.Portal>
        </Dialog.Root>
      </div>
    </header>
  );
}
