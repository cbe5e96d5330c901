import { readFileSync } from "node:fs";
import jsonata from "jsonata";
import { toMappingTrialView, toMappingViews } from "#api/views/mapping-view";
import { integrationDocumentSchema } from "#core/domain/integration/integration-document";
import { findModel } from "#core/domain/unified/models";
import { ExpressionFailed, type Expressions } from "#core/ports/expressions";
import type { ConfiguredIntegration } from "#core/ports/integration-store";
import { tryMapping, type MappingTrial } from "#core/usecases/unified/try-mapping";
import type { World } from "./stub-accounts.ts";
import { definitionOf } from "./stub-integrations.ts";

type Reply = { status: number; body: unknown };

/** How the catalogue's definition of this name maps the unified API. */
export function catalogueMappings(name: string): unknown {
  const text = readFileSync(new URL(`../integrations/${name}.json`, import.meta.url), "utf8");
  return (JSON.parse(text) as { unified?: unknown }).unified;
}

/** Without a process of their own: the tests' expressions end. */
const expressions: Expressions = {
  async evaluate(expression, input, bindings) {
    try {
      const found: unknown = await jsonata(expression).evaluate(input, bindings);
      return found === undefined ? undefined : (JSON.parse(JSON.stringify(found)) as unknown);
    } catch (error) {
      const { code, position } = error as { code?: string; position?: number };
      throw new ExpressionFailed("threw", `${code} at ${position}`);
    }
  },
};

/** What the API answers about mappings, by the code that answers it there; null: it is asked for something else. */
export async function answerMappings(world: World, method: string, path: string, body: string): Promise<Reply | null> {
  const [, name = "", rest] = /^\/api\/v1\/integrations\/([a-z0-9-]+)\/mappings(\/try)?$/.exec(path) ?? [];
  const one = world.integrations.find((known) => known.name === name);
  if (one === undefined || one.format === null) return null;
  const document = integrationDocumentSchema.parse(definitionOf(name, one));
  if (method === "GET" && rest === undefined) {
    const data = toMappingViews({ name, definition: document, document } as ConfiguredIntegration);
    return { status: 200, body: { data, next_cursor: null } };
  }
  if (method !== "POST" || rest === undefined) return null;
  const asked = JSON.parse(body) as Omit<MappingTrial, "model"> & { category: string; model: string };
  const model = findModel(asked.category, asked.model);
  if (model === null) return { status: 422, body: { status: 422, code: "invalid_request", title: "No such model" } };
  const tried = await tryMapping({ expressions, clock: { now: () => new Date() } }, document, {
    ...asked,
    model,
    answer: asked.answer === undefined || asked.answer === null ? null : { ...asked.answer, headers: {} },
    given: asked.given ?? null,
    inputs: {},
    fields: {},
  });
  return { status: 200, body: toMappingTrialView(tried) };
}
