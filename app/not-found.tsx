import { Compass } from "lucide-react";
import type { Metadata } from "next";
import { ButtonLink } from "./_components/button.tsx";
import { PlainPage } from "./_components/plain-page.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <PlainPage icon={Compass} title="There is nothing at this address">
      <p>The link may be old or incomplete, or what it led to belongs to the other environment.</p>
      <ButtonLink href="/" variant="primary">
        Go to the overview
      </ButtonLink>
    </PlainPage>
  );
}
