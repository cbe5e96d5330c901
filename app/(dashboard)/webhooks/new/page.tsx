import type { Metadata } from "next";
import { CircleSlash } from "lucide-react";
import { Breadcrumb } from "../../../_components/breadcrumb.tsx";
import { ButtonLink } from "../../../_components/button.tsx";
import { isPermitted } from "../../../_components/permitted.ts";
import { PlainPage } from "../../../_components/plain-page.tsx";
import { readRole } from "../../../_queries/session.ts";
import { readLanguage } from "../_parts/snippets.ts";
import { Verification } from "../_parts/verification.tsx";
import { NewEndpoint } from "./new-endpoint.tsx";

export const metadata: Metadata = { title: "Add endpoint" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function NewEndpointPage({ searchParams }: Props) {
  const [role, query] = await Promise.all([readRole(), searchParams]);
  if (!isPermitted(role, "webhooks:write")) {
    return (
      <PlainPage icon={CircleSlash} title="Your role may not add endpoints" inside>
        <p>An owner or an operator of this installation can.</p>
        <ButtonLink href="/webhooks">Show the endpoints</ButtonLink>
      </PlainPage>
    );
  }
  const language = readLanguage(typeof query.lang === "string" ? query.lang : undefined);
  return (
    <div className="mx-auto max-w-3xl">
      <Breadcrumb steps={[{ href: "/webhooks", label: "Webhooks" }]} />
      <NewEndpoint>
        <Verification language={language} hrefOf={(one) => `/webhooks/new?lang=${one}`} />
      </NewEndpoint>
    </div>
  );
}
