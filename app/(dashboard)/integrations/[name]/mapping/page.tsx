import type { Metadata } from "next";
import { Callout } from "../../../../_components/callout.tsx";
import { CopyButton } from "../../../../_components/copy-button.tsx";
import { isPermitted } from "../../../../_components/permitted.ts";
import { ProblemState } from "../../../../_components/problem-state.tsx";
import { SectionHeading } from "../../../../_components/section-heading.tsx";
import { readEntry, readIntegrationStatus, readMappings, readShortDocument } from "../../../../_queries/integration.ts";
import { readRole } from "../../../../_queries/session.ts";
import { formatJson } from "../../_editor/format-json.ts";
import { JsonView } from "../../_editor/json-view.tsx";
import { sinceOf } from "../../_editor/since-of.ts";
import { IntegrationHeader } from "../_parts/integration-header.tsx";
import { Capabilities } from "./capabilities.tsx";
import { ModelChoice } from "./model-choice.tsx";
import { mappingIn } from "./trial-texts.ts";
import { Workbench } from "./workbench.tsx";

type Props = { params: Promise<{ name: string }>; searchParams: Promise<{ model?: string | string[] }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const entry = await readEntry((await params).name);
  return { title: `Mapping of ${entry.kind === "ok" ? entry.value.label : "an integration"} · Integrations` };
}

export default async function MappingPage({ params, searchParams }: Props) {
  const { name } = await params;
  const { model: wanted } = await searchParams;
  // Since when, and only then what: whoever puts another one in between is found out when this one is saved.
  const [status, entry, mappings, role] = await Promise.all([
    readIntegrationStatus(name),
    readEntry(name),
    readMappings(name),
    readRole(),
  ]);
  const document = await readShortDocument(name);
  if (entry.kind === "problem") {
    return (
      <>
        <h1 className="sr-only">Mapping</h1>
        <ProblemState problem={entry.problem} />
      </>
    );
  }
  const { label, origin } = entry.value;
  const failed = mappings.kind === "problem" ? mappings : document.kind === "problem" ? document : null;
  const models = mappings.kind === "ok" ? mappings.value.data : [];
  const chosen =
    models.find((one) => `${one.category}/${one.model}` === wanted) ??
    models.find((one) => one.mapping !== null) ??
    models[0];
  if (failed !== null || document.kind === "problem" || chosen === undefined) {
    return (
      <>
        <IntegrationHeader entry={entry.value} active="/mapping" />
        <div className="mt-5">{failed !== null && <ProblemState problem={failed.problem} />}</div>
      </>
    );
  }
  const mayWrite = isPermitted(role, "integrations:write");
  const title = `${chosen.category}/${chosen.model}`;
  const mapping = mappingIn(document.value, chosen.category, chosen.model);
  const text = mapping === null ? null : formatJson(mapping);
  return (
    <>
      <IntegrationHeader entry={entry.value} active="/mapping" />
      <div className="mt-4 flex min-w-0 flex-col gap-5">
        <div className="flex flex-col gap-3">
          <p className="max-w-3xl text-sm text-muted">
            How records of {label} become the models of the unified API, and back. Here a mapping works on a sample:
            nothing is sent to {label}, and nothing is kept until you save it.
            {origin === "platform" &&
              " Saved, the definition becomes this environment's own; a single field or endpoint is changed under Values, too."}
          </p>
          <ModelChoice name={name} models={models} chosen={title} />
        </div>
        {mayWrite ? (
          <Workbench
            key={`${name} ${title}`}
            name={name}
            label={label}
            of={chosen}
            mapping={text}
            document={document.value}
            since={sinceOf(status, entry.value.format)}
          />
        ) : text === null ? (
          <Callout tone="info" title={`${label} does not map ${title} yet`}>
            Calls of the unified API for it answer that it is unsupported. An owner or an operator can write a mapping
            here.
          </Callout>
        ) : (
          <>
            {chosen.capabilities !== null && <Capabilities of={chosen} capabilities={chosen.capabilities} />}
            <section aria-labelledby="mapping" className="min-w-0">
              <SectionHeading id="mapping" title="Mapping" note="owners and operators try and change it here" />
              <div className="relative card">
                <span className="absolute top-2 right-2">
                  <CopyButton text={text} label="Copy the mapping" />
                </span>
                <JsonView text={text} label="Mapping, as JSON" className="max-h-[min(68dvh,640px)]" />
              </div>
            </section>
          </>
        )}
      </div>
    </>
  );
}
