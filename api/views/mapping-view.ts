import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import { capabilitiesOf, mappingOf } from "#core/domain/unified/capabilities";
import { isJsonObject } from "#core/domain/unified/json-object";
import type { Model } from "#core/domain/unified/model";
import { allModels } from "#core/domain/unified/models";
import { sampleAnswer } from "#core/domain/unified/sample-answer";
import type { ConfiguredIntegration } from "#core/ports/integration-store";
import type { TriedMapping } from "#core/usecases/unified/try-mapping";
import type { IntegrationMappingView, MappingTrialView } from "../schemas/mapping-trial.ts";
import { toCapabilitiesView } from "./capabilities-view.ts";

/** Every model, with how the definition maps it. */
export function toMappingViews({ definition, document }: ConfiguredIntegration): IntegrationMappingView[] {
  const capabilities = capabilitiesOf(document.unified).map(toCapabilitiesView);
  return allModels.map((model) => {
    const { category, name } = model;
    const mapping = mappingOf(definition.unified, model);
    return {
      category,
      model: name,
      description: model.description,
      fields: fieldsOf(model),
      mapping: mapping === null ? null : { ...mapping },
      capabilities: capabilities.find((one) => one.category === category && one.model === name) ?? null,
      samples: samplesOf(model, document),
    };
  });
}

function fieldsOf(model: Model): IntegrationMappingView["fields"] {
  return Object.entries(model.fields).map(([name, { kind, description, choices, isReadOnly = false }]) => ({
    name,
    kind,
    description,
    choices: choices === undefined ? null : [...choices],
    read_only: isReadOnly,
  }));
}

function samplesOf(model: Model, { unified, api }: IntegrationDocument): Record<string, unknown> {
  const mapping = mappingOf(unified, model);
  if (mapping === null) return {};
  const names = (["list", "search", "get", "create", "update"] as const).filter((name) => {
    const endpoint = mapping.endpoints[name];
    return endpoint !== undefined && (!("item" in endpoint) || endpoint.item !== undefined);
  });
  return Object.fromEntries(names.map((name) => [name, sampleAnswer(model, mapping, name, api?.pagination)]));
}

export function toMappingTrialView({ faults, capabilities, read, request }: TriedMapping): MappingTrialView {
  return {
    valid: faults.length === 0,
    errors: faults.map(({ part, pointer, detail }) => ({ part, pointer, detail })),
    capabilities: capabilities === null ? null : toCapabilitiesView(capabilities),
    result: read?.kind === "records" ? { ...resultOf(read) } : null,
    refusal: read?.kind === "refusal" ? refusalOf(read.problem) : null,
    request: request === null ? null : { ...request },
  };
}

function resultOf({ records, total, next, id }: Extract<TriedMapping["read"], { kind: "records" }>) {
  return { records: records.map((one) => ({ ...one })), total, next, id };
}

function refusalOf({
  code,
  status,
  detail,
  errors,
  extensions,
}: Extract<TriedMapping["read"], { kind: "refusal" }>["problem"]): NonNullable<MappingTrialView["refusal"]> {
  const provider = extensions["provider"];
  const said = isJsonObject(provider) ? provider["message"] : undefined;
  return {
    code,
    status,
    detail,
    message: typeof said === "string" ? said : null,
    errors: errors.map((one) => ({ pointer: one.pointer, detail: one.detail })),
  };
}
