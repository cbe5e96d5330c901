import { headers } from "next/headers";
import type { ReactNode } from "react";
import { linkScript } from "../embed/link-script.ts";
import { openedScript } from "../embed/opened-script.ts";
import { OwnScript } from "../own-script.tsx";

const tripWindow = "evergrant-connect";

/** Around the card of a link that a page of the product embeds. */
export default async function ConnectLinkLayout({ children }: { children: ReactNode }) {
  const given = await headers();
  const [mode, origin] = [given.get("x-evergrant-embed"), given.get("x-evergrant-opener")];
  if ((mode !== "popup" && mode !== "frame") || origin === null) return children;
  const opened = <OwnScript run={openedScript} given={[mode, origin]} />;
  const script = <OwnScript run={linkScript} given={[mode, origin, tripWindow]} />;
  if (mode === "popup") {
    return (
      <>
        {opened}
        {children}
        {script}
      </>
    );
  }
  return (
    <>
      {/* Cookies of ours do not reach a frame, and a provider's page must not stand in one: whatever leads on opens a window. */}
      <base target={tripWindow} />
      {opened}
      {/* As high as its content: as high as the frame, it would make the frame higher and itself with it. */}
      <div data-frame="" className="[&>main]:min-h-0">
        {children}
      </div>
      {script}
    </>
  );
}
