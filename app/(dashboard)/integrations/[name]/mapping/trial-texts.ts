import type { IntegrationMappingView } from "#api/schemas/mapping-trial";
import { formatJson } from "../../_editor/format-json.ts";

export const endpoints = ["list", "search", "get", "create", "update", "delete"] as const;
export type Endpoint = (typeof endpoints)[number];

/** `answer`: what a caller gets of it. `given`: what is sent for it. */
export type Direction = "answer" | "given";

/** What is tried first where nobody typed anything. */
export function initialSample(view: IntegrationMappingView, endpoint: Endpoint, way: Direction): string {
  const { samples, fields, mapping } = view;
  if (way === "answer") return formatJson(samples[endpoint] ?? madeUp(endpoint));
  switch (endpoint) {
    case "list":
    case "search":
      return formatJson({ limit: 50, filters: {} });
    case "get":
    case "delete":
      return formatJson({ id: "151" });
    case "create":
    case "update": {
      const own = fields.filter(({ kind, read_only }) => kind === "text" && !read_only).slice(0, 2);
      const record = Object.fromEntries(own.map(({ name }) => [name, "Ada"]));
      if (endpoint === "create") return formatJson(record);
      const readsFirst = recordOf(recordOf(mapping?.["endpoints"])["update"])["readsFirst"] === true;
      return formatJson({ id: "151", ...record, ...(readsFirst ? { current: samples["get"] ?? { id: "151" } } : {}) });
    }
  }
}

function madeUp(endpoint: Endpoint): unknown {
  return endpoint === "list" || endpoint === "search" ? { data: [{ id: "151" }] } : { id: "151" };
}

/** To begin with where nothing is mapped. */
export function starter({ model, fields }: IntegrationMappingView): string {
  const named = fields.find(({ kind, read_only }) => kind === "text" && !read_only)?.name;
  return formatJson({
    fields: {
      id: { read: "id" },
      ...(named === undefined ? {} : { [named]: { read: named, write: { [`/${named}`]: named } } }),
    },
    endpoints: {
      list: {
        path: `/${model}`,
        query: { limit: "limit" },
        pagination: { type: "cursor", items: "data", next: "next_cursor", parameter: "cursor" },
      },
      get: { path: `/${model}/{id}` },
      create: { path: `/${model}`, item: "$" },
    },
  });
}

/** The endpoints that a mapping has, as far as it can be read. */
export function endpointsIn(mapping: unknown): Endpoint[] {
  const has = typeof mapping === "object" && mapping !== null && "endpoints" in mapping ? mapping.endpoints : null;
  return typeof has === "object" && has !== null ? endpoints.filter((one) => Object.hasOwn(has, one)) : [];
}

/** What a definition says of a model; null: nothing. */
export function mappingIn(
  document: Readonly<Record<string, unknown>>,
  category: string,
  model: string,
): Record<string, unknown> | null {
  const mapping = recordOf(recordOf(document["unified"])[category])[model];
  return mapping === undefined ? null : { ...recordOf(mapping) };
}

/** The definition with this mapping in it. */
export function withMapping(
  document: Readonly<Record<string, unknown>>,
  category: string,
  model: string,
  mapping: unknown,
): Record<string, unknown> {
  const unified = recordOf(document["unified"]);
  return { ...document, unified: { ...unified, [category]: { ...recordOf(unified[category]), [model]: mapping } } };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
