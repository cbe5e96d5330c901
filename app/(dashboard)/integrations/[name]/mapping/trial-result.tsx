import type { MappingTrialView } from "#api/schemas/mapping-trial";
import { Callout } from "../../../../_components/callout.tsx";
import { countOf } from "../../../../_components/figures.ts";
import { formatJson } from "../../_editor/format-json.ts";
import { JsonView } from "../../_editor/json-view.tsx";

const shown = "min-h-0 flex-1";

/** What came of it: records, a request, or the problem that a caller would get. */
export function TrialResult({ found }: { found: MappingTrialView }) {
  const { result, request, refusal, errors } = found;
  if (refusal !== null) return <Refusal of={refusal} />;
  if (request !== null) {
    const address = request.path + (request.query === null ? "" : `?${request.query}`);
    return (
      <>
        <p className="border-b border-line px-3 py-2 font-mono text-xs leading-5 wrap-anywhere">
          <span className="mr-2 font-semibold">{request.method}</span>
          {address}
        </p>
        {request.body === null ? (
          <p className="px-3 py-2 text-sm text-subtle">No body.</p>
        ) : (
          <JsonView text={formatJson(request.body)} label="Body that would be sent" className={shown} />
        )}
      </>
    );
  }
  if (result !== null) {
    const { records, total, next, id } = result;
    if (id !== null) {
      return (
        <p className="px-3 py-2 text-sm">
          The answer names the record alone: it would be read by its id <code className="font-mono text-xs">{id}</code>.
        </p>
      );
    }
    if (total === 0) return <p className="px-3 py-2 text-sm text-muted">No records. {nextWords(next)}</p>;
    return (
      <>
        <p className="border-b border-line px-3 py-2 text-xs leading-5 text-muted">
          {countOf(total, "record")}
          {records.length < total && `, the first ${records.length} shown`}. {nextWords(next)}
        </p>
        <JsonView
          text={formatJson(records.length === 1 && total === 1 ? records[0] : records)}
          label="Records that a caller gets"
          className={shown}
        />
      </>
    );
  }
  return (
    <p className="px-3 py-2 text-sm text-muted">
      {errors.length > 0 ? "Nothing comes of it: see the mistakes." : "Nothing is read of an answer here."}
    </p>
  );
}

function nextWords(next: unknown): string {
  if (next === null || next === undefined) return "The last page.";
  return `The next page: ${typeof next === "string" ? next : JSON.stringify(next)}`;
}

function Refusal({ of }: { of: NonNullable<MappingTrialView["refusal"]> }) {
  return (
    <div className="p-3">
      <Callout tone="warn" title={`${of.status} for the caller`} code={of.code}>
        <p>{of.detail}</p>
        {of.message !== null && <p className="mt-1">The provider says: {of.message}</p>}
        {of.errors.length > 0 && (
          <ul className="mt-1">
            {of.errors.map(({ pointer, detail }) => (
              <li key={`${pointer} ${detail}`}>
                {pointer !== "" && <code className="mr-1.5 font-mono text-xs">{pointer}</code>}
                {detail}
              </li>
            ))}
          </ul>
        )}
      </Callout>
    </div>
  );
}
