import Link from "next/link";
import type { IntegrationStatusView } from "#api/schemas/integration-details";
import { asSentence } from "../../../../_components/as-sentence.ts";
import { Callout } from "../../../../_components/callout.tsx";
import { countOf } from "../../../../_components/figures.ts";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import type { CatalogueEntry } from "../../../../_queries/catalogue.ts";
import { heldOf } from "../../_parts/concerns.ts";

type Props = { entry: CatalogueEntry; status: IntegrationStatusView | null };

/** What cannot wait: what happened, for whom, and what to press. */
export function UrgentCallouts({ entry, status }: Props) {
  const { label, problem, massFailure } = entry;
  const open = status?.circuits.filter(({ state }) => state === "open") ?? [];
  const [worst] = open;
  const held = heldOf(massFailure) ?? 0;
  if (problem === null && worst === undefined && held === 0) return null;
  return (
    <div className="mt-4 flex flex-col gap-2">
      {problem !== null && (
        <Callout tone="bad" title="Nothing is asked with this definition, or not for every account">
          {asSentence(problem)}
        </Callout>
      )}
      {worst !== undefined && (
        <Callout
          tone={worst.cause === "client" ? "bad" : "warn"}
          title={
            worst.cause === "client"
              ? `${label} refuses your OAuth client: nothing is refreshed`
              : worst.cause === "rate_limit"
                ? `${label} asked everybody to slow down`
                : `${label} is unwell: nothing is refreshed`
          }
        >
          {worst.opened_at !== null && (
            <>
              Since <RelativeTime at={worst.opened_at} />.{" "}
            </>
          )}
          Tokens that are valid are served
          {worst.next_probe_at !== null && (
            <>
              ; it is asked again <RelativeTime at={worst.next_probe_at} />
            </>
          )}
          .{open.length > 1 && ` So it is at ${open.length} of its token endpoints.`}{" "}
          {worst.cause === "client" && <Jump href="#client">To the OAuth client</Jump>}
        </Callout>
      )}
      {held > 0 && (
        <Callout
          tone="hold"
          title={`${countOf(held, "account is", "accounts are")} held and ${held === 1 ? "waits" : "wait"} for your decision`}
        >
          They failed together, and no customer was told. <Jump href="/">Decide on the overview</Jump>
        </Callout>
      )}
    </div>
  );
}

function Jump({ href, children }: { href: string; children: string }) {
  return (
    <Link
      href={href}
      prefetch={false}
      className="font-medium underline decoration-line-strong underline-offset-3 hover:decoration-current"
    >
      {children}
    </Link>
  );
}
