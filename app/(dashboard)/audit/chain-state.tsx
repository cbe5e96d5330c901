import { Anchor, Link2, ShieldCheck, ShieldX, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { ChainView } from "#api/schemas/audit";
import { Callout } from "../../_components/callout.tsx";
import { countOf, formatCount } from "../../_components/figures.ts";
import { RelativeTime } from "../../_components/relative-time.tsx";
import { toneClasses, type Tone } from "../../_components/status.ts";
import { FaultCallout } from "./fault-callout.tsx";
import { VerifyButton } from "./verify-button.tsx";

/** A sealer that has not looked for this long is away. */
const awayMs = 60_000;

/** Where the chain stands: up to where records are sealed, what was signed, what the daily check found, and a look now. */
export function ChainState({ chain, now }: { chain: ChainView; now: number }) {
  const isAway = chain.looked_at === null || now - Date.parse(chain.looked_at) > awayMs;
  const check = chain.latest_check;
  return (
    <section aria-label="The chain" className="flex flex-col gap-3">
      <div className="card">
        <dl className="grid divide-line @container max-lg:divide-y lg:grid-cols-3 lg:divide-x">
          <State icon={isAway ? TriangleAlert : Link2} tone={isAway ? "warn" : "good"} name="Sealed">
            {chain.sealed_at === null ? (
              "Nothing yet"
            ) : (
              <>
                {countOf(chain.sealed_records, "record")}, the latest <RelativeTime at={chain.sealed_at} />
              </>
            )}
          </State>
          <State icon={Anchor} tone={chain.latest_anchor === null ? "none" : "good"} name="Latest anchor">
            {chain.latest_anchor === null ? (
              "None yet: the first comes with the first records"
            ) : (
              <>
                <RelativeTime at={chain.latest_anchor.at} />, up to record {formatCount(chain.latest_anchor.seq)}
              </>
            )}
          </State>
          <State
            icon={check?.fault == null ? ShieldCheck : ShieldX}
            tone={check === null ? "none" : check.fault === null ? "good" : "bad"}
            name="Daily check"
          >
            {check === null ? (
              "Not made yet"
            ) : (
              <>
                {check.fault === null ? "All as it was written" : "Something was changed"},{" "}
                <RelativeTime at={check.at} />
              </>
            )}
          </State>
        </dl>
        <VerifyButton />
      </div>
      {check?.fault != null && (
        <FaultCallout fault={check.fault} title="The daily check found a record that is not as it was written" />
      )}
      {isAway && (
        <Callout tone="warn" title="Records wait for their links">
          {chain.looked_at === null ? (
            "No worker has sealed any yet. Start one: npm run worker."
          ) : (
            <>
              The sealer last looked <RelativeTime at={chain.looked_at} parts={2} />. It runs in every worker: look
              whether one is up, and what its log says.
            </>
          )}
        </Callout>
      )}
    </section>
  );
}

function State({
  icon: Icon,
  tone,
  name,
  children,
}: {
  icon: LucideIcon;
  tone: Tone;
  name: string;
  children: ReactNode;
}) {
  return (
    <div className="min-w-0 px-4 py-3">
      <dt className="flex items-center gap-2 text-xs text-subtle">
        <Icon size={14} aria-hidden className={`shrink-0 ${toneClasses[tone].text}`} />
        {name}
      </dt>
      <dd className="mt-0.5 pl-[22px] text-sm">{children}</dd>
    </div>
  );
}
