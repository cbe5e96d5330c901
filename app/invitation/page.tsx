import type { Metadata } from "next";
import { Logo } from "../_components/logo.tsx";
import { AcceptInvitation } from "./accept-invitation.tsx";

export const metadata: Metadata = { title: "Invitation", referrer: "no-referrer", robots: { index: false } };

/** What the link of an invitation opens. Its secret stands behind `#`, where neither this process nor a log sees it. */
export default function InvitationPage() {
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-[400px]">
        <div className="mb-6 flex flex-col items-center gap-3 text-center">
          <Logo size={36} />
          <h1 className="text-xl font-semibold tracking-tight">Invitation to Evergrant</h1>
        </div>
        <AcceptInvitation />
      </div>
    </main>
  );
}
