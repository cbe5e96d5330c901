import { SearchX } from "lucide-react";
import type { Metadata } from "next";
import { ButtonLink } from "../../../_components/button.tsx";
import { PlainPage } from "../../../_components/plain-page.tsx";

export const metadata: Metadata = { title: "Account not found" };

export default function AccountNotFound() {
  return (
    <PlainPage icon={SearchX} title="There is no such account here" inside>
      <p>It may have been removed, or it belongs to the other environment: switch at the top of the navigation.</p>
      <ButtonLink href="/accounts" variant="primary">
        Show all accounts
      </ButtonLink>
    </PlainPage>
  );
}
