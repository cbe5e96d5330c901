import Link from "next/link";
import type { SessionView } from "#api/schemas/session";
import { classNames } from "../class-names.ts";
import { Logo } from "../logo.tsx";
import { PaletteButton } from "../palette/palette-button.tsx";
import type { Theme } from "../theme.ts";
import { EnvironmentSwitcher } from "./environment-switcher.tsx";
import { Navigation, type Waiting } from "./navigation.tsx";
import { UserMenu } from "./user-menu.tsx";

/** The navigation on a desk. */
export function Sidebar({ session, theme, waiting }: { session: SessionView; theme: Theme; waiting: Waiting }) {
  const isStriped = session.environment !== "production";
  return (
    <aside
      aria-label="Navigation"
      className={classNames(
        "no-print sticky hidden flex-col gap-4 border-r border-line bg-canvas px-3 py-4 md:flex",
        isStriped ? "top-7 h-[calc(100dvh-28px)]" : "top-0 h-dvh",
      )}
    >
      <Link href="/" className="flex h-8 items-center gap-2 rounded-md px-2 text-base font-semibold tracking-tight">
        <Logo />
        Evergrant
      </Link>
      <EnvironmentSwitcher environment={session.environment} environments={session.environments} />
      <PaletteButton />
      <Navigation role={session.user.role} waiting={waiting} />
      <div className="mt-auto">
        <UserMenu user={session.user} theme={theme} />
      </div>
    </aside>
  );
}
