import { SearchX } from "lucide-react";
import type { Metadata } from "next";
import { ButtonLink } from "../../../_components/button.tsx";
import { PlainPage } from "../../../_components/plain-page.tsx";

export const metadata: Metadata = { title: "Endpoint not found" };

export default function EndpointNotFound() {
  return (
    <PlainPage icon={SearchX} title="There is no such endpoint here" inside>
      <p>It may have been deleted, or it belongs to the other environment: switch at the top of the navigation.</p>
      <ButtonLink href="/webhooks" variant="primary">
        Show all endpoints
      </ButtonLink>
    </PlainPage>
  );
}
