import { Siren } from "lucide-react";
import type { ReactNode } from "react";
import type { AnomalyList, AnomalyView } from "#api/schemas/anomaly";
import { countOf } from "../../_components/figures.ts";
import { RelativeTime } from "../../_components/relative-time.tsx";
import { isForbidden, Unread } from "../../_components/unread.tsx";
import type { Answer } from "../../_queries/problem.ts";
import { AcknowledgeButton, KeyDialog } from "./anomaly-actions.tsx";
import { callerName, headingOf, wordsOf } from "./anomaly-words.ts";

const most = 4;

type Props = { anomalies: Answer<AnomalyList>; labels: Map<string, string>; mayAct: boolean; mayRestart: boolean };

/** What is unlike the past, each with who, since when, how far, and what to press (R46). */
export function Anomalies({ anomalies, labels, mayAct, mayRestart }: Props) {
  if (anomalies.kind === "problem") {
    // Not everybody may read them, and what can't be read must not keep the overview from showing.
    const { problem } = anomalies;
    return isForbidden(problem) ? null : <Unread what="Alarms" problem={problem} className="mt-6" />;
  }
  const all = anomalies.value.data;
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="anomalies" className="mt-6 card overflow-hidden">
      <h2 id="anomalies" className="flex items-start gap-2.5 bg-bad-soft px-4 py-3 text-base font-semibold text-bad">
        <Siren size={16} aria-hidden className="mt-0.5 shrink-0" />
        {headingOf(all)}
      </h2>
      <ul className="divide-y divide-line">
        {all.slice(0, most).map((anomaly) => (
          <li key={anomaly.id}>
            <One
              anomaly={anomaly}
              label={labels.get(anomaly.integration_name ?? "") ?? null}
              mayAct={mayAct}
              mayRestart={mayRestart}
            />
          </li>
        ))}
      </ul>
      {all.length > most && (
        <p className="border-t border-line px-4 py-3 text-sm text-muted">
          {countOf(all.length - most, "more comes", "more come")} up here as these are acknowledged.
        </p>
      )}
      {!mayAct && (
        <p className="border-t border-line px-4 py-3 text-xs text-subtle">
          Your role reads. Owners and operators stop keys and acknowledge.
        </p>
      )}
    </section>
  );
}

type OneProps = { anomaly: AnomalyView; label: string | null; mayAct: boolean; mayRestart: boolean };

function One({ anomaly, label, mayAct, mayRestart }: OneProps) {
  const { title, measure, advice } = wordsOf(anomaly, label);
  const { caller, ended_at: endedAt } = anomaly;
  const isKey = caller?.type === "api_key" && caller.ends_with !== null && caller.revoked_at === null;
  const isStopped = caller !== null && caller.stopped_at !== null;
  return (
    <article aria-label={title} className="px-4 py-3.5">
      <h3 className="max-w-3xl text-sm font-medium wrap-anywhere">{title}</h3>
      <dl className="mt-2 flex flex-wrap gap-x-8 gap-y-1.5 text-sm max-sm:flex-col">
        {caller !== null && (
          <Fact name="Who">
            {callerName(caller)}
            {caller.ends_with !== null && <span className="font-mono text-xs text-muted"> …{caller.ends_with}</span>}
          </Fact>
        )}
        <Fact name={measure === null ? "When" : "Since"}>
          <RelativeTime at={anomaly.started_at} parts={2} />
        </Fact>
        {measure !== null && (
          <>
            <Fact name="Highest">{measure.highest}</Fact>
            <Fact name="Usual">{measure.usual}</Fact>
            <Fact name="State">
              {endedAt === null ? (
                "Goes on"
              ) : (
                <>
                  Quiet since <RelativeTime at={anomaly.last_at} />
                </>
              )}
            </Fact>
          </>
        )}
        {isKey && (
          <Fact name="Key">
            {isStopped ? (
              <span className="font-medium text-bad">
                {anomaly.has_stopped_key ? "Stopped by this alarm" : "Stopped"}
              </span>
            ) : (
              "In force"
            )}
          </Fact>
        )}
      </dl>
      {!isStopped && <p className="mt-2 max-w-3xl text-sm text-muted">{advice}</p>}
      {isStopped && (
        <p className="mt-2 max-w-3xl text-sm text-muted">
          Every request with this key is refused. Owners start it again; where it leaked, make another one and revoke
          it.
        </p>
      )}
      {mayAct && (
        <div className="no-print mt-3 flex flex-wrap gap-2 max-sm:flex-col max-sm:items-stretch">
          {isKey && !isStopped && <KeyDialog action="stop" caller={caller} />}
          {isKey && isStopped && mayRestart && <KeyDialog action="restart" caller={caller} />}
          <AcknowledgeButton id={anomaly.id} title={title} />
        </div>
      )}
    </article>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0 max-sm:flex max-sm:justify-between max-sm:gap-4">
      <dt className="text-muted sm:text-xs sm:text-subtle">{name}</dt>
      <dd className="wrap-anywhere max-sm:text-right">{children}</dd>
    </div>
  );
}
