import { headers } from "next/headers";
import type { ReactNode } from "react";
import { tripWindow } from "../embed/opener-window.ts";
import { WatchFrame } from "../embed/watch-frame.tsx";

/** Around the card of a link that a page of the product embeds. */
export default async function ConnectLinkLayout({ children }: { children: ReactNode }) {
  const given = await headers();
  const [mode, origin] = [given.get("x-evergrant-embed"), given.get("x-evergrant-opener")];
  if ((mode !== "popup" && mode !== "frame") || origin === null) return children;
  return (
    <>
      <script
        nonce={given.get("x-nonce") ?? undefined}
        suppressHydrationWarning
        dangerouslySetInnerHTML={{ __html: announce(mode, origin) }}
      />
      {/* Cookies of ours do not reach a frame, and a provider's page must not stand in one: whatever leads on opens a window. */}
      {mode === "frame" && <base target={tripWindow} />}
      {mode === "frame" ? <WatchFrame origin={origin}>{children}</WatchFrame> : children}
    </>
  );
}

/**
 * Tells the page of the product that the card is here. At once and not when the page has come to life: from then on the product
 * believes a window that it sees closed. Only a page of another origin can't be looked into: ours, around it, are not told.
 */
function announce(mode: "popup" | "frame", origin: string): string {
  const words = JSON.stringify([{ type: "evergrant:opened" }, origin]).replaceAll("<", "\\u003c");
  return `{const to=${mode === "frame" ? "parent" : "opener"};try{to.location.origin}catch{to?.postMessage(...${words})}}`;
}
