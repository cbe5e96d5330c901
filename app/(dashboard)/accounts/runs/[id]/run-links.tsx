"use client";

import { Download, Eye } from "lucide-react";
import { useState } from "react";
import type { RunLinkPage } from "#api/schemas/account-run";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import { Button } from "../../../../_components/button.tsx";
import { Callout } from "../../../../_components/callout.tsx";
import { CopyButton } from "../../../../_components/copy-button.tsx";
import { countOf } from "../../../../_components/figures.ts";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import type { ApiProblem } from "../../../../_queries/problem.ts";
import { linksAsCsv } from "./links-as-csv.ts";

type Links = RunLinkPage["data"];

/** So many stand on the page; all of them are in the file. */
const shownMost = 20;

type Props = {
  id: string;
  /** Links that were made so far. */
  made: number;
  isPermitted: boolean;
};

/** The links themselves, for whoever began the run. They come to the browser alone: the page is made without them. */
export function RunLinks({ id, made, isPermitted }: Props) {
  const [links, setLinks] = useState<Links | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);

  const read = async (): Promise<Links | null> => {
    setBusy(true);
    setProblem(null);
    const all: Links = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      // Page by page, as the API gives them.
      // oxlint-disable-next-line no-await-in-loop
      const answer = await sendToApi<RunLinkPage>(
        "GET",
        `/account-runs/${encodeURIComponent(id)}/links?limit=200${query}`,
      );
      if (answer.kind === "problem") {
        setProblem(answer.problem);
        setBusy(false);
        return null;
      }
      all.push(...answer.value.data);
      cursor = answer.value.next_cursor;
    }
    setBusy(false);
    return all;
  };
  const show = async () => setLinks(await read());
  const download = async () => {
    // Anew: a run that goes on has made more since some were shown.
    const all = await read();
    if (all !== null) saveAs(`${id}-links.csv`, linksAsCsv(all));
  };

  if (!isPermitted) return null;
  return (
    <section aria-labelledby="links" className="card mt-4 px-4 py-3.5">
      <div className="flex flex-wrap items-start justify-between gap-x-8 gap-y-3">
        <div className="min-w-0 flex-[1_1_320px]">
          <h2 id="links" className="text-base font-semibold">
            Links
          </h2>
          <p className="mt-0.5 text-sm text-muted">
            Whoever began the run or resumed it gets them, for as long as they live. Whoever opens one can re-authorize
            that customer’s account, so send each to its own customer.
          </p>
        </div>
        <div className="no-print flex flex-wrap gap-2">
          <Button disabled={isBusy || made === 0} onClick={() => void show()}>
            <Eye size={14} aria-hidden />
            {links === null ? "Show links" : "Show again"}
          </Button>
          <Button variant="primary" disabled={isBusy || made === 0} onClick={() => void download()}>
            <Download size={14} aria-hidden />
            Download CSV
          </Button>
        </div>
      </div>
      <div aria-live="polite">
        {problem !== null && (
          <Callout tone="bad" title={problem.title} code={problem.code} className="mt-3">
            {problem.detail ?? "No link was read. Try again."}
          </Callout>
        )}
        {links !== null && <LinkList links={links} />}
      </div>
    </section>
  );
}

function LinkList({ links }: { links: Links }) {
  if (links.length === 0) {
    return <p className="mt-3 text-sm text-muted">None is left: they were used, or their time is over.</p>;
  }
  return (
    <>
      <ul aria-label="Links" className="mt-3 divide-y divide-line border-t border-line text-sm">
        {links.slice(0, shownMost).map((link) => (
          <li key={link.integrated_account_id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
            <span className="min-w-32 flex-1 truncate font-medium">{link.tenant_id ?? link.integrated_account_id}</span>
            <code className="min-w-0 flex-[3_1_240px] truncate font-mono text-xs text-muted">{link.url}</code>
            <span className="text-subtle">
              ends <RelativeTime at={link.expires_at} />
            </span>
            <CopyButton text={link.url} label={`Copy the link for ${link.tenant_id ?? link.integrated_account_id}`} />
          </li>
        ))}
      </ul>
      {links.length > shownMost && (
        <p className="border-t border-line pt-2 text-sm text-muted">
          {countOf(links.length - shownMost, "more link")}: all of them are in the file.
        </p>
      )}
    </>
  );
}

function saveAs(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
