import { KeyRound } from "lucide-react";
import type { Metadata } from "next";
import { ButtonLink } from "../../../../_components/button.tsx";
import { PlainPage } from "../../../../_components/plain-page.tsx";

export const metadata: Metadata = { title: "API key not found" };

export default function ApiKeyNotFound() {
  return (
    <PlainPage icon={KeyRound} title="There is no such API key here" inside>
      <p>It may be one of another environment.</p>
      <ButtonLink href="/settings/api-keys">Show the keys of this one</ButtonLink>
    </PlainPage>
  );
}
