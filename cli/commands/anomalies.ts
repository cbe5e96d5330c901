import { wordAnomaly } from "#core/domain/anomaly/word-anomaly";
import { DomainError } from "#core/domain/problem/domain-error";
import type { Anomaly } from "#core/ports/anomaly-store";
import type { Container } from "#adapters/container";
import type { CommandResult } from "../main.ts";
import { parseOptions } from "../parse-options.ts";
import { UsageError } from "../usage-error.ts";
import { environmentNamed } from "./api-keys.ts";

const most = 200;

export async function listAnomalies(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { environment: "string", all: "boolean" });
  const environment = await environmentNamed(container, values.environment);
  const state = values.all === true ? "all" : "unacknowledged";
  const found = await container.anomalies.list(environment.id, { state, kind: null, limit: most, before: null });
  const anomalies = found.slice(0, most).map(toLine);
  const lines = anomalies.map((one) => `${one.id}  ${one.started_at}  ${one.state.padEnd(12)}  ${one.summary}`);
  const more = found.length > most ? [`Only the latest ${most}; the API has the rest.`] : [];
  return {
    json: { anomalies },
    text: lines.length === 0 ? "Nothing is unlike the past." : [...lines, ...more].join("\n"),
  };
}

export async function acknowledgeAnomaly(container: Container, args: string[]): Promise<CommandResult> {
  const { values, positionals } = parseOptions(args, { environment: "string" });
  const [id] = positionals;
  if (id === undefined || positionals.length !== 1) throw new UsageError("name one anomaly id");
  const environment = await environmentNamed(container, values.environment);
  const isThere = await container.anomalies.acknowledge(environment.id, id, "command_line");
  if (!isThere) throw new DomainError("not_found", { detail: `There is no anomaly ${id} in ${environment.name}.` });
  return { json: { id, acknowledged: true }, text: `${id} is acknowledged.` };
}

function toLine(anomaly: Anomaly) {
  return {
    id: anomaly.id,
    kind: anomaly.kind,
    subject: anomaly.subject,
    started_at: anomaly.startedAt.toISOString(),
    state: anomaly.acknowledgedAt !== null ? "acknowledged" : anomaly.endedAt !== null ? "over" : "goes on",
    key_stopped: (anomaly.caller?.key?.stoppedAt ?? null) !== null,
    summary: wordAnomaly(anomaly, anomaly.caller?.name ?? null),
  };
}
