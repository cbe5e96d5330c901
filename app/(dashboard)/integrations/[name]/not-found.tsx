import { SearchX } from "lucide-react";
import type { Metadata } from "next";
import { ButtonLink } from "../../../_components/button.tsx";
import { PlainPage } from "../../../_components/plain-page.tsx";

export const metadata: Metadata = { title: "Integration not found" };

export default function IntegrationNotFound() {
  return (
    <PlainPage icon={SearchX} title="There is no such integration here" inside>
      <p>
        Its definition may have been deleted, or it belongs to the other environment: switch at the top of the
        navigation.
      </p>
      <ButtonLink href="/integrations" variant="primary">
        Show all integrations
      </ButtonLink>
    </PlainPage>
  );
}
