import type { Metadata } from "next";
import { Logo } from "../_components/logo.tsx";
import { readWhoIsSignedIn } from "../_queries/session.ts";
import { AcceptInvitation } from "./accept-invitation.tsx";

export const metadata: Metadata = { title: "Invitation", referrer: "no-referrer", robots: { index: false } };

/** What the link of an invitation opens. Its secret stands behind `#`, where neither this process nor a log sees it. */
export default async function InvitationPage() {
  const signedIn = await readWhoIsSignedIn();
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-[400px]">
        <div className="mb-6 flex flex-col items-center gap-3 text-center">
          <Logo size={36} />
          <h1 className="text-xl font-semibold tracking-tight">Invitation to Evergrant</h1>
        </div>
        <AcceptInvitation signedInAs={signedIn?.user.email ?? null} />
        <noscript>
          <p className="mt-4 text-center text-sm text-bad">
            Accepting an invitation needs JavaScript, which is off in this browser.
          </p>
        </noscript>
      </div>
    </main>
  );
}
