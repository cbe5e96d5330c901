import { headers } from "next/headers";
import type { ReactNode } from "react";
import { pageScript } from "./page-script.ts";

/** web takes Next's own scripts out of these pages (web/leave-out-scripts.ts); what is marked as ours stays. */
export default async function ConnectLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  return (
    <>
      {children}
      <script nonce={nonce} data-own="" dangerouslySetInnerHTML={{ __html: `(${pageScript.toString()})()` }} />
    </>
  );
}
