import { CloudOff } from "lucide-react";
import type { Metadata } from "next";
import { PageHeader } from "../../_components/page-header.tsx";
import { PlainPage } from "../../_components/plain-page.tsx";
import { readFirstRun } from "../../_queries/first-run.ts";
import { FirstRun } from "../(overview)/first-run/first-run.tsx";

export const metadata: Metadata = { title: "First steps" };

/** The guide of a new installation, for who wants to see it again. */
export default async function FirstStepsPage() {
  const guide = await readFirstRun({ isNew: false, isAsked: true });
  if (guide === null) {
    return (
      <PlainPage icon={CloudOff} title="Nobody can tell now how far you are" inside>
        <p>The API does not answer as it should. This page tries again by itself.</p>
      </PlainPage>
    );
  }
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader title="First steps" />
      <FirstRun guide={guide} isPage />
    </div>
  );
}
