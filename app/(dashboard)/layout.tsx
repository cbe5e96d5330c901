import type { ReactNode } from "react";
import { LiveUpdates } from "../_components/live-updates.tsx";
import { PaletteRoot } from "../_components/palette/palette-root.tsx";
import { shortcutsCookie } from "../_components/palette/shortcuts-preference.ts";
import { ProblemState } from "../_components/problem-state.tsx";
import { EnvironmentStrip } from "../_components/shell/environment-strip.tsx";
import { OtherEnvironment } from "../_components/shell/other-environment.tsx";
import { MobileBar } from "../_components/shell/mobile-bar.tsx";
import { Sidebar } from "../_components/shell/sidebar.tsx";
import { StepUpDialog } from "../_components/step-up/step-up-dialog.tsx";
import { readTheme, themeCookie } from "../_components/theme.ts";
import { readSession } from "../_queries/session.ts";
import { readWaiting } from "../_queries/waiting.ts";
import { cookies } from "next/headers";

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const session = await readSession();
  if (session.kind === "problem") {
    return (
      <LiveUpdates>
        <main className="mx-auto max-w-2xl px-4 py-20">
          <h1 className="sr-only">Evergrant</h1>
          <ProblemState problem={session.problem} />
        </main>
      </LiveUpdates>
    );
  }
  const [jar, waiting] = await Promise.all([cookies(), readWaiting(session.value.user.role)]);
  const theme = readTheme(jar.get(themeCookie)?.value);
  return (
    <LiveUpdates>
      <PaletteRoot session={session.value} hasShortcuts={jar.get(shortcutsCookie)?.value !== "off"}>
        <a
          href="#main"
          className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-raised px-3 py-2 text-sm font-medium focus:translate-y-0 focus:shadow-float"
        >
          Skip to content
        </a>
        <OtherEnvironment environment={session.value.environment} environments={session.value.environments} />
        <EnvironmentStrip environment={session.value.environment} />
        <div className="md:grid md:grid-cols-[232px_minmax(0,1fr)]">
          <Sidebar session={session.value} theme={theme} waiting={waiting} />
          <MobileBar session={session.value} theme={theme} waiting={waiting} />
          <main
            id="main"
            data-environment={session.value.environment}
            tabIndex={-1}
            className="mx-auto w-full max-w-[1200px] p-4 outline-none md:px-6 md:pt-6 md:pb-12"
          >
            {children}
          </main>
        </div>
        <StepUpDialog email={session.value.user.email} confirmWith={session.value.confirm_with} />
      </PaletteRoot>
    </LiveUpdates>
  );
}
