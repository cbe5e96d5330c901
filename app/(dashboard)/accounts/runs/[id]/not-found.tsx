import { SearchX } from "lucide-react";
import type { Metadata } from "next";
import { ButtonLink } from "../../../../_components/button.tsx";
import { PlainPage } from "../../../../_components/plain-page.tsx";

export const metadata: Metadata = { title: "Bulk run not found" };

export default function RunNotFound() {
  return (
    <PlainPage icon={SearchX} title="There is no such run here" inside>
      <p>It may be older than 90 days, or it belongs to the other environment: switch at the top of the navigation.</p>
      <ButtonLink href="/accounts/runs" variant="primary">
        Show all bulk runs
      </ButtonLink>
    </PlainPage>
  );
}
