import type { Metadata } from "next";
import { Suspense } from "react";
import { Breadcrumb } from "../../../_components/breadcrumb.tsx";
import { CopyButton } from "../../../_components/copy-button.tsx";
import { isPermitted } from "../../../_components/permitted.ts";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { SectionHeading } from "../../../_components/section-heading.tsx";
import { ListSkeleton } from "../../../_components/skeleton.tsx";
import { readRole } from "../../../_queries/session.ts";
import { readEndpoint } from "../../../_queries/webhooks.ts";
import { EndpointAddress } from "../_parts/endpoint-address.tsx";
import { EndpointExplanation, EndpointStatus } from "../_parts/endpoint-status.tsx";
import { Verification } from "../_parts/verification.tsx";
import { DeliveriesSection } from "./deliveries-section.tsx";
import { EndpointActions } from "./endpoint-actions.tsx";
import { EndpointFacts } from "./endpoint-facts.tsx";
import { endpointHref, readView } from "./page-view.ts";

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const endpoint = await readEndpoint((await params).id);
  return { title: endpoint.kind === "ok" ? `${shortAddress(endpoint.value.url)} · Webhooks` : "Webhook endpoint" };
}

export default async function EndpointPage({ params, searchParams }: Props) {
  const { id } = await params;
  const [answer, role, query] = await Promise.all([readEndpoint(id), readRole(), searchParams]);
  if (answer.kind === "problem") {
    return (
      <>
        <h1 className="sr-only">Webhook endpoint</h1>
        <ProblemState problem={answer.problem} />
      </>
    );
  }
  const endpoint = answer.value;
  const view = readView(query);
  const mayWrite = isPermitted(role, "webhooks:write");
  const isSigned = endpoint.format === "standard";
  return (
    <>
      <Breadcrumb steps={[{ href: "/webhooks", label: "Webhooks" }]} />
      <header className="mb-5">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 text-xl leading-7 font-semibold tracking-tight wrap-anywhere">
            <EndpointAddress url={endpoint.url} variant="title" />
          </h1>
          <EndpointStatus endpoint={endpoint} variant="pill" />
        </div>
        <p className="flex flex-wrap items-center gap-x-4 text-sm text-muted">
          {endpoint.description !== null && <span className="wrap-anywhere">{endpoint.description}</span>}
          <span className="inline-flex items-center gap-1">
            <code className="font-mono text-xs">{endpoint.id}</code>
            <CopyButton text={endpoint.id} label="Copy endpoint id" />
          </span>
        </p>
      </header>

      <EndpointActions endpoint={endpoint} mayWrite={mayWrite}>
        <EndpointExplanation endpoint={endpoint} />
      </EndpointActions>

      <div className="mt-8">
        <Suspense fallback={<ListSkeleton rows={8} label="Loading the deliveries" />}>
          <DeliveriesSection endpoint={endpoint} view={view} mayWrite={mayWrite} />
        </Suspense>
      </div>
      <div className="mt-8 grid items-start gap-x-6 gap-y-8 lg:grid-cols-2">
        <EndpointFacts endpoint={endpoint} />
        {isSigned && (
          <section aria-labelledby="verify" className="min-w-0">
            <SectionHeading id="verify" title="Verify the signature" />
            <Verification
              language={view.language}
              hrefOf={(language) => endpointHref(endpoint.id, { ...view, language })}
            />
          </section>
        )}
      </div>
    </>
  );
}

function shortAddress(url: string): string {
  return url.replace(/^(https?:\/\/|mailto:)/, "").slice(0, 60);
}
