import type { AnomalyView } from "#api/schemas/anomaly";
import { assertNever } from "../../_components/assert-never.ts";
import { countOf, formatCount } from "../../_components/figures.ts";

export type AnomalyWords = {
  /** What happened, in one line. */
  title: string;
  /** How far from the past, in two halves; null where nothing is counted. */
  measure: { highest: string; usual: string } | null;
  /** Whose move it is, and which. */
  advice: string;
};

type Told = Pick<AnomalyView, "kind" | "caller" | "integration_name" | "measured" | "detail">;

/** @param label of the integration, where it is about one */
export function wordsOf(anomaly: Told, label: string | null): AnomalyWords {
  const { kind, detail } = anomaly;
  const who = anomaly.caller === null ? (label ?? anomaly.integration_name ?? "") : callerName(anomaly.caller);
  switch (kind) {
    case "decrypt_rate":
      return {
        title: `${who} opens far more credentials than it ever does`,
        measure: measureOf(
          anomaly,
          `${countOf(numberOf(anomaly.measured?.observed), "credential")} of ${countOf(numberOf(detail["tenants"]), "tenant")}`,
        ),
        advice: adviceAbout(anomaly.caller),
      };
    case "tenant_spread":
      return {
        title: `${who} opens credentials of far more tenants than it ever does`,
        measure: measureOf(anomaly, countOf(numberOf(anomaly.measured?.observed), "tenant")),
        advice: adviceAbout(anomaly.caller),
      };
    case "dormant_key":
      return {
        title:
          detail["is_first_use"] === true
            ? `${who} opened a credential for the first time, ${countOf(numberOf(detail["unused_days"]), "day")} after it was made`
            : `${who} opened a credential after ${countOf(numberOf(detail["unused_days"]), "day")} without any`,
        measure: null,
        advice: "A key that lies in an old configuration is found there. If nobody took it up again, stop it.",
      };
    case "new_network":
      return {
        title: `${who} is used from a network that it never came from: ${textOf(detail["network"])}`,
        measure: null,
        advice: "If you did not move or add a machine that has this key, stop it.",
      };
    case "unknown_path":
      return {
        title: `${who} opened a sealed value in a way that no part of Evergrant does`,
        measure: null,
        advice: `For “${textOf(detail["purpose"])}”, in audit record ${textOf(detail["audit_event_id"])}. If no other version of Evergrant runs here, a process was changed: take it from the network, and look at who could change it.`,
      };
    case "needs_reauth_spike":
      return {
        title: `Unusually many customers of ${who} must re-authorize`,
        measure: measureOf(
          anomaly,
          `${countOf(numberOf(anomaly.measured?.observed), "account")} (${textOf(detail["share_percent"])} %)`,
        ),
        advice:
          "They left one by one, so the mass-disconnect guard holds nothing. Look at what the provider answered, and whether it changed its consent or its rules.",
      };
  }
  return assertNever(kind);
}

export function callerName({ id, name }: NonNullable<AnomalyView["caller"]>): string {
  return name ?? (id === "worker" ? "The worker" : id);
}

/** How it is told above the page. */
export function headingOf(anomalies: readonly Pick<AnomalyView, "ended_at">[]): string {
  const going = anomalies.filter((one) => one.ended_at === null).length;
  if (anomalies.length === 1) return going === 1 ? "Something is unlike the past" : "Something was unlike the past";
  return `${formatCount(anomalies.length)} things ${going > 0 ? "are" : "were"} unlike the past`;
}

const windows: Readonly<Record<number, string>> = { 60: "within a minute", 3600: "within an hour", 86_400: "in a day" };

function measureOf({ measured, detail }: Told, counted: string): AnomalyWords["measure"] {
  if (measured === null) return null;
  const usual =
    measured.usual > 0
      ? `up to ${formatCount(measured.usual)}`
      : detail["is_new"] === true
        ? "not known yet"
        : "none at this time of day";
  return { highest: `${counted} ${windows[measured.window_seconds] ?? ""}`.trim(), usual };
}

function adviceAbout(caller: AnomalyView["caller"]): string {
  if (caller?.type === "admin") return "Ask them. If it was not they, end their sessions.";
  if (caller?.type === "process") {
    return "A provider that came back, an import or a re-wrap may be why. If there was none, look at who could start processes here.";
  }
  return "If no job of yours explains it, stop the key: every process refuses it within a second, and an owner can start it again.";
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "nothing";
}
