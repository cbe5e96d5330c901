import { SearchX } from "lucide-react";
import type { Metadata } from "next";
import { ButtonLink } from "../../../../_components/button.tsx";
import { PlainPage } from "../../../../_components/plain-page.tsx";

export const metadata: Metadata = { title: "Event not found" };

export default function EventNotFound() {
  return (
    <PlainPage icon={SearchX} title="There is no such event here" inside>
      <p>
        Events are kept for 30 days. It may also belong to the other environment: switch at the top of the navigation.
      </p>
      <ButtonLink href="/webhooks/events" variant="primary">
        Show all events
      </ButtonLink>
    </PlainPage>
  );
}
