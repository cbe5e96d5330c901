import { CircleCheck } from "lucide-react";
import type { Metadata } from "next";
import { PlainPage } from "../../_components/plain-page.tsx";
import { CloseWindow } from "./close-window.tsx";

export const metadata: Metadata = { title: "Confirmed" };

/** Where the window ends in which somebody confirmed through single sign-on. */
export default function ConfirmedPage() {
  return (
    <PlainPage icon={CircleCheck} title="Confirmed">
      <p>You can close this window and go on in the other one.</p>
      <CloseWindow />
    </PlainPage>
  );
}
