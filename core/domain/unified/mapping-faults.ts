import jsonata from "jsonata";
import type { Fault, ParsedDocument } from "../integration/document-faults.ts";
import { closestWord } from "../text/closest-word.ts";
import type { EndpointName, ModelMapping } from "./mapping-schema.ts";
import type { Model } from "./model.ts";
import { allModels, findModel } from "./models.ts";

/** Entries of one map of a mapping: parameters, members of a body, custom fields. */
const mostEntries = 100;

/** What a mapping says of a model that the model has not, or says in part only. */
export function mappingFaults({ unified = {}, api }: ParsedDocument): Fault[] {
  const hasPages = api?.pagination !== undefined && "items" in api.pagination;
  return Object.entries(unified).flatMap(([category, models]) =>
    Object.entries(models ?? {}).flatMap(([name, mapping]): Fault[] => {
      if (mapping === undefined) return [];
      const at = ["unified", category, name];
      const model = findModel(category, name);
      if (model === null)
        return [{ path: at, message: `${category} has no model ${name}; it has ${namesOf(category)}` }];
      const faults =
        api?.baseUrl === undefined ? [{ path: ["api", "baseUrl"], message: "expected, since unified calls it" }] : [];
      return [
        ...faults,
        ...fieldFaults(model, mapping),
        ...endpointFaults(model, mapping, hasPages),
        ...expressionFaults(mapping),
      ].map(({ path, message }) => (path[0] === "api" ? { path, message } : { path: [...at, ...path], message }));
    }),
  );
}

function namesOf(category: string): string {
  const names = allModels.filter((one) => one.category === category).map((one) => one.name);
  return names.join(", ");
}

function fieldFaults(model: Model, { fields, customFields, endpoints }: ModelMapping): Fault[] {
  const isRead = Object.keys(endpoints).some((name) => name !== "delete");
  const faults: Fault[] =
    isRead && fields["id"]?.read === undefined
      ? [{ path: ["fields", "id", "read"], message: "expected: without its id no record can be named" }]
      : [];
  for (const [name, { write }] of Object.entries(fields)) {
    const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined;
    if (field === undefined) {
      const message = `${model.name} has no field ${name}${meant(name, Object.keys(model.fields))}; a field of the provider's own belongs into customFields`;
      faults.push({ path: ["fields", name], message });
    } else if (field.isReadOnly === true && write !== undefined) {
      faults.push({ path: ["fields", name, "write"], message: "is the provider's alone, and can't be written" });
    }
  }
  const count = Object.keys(customFields).length;
  if (count > mostEntries) {
    faults.push({ path: ["customFields"], message: `expected at most ${mostEntries} entries, found ${count}` });
  }
  return faults;
}

function endpointFaults(model: Model, { endpoints }: ModelMapping, hasPages: boolean): Fault[] {
  const faults: Fault[] = [];
  const { list, search, get, create, update } = endpoints;
  for (const [name, endpoint] of Object.entries({ list, search })) {
    if (endpoint === undefined) continue;
    const at = ["endpoints", name];
    if (endpoint.pagination === undefined && !hasPages) {
      faults.push({
        path: [...at, "pagination"],
        message: "expected, since api.pagination does not say where the items are",
      });
    } else if (endpoint.pagination !== undefined && !("items" in endpoint.pagination)) {
      faults.push({ path: [...at, "pagination"], message: "expected items: where in the body the records are" });
    }
    endpoint.filters.forEach((filter, index) => {
      if (Object.hasOwn(model.filters, filter)) return;
      const message = `${model.name} has no filter ${filter}${meant(filter, Object.keys(model.filters))}`;
      faults.push({ path: [...at, "filters", index], message });
    });
    for (const sort of Object.keys(endpoint.sort)) {
      if (model.sorts.includes(sort)) continue;
      faults.push({
        path: [...at, "sort", sort],
        message: `${model.name} is sorted by ${model.sorts.join(", ")} alone`,
      });
    }
  }
  for (const [name, endpoint] of Object.entries({ create, update })) {
    if (endpoint === undefined || endpoint.item !== undefined || get !== undefined) continue;
    const message = "expected, or an endpoint get: nothing else tells what was written";
    faults.push({ path: ["endpoints", name, "item"], message });
  }
  if (create !== undefined && create.item === undefined && create.id === undefined) {
    const message = "expected, since there is no item: the new record is read by it";
    faults.push({ path: ["endpoints", "create", "id"], message });
  }
  if (update?.readsFirst === true && get === undefined) {
    faults.push({ path: ["endpoints", "update", "readsFirst"], message: "expected an endpoint get to read it by" });
  }
  for (const [name, endpoint] of Object.entries(endpoints)) {
    const body = endpoint !== undefined && "body" in endpoint ? endpoint.body : undefined;
    for (const [part, entries] of Object.entries({ query: endpoint?.query, body })) {
      const count = Object.keys(entries ?? {}).length;
      if (count <= mostEntries) continue;
      const message = `expected at most ${mostEntries} entries, found ${count}`;
      faults.push({ path: ["endpoints", name, part], message });
    }
  }
  return faults;
}

function meant(word: string, known: readonly string[]): string {
  const near = closestWord(word, [...known]);
  return near === null ? "" : `; ${near} is meant, perhaps`;
}

/** Expressions of one record are evaluated together with those of others, so that the root of all is not theirs. */
function expressionFaults(mapping: ModelMapping): Fault[] {
  return composedExpressions(mapping).flatMap(({ path, text }) =>
    namesRoot(text)
      ? [
          {
            path,
            message: "expected an expression without $$: what it reads is $ already, and the root is not its own",
          },
        ]
      : [],
  );
}

/** Every expression that is evaluated together with others of its kind. */
function composedExpressions({ fields, customFields, endpoints }: ModelMapping): { path: string[]; text: string }[] {
  const all = (path: string[], texts: Readonly<Record<string, string>> | undefined) =>
    Object.entries(texts ?? {}).map(([name, text]) => ({ path: [...path, name], text }));
  return [
    ...Object.entries({ fields, customFields }).flatMap(([part, entries]) =>
      Object.entries(entries).flatMap(([name, { read, write }]) => [
        ...(read === undefined ? [] : [{ path: [part, name, "read"], text: read }]),
        ...all([part, name, "write"], write),
      ]),
    ),
    ...(Object.keys(endpoints) as EndpointName[]).flatMap((name) => {
      const endpoint = endpoints[name];
      if (endpoint === undefined) return [];
      const body = "body" in endpoint ? endpoint.body : undefined;
      return [...all(["endpoints", name, "query"], endpoint.query), ...all(["endpoints", name, "body"], body)];
    }),
  ];
}

function namesRoot(text: string): boolean {
  if (!text.includes("$$")) return false;
  const holds = (node: unknown): boolean => {
    if (typeof node !== "object" || node === null) return false;
    if ("type" in node && node.type === "variable" && "value" in node && node.value === "$") return true;
    return Object.values(node).some(holds);
  };
  try {
    return holds(jsonata(text).ast());
  } catch {
    // That it can't be read is told elsewhere.
    return false;
  }
}
