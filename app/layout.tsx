import { CSPProvider } from "@base-ui/react/csp-provider";
import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { Clock } from "./_components/clock.tsx";
import { readTheme, themeCookie } from "./_components/theme.ts";
import { readPageLanguage } from "./connect/words/read-words.ts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Evergrant", template: "%s · Evergrant" },
  robots: { index: false, follow: false },
};
export const viewport: Viewport = { width: "device-width", initialScale: 1, colorScheme: "light dark" };

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Reading the request keeps every page from being prerendered: a prerendered page has no nonce, and its scripts are blocked.
  await headers();
  const language = await readPageLanguage();
  const theme = readTheme((await cookies()).get(themeCookie)?.value);
  return (
    <html lang={language} data-theme={theme} className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body>
        <CSPProvider disableStyleElements>
          <Clock startsAt={Date.now()}>
            <div className="page-root">{children}</div>
          </Clock>
        </CSPProvider>
      </body>
    </html>
  );
}
