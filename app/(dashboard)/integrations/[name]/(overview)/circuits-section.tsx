import { CircleCheck, CircleSlash } from "lucide-react";
import type { IntegrationStatusView } from "#api/schemas/integration-details";
import { countOf } from "../../../../_components/figures.ts";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { SectionHeading } from "../../../../_components/section-heading.tsx";

type Circuit = IntegrationStatusView["circuits"][number];

const causes: Record<NonNullable<Circuit["cause"]>, string> = {
  provider: "the provider is unwell",
  client: "the provider refuses your OAuth client",
  rate_limit: "the provider asked everybody to slow down",
};

/** Whether anybody may ask right now, and how much. */
export function CircuitsSection({ circuits }: { circuits: Circuit[] }) {
  return (
    <section aria-labelledby="breaker">
      <SectionHeading id="breaker" title="Breaker and budget" note="right now" />
      <div className="card text-sm">
        {circuits.length === 0 ? (
          <p className="px-4 py-3 text-muted">
            Nothing failed so far, and no budget is set: everything that is due is asked for at once. Five failures in a
            row would open the breaker.
          </p>
        ) : (
          <ul className="divide-y divide-line">
            {circuits.map((circuit) => (
              <CircuitRow key={`${circuit.endpoint} ${circuit.state} ${circuit.opened_at}`} circuit={circuit} />
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function CircuitRow({ circuit }: { circuit: Circuit }) {
  const isOpen = circuit.state === "open";
  const cause = circuit.cause === null ? null : causes[circuit.cause];
  return (
    <li className="flex gap-2.5 px-4 py-3">
      {isOpen ? (
        <CircleSlash size={16} aria-hidden className="mt-0.5 shrink-0 text-bad" />
      ) : (
        <CircleCheck size={16} aria-hidden className="mt-0.5 shrink-0 text-good" />
      )}
      <div className="min-w-0">
        <p>
          <span className={`font-medium ${isOpen ? "text-bad" : ""}`}>{isOpen ? "Open" : "Closed"}</span>
          {isOpen && cause !== null && ` because ${cause}`}
          {!isOpen && circuit.failures > 0 && cause !== null && (
            <span className="text-warn">{`, ${countOf(circuit.failures, "failure")} in a row: ${cause}`}</span>
          )}
        </p>
        {isOpen && circuit.opened_at !== null && (
          <p className="text-muted">
            Opened <RelativeTime at={circuit.opened_at} />
            {circuit.next_probe_at !== null && (
              <>
                , asked again <RelativeTime at={circuit.next_probe_at} />
              </>
            )}
            {circuit.probes > 0 && `, ${countOf(circuit.probes, "probe")} in vain`}. Tokens that are valid are served.
          </p>
        )}
        <p className="text-muted">{budgetWords(circuit)}</p>
        <code className="block font-mono text-xs wrap-anywhere text-subtle">{circuit.endpoint}</code>
        {circuit.shared_with.length > 0 && (
          <p className="text-xs text-subtle">
            Shared with {circuit.shared_with.join(", ")}: the same client asks there.
          </p>
        )}
      </div>
    </li>
  );
}

function budgetWords({ per_minute: perMinute, concurrency, requests_under_way: underWay }: Circuit): string {
  const limits = [
    ...(perMinute === null ? [] : [`${countOf(perMinute, "request")} a minute`]),
    ...(concurrency === null ? [] : [`${concurrency} at a time`]),
  ];
  if (limits.length === 0) return "No budget is set.";
  return `Budget: ${limits.join(", ")}; ${underWay === 0 ? "none" : underWay} under way.`;
}
