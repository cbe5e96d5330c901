import type { Metadata } from "next";
import { Callout } from "../../../../_components/callout.tsx";
import { CopyButton } from "../../../../_components/copy-button.tsx";
import { isPermitted } from "../../../../_components/permitted.ts";
import { ProblemState } from "../../../../_components/problem-state.tsx";
import { readEntry, readIntegrationStatus, readShortDocument } from "../../../../_queries/integration.ts";
import { readRole } from "../../../../_queries/session.ts";
import { CodeBlock } from "../../../../_components/code-block.tsx";
import { DefinitionEditor } from "../../_editor/definition-editor.tsx";
import { sinceOf } from "../../_editor/since-of.ts";
import { formatJson } from "../../_editor/format-json.ts";
import { templates } from "../../_editor/templates.ts";
import { liveOf } from "../../_parts/concerns.ts";
import { IntegrationHeader } from "../_parts/integration-header.tsx";
import { DeleteDefinition } from "./delete-definition.tsx";

type Props = { params: Promise<{ name: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const entry = await readEntry((await params).name);
  return { title: `Definition of ${entry.kind === "ok" ? entry.value.label : "an integration"} · Integrations` };
}

export default async function DefinitionPage({ params }: Props) {
  const { name } = await params;
  // Since when, and only then what: whoever puts another one in between is found out when this one is saved.
  const [status, entry, role] = await Promise.all([readIntegrationStatus(name), readEntry(name), readRole()]);
  const document = await readShortDocument(name);
  if (entry.kind === "problem") {
    return (
      <>
        <h1 className="sr-only">Definition</h1>
        <ProblemState problem={entry.problem} />
      </>
    );
  }
  const { origin, label, health, format } = entry.value;
  const mayWrite = isPermitted(role, "integrations:write");
  const isOwn = origin === "environment";
  const isInCatalogue = status.kind === "ok" && status.value.in_catalogue;
  const text = document.kind === "ok" ? formatJson(document.value) : null;
  return (
    <>
      <IntegrationHeader entry={entry.value} active="/definition" />
      <div className="mt-4 flex flex-col gap-4">
        {text === null && format !== null && document.kind === "problem" && <ProblemState problem={document.problem} />}
        {format === null && (
          <Callout tone="bad" title="The definition that is stored can't be read by this version">
            {mayWrite
              ? "Put a valid one in its place: below is one to start from. Accounts that live on it come back once it is there, if its hosts are the same."
              : "An owner or an operator can put a valid one in its place."}
          </Callout>
        )}
        {mayWrite && (text !== null || format === null) && (
          <>
            <p className="max-w-3xl text-sm text-muted">
              {isOwn
                ? "This environment's own definition. What is laid over it stands under Values."
                : "The catalogue's definition. Saved, it becomes this environment's own and no longer changes with the catalogue: for scopes, parameters and times change a value instead."}
            </p>
            <DefinitionEditor
              key={name}
              initial={text ?? formatJson(templates[0]?.document(name) ?? {})}
              stored={text}
              since={sinceOf(status, format)}
              name={name}
            >
              {isOwn && (
                <span className="ml-auto">
                  <DeleteDefinition name={name} label={label} isInCatalogue={isInCatalogue} live={liveOf(health)} />
                </span>
              )}
            </DefinitionEditor>
          </>
        )}
        {!mayWrite && text !== null && (
          <div className="card">
            <div className="flex items-center justify-between gap-4 border-b border-line px-4 py-2 text-sm text-muted">
              {isOwn ? "This environment's own definition" : "The catalogue's definition"}
              <CopyButton text={text} label="Copy the definition" />
            </div>
            <CodeBlock code={text} label="Definition" />
          </div>
        )}
      </div>
    </>
  );
}
