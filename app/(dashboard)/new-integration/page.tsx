import { CircleSlash } from "lucide-react";
import type { Metadata } from "next";
import { Breadcrumb } from "../../_components/breadcrumb.tsx";
import { ButtonLink } from "../../_components/button.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { isPermitted } from "../../_components/permitted.ts";
import { PlainPage } from "../../_components/plain-page.tsx";
import { readShortDocument } from "../../_queries/integration.ts";
import { readRole } from "../../_queries/session.ts";
import { formatJson } from "../integrations/_editor/format-json.ts";
import { templates } from "../integrations/_editor/templates.ts";
import { NewDefinition } from "./new-definition.tsx";

export const metadata: Metadata = { title: "Define an integration" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const goodName = /^[a-z0-9][a-z0-9-]{0,62}$/;

export default async function NewIntegrationPage({ searchParams }: Props) {
  const [role, query] = await Promise.all([readRole(), searchParams]);
  if (!isPermitted(role, "integrations:write")) {
    return (
      <PlainPage icon={CircleSlash} title="Your role may not define integrations" inside>
        <p>An owner or an operator of this installation can.</p>
        <ButtonLink href="/integrations">Show the integrations</ButtonLink>
      </PlainPage>
    );
  }
  const text = (field: string): string | undefined => {
    const value = query[field];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const name = text("name");
  const from = text("from");
  const source = from !== undefined && goodName.test(from) ? await readShortDocument(from) : null;
  const copy = source?.kind === "ok" ? { ...source.value, name: name ?? `${from}-copy` } : null;
  const format = templates.find((one) => one.format === text("format"))?.format ?? "oauth2";
  return (
    <>
      <Breadcrumb steps={[{ href: "/integrations", label: "Integrations" }]} />
      <PageHeader title="Define an integration" />
      <p className="mb-5 max-w-3xl text-sm text-muted">
        One JSON document says how a service works: where its endpoints are, what it is asked for, how it answers. The
        provider&apos;s documentation on OAuth or API keys says all of it. Only <code className="font-mono">name</code>{" "}
        and <code className="font-mono">credentials</code> are needed; everything else has a default.
      </p>
      <NewDefinition
        name={name !== undefined && goodName.test(name) ? name : "acme-crm"}
        format={format}
        copy={copy === null ? null : formatJson(copy)}
      />
    </>
  );
}
