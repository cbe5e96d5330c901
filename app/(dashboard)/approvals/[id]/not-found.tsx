import { SearchX } from "lucide-react";
import type { Metadata } from "next";
import { ButtonLink } from "../../../_components/button.tsx";
import { PlainPage } from "../../../_components/plain-page.tsx";

export const metadata: Metadata = { title: "Request not found" };

export default function ApprovalNotFound() {
  return (
    <PlainPage icon={SearchX} title="There is no such request here" inside>
      <p>It may belong to the other environment: switch at the top of the navigation.</p>
      <ButtonLink href="/approvals" variant="primary">
        Show all requests
      </ButtonLink>
    </PlainPage>
  );
}
