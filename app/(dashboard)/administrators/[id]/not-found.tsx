import { SearchX } from "lucide-react";
import type { Metadata } from "next";
import { ButtonLink } from "../../../_components/button.tsx";
import { PlainPage } from "../../../_components/plain-page.tsx";

export const metadata: Metadata = { title: "Administrator not found" };

export default function AdministratorNotFound() {
  return (
    <PlainPage icon={SearchX} title="There is no such administrator" inside>
      <p>Who was disabled stays in the list, and in the audit log.</p>
      <ButtonLink href="/administrators" variant="primary">
        Show all administrators
      </ButtonLink>
    </PlainPage>
  );
}
