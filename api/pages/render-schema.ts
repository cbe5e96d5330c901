import { resolve, type OpenApiDocument, type Schema } from "../openapi/openapi-types.ts";
import { escapeHtml, renderInline } from "./markdown.ts";

/** The fields of a schema as a list, with those of inner objects folded under each. */
export function renderFields(document: OpenApiDocument, schema: Schema, seen: readonly string[] = []): string {
  const solid = resolve<Schema>(document, schema);
  const inherited = (solid.allOf ?? []).map((part) => renderFields(document, part, seen)).join("");
  const required = new Set(solid.required);
  const own = Object.entries(solid.properties ?? {}).map(([name, property]) =>
    renderField(document, { name, schema: property, isRequired: required.has(name) }, seen),
  );
  return own.length === 0 ? inherited : `${inherited}<ul class="fields">${own.join("")}</ul>`;
}

export function renderField(
  document: OpenApiDocument,
  field: {
    readonly name: string;
    readonly schema: Schema;
    readonly isRequired: boolean;
    readonly description?: string;
  },
  seen: readonly string[] = [],
): string {
  const { name, schema } = field;
  const component = componentOf(schema);
  const inner = innerOf(document, schema);
  const description = field.description ?? schema.description ?? resolve<Schema>(document, schema).description ?? "";
  const limits = limitsOf(document, schema);
  const isOpen = inner !== null && (component === null || !seen.includes(component));
  const fields = isOpen ? renderFields(document, inner, component === null ? seen : [...seen, component]) : "";
  return `<li>
    <div class="name"><code>${escapeHtml(name)}</code><span class="type">${typeOf(schema)}</span>${field.isRequired ? '<span class="must">required</span>' : ""}</div>
    ${description === "" ? "" : `<p>${renderInline(description)}</p>`}
    ${limits === "" ? "" : `<p class="limits">${limits}</p>`}
    ${fields === "" ? "" : `<details><summary>Fields of <code>${escapeHtml(name)}</code></summary><div class="nested">${fields}</div></details>`}
  </li>`;
}

function componentOf(schema: Schema): string | null {
  const found = schema.$ref ?? schema.items?.$ref ?? schema.anyOf?.find((one) => one.$ref !== undefined)?.$ref;
  return found?.split("/").at(-1) ?? null;
}

/** The object whose fields a value of this schema has, also as an entry of a list; null: it has none that are named. */
function innerOf(document: OpenApiDocument, schema: Schema): Schema | null {
  const solid = resolve<Schema>(document, schema);
  if (solid.properties !== undefined || solid.allOf !== undefined) return solid;
  if (solid.items !== undefined) return innerOf(document, solid.items);
  const { additionalProperties: values } = solid;
  if (typeof values === "object" && values.properties !== undefined) return values;
  const choice = (solid.anyOf ?? solid.oneOf ?? []).find((one) => one.type !== "null");
  return choice === undefined ? null : innerOf(document, choice);
}

/** The type in words, such as "list of text or null". */
export function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return `<a href="#shape-${escapeHtml(name)}">${escapeHtml(name)}</a>`;
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((one) => typeOf(one)).join(" or ");
  if (schema.allOf !== undefined) return "object";
  if (schema.const !== undefined) return "text";
  const types = schema.type === undefined ? ["any"] : [schema.type].flat();
  return types
    .map((type) => {
      if (type === "array") return `list of ${schema.items === undefined ? "any" : typeOf(schema.items)}`;
      if (type === "string")
        return schema.format === "date-time" ? "instant" : schema.format === "uri" ? "address" : "text";
      if (type === "integer") return "whole number";
      if (type === "boolean") return "true or false";
      if (type === "object" && typeof schema.additionalProperties === "object" && schema.properties === undefined) {
        const values =
          Object.keys(schema.additionalProperties).length === 0 ? "any" : typeOf(schema.additionalProperties);
        return `map of ${values}`;
      }
      return type;
    })
    .join(" or ");
}

function limitsOf(document: OpenApiDocument, schema: Schema): string {
  const solid = resolve<Schema>(document, schema);
  const said: string[] = [];
  const values = solid.enum ?? (solid.const === undefined ? [] : [solid.const]);
  if (values.length > 0) {
    const shown = values
      .filter((one) => one !== null)
      .map((one) => `<code>${escapeHtml(typeof one === "string" ? one : JSON.stringify(one))}</code>`);
    said.push(`${shown.length === 1 ? "Is" : "One of"} ${shown.join(", ")}`);
  }
  const { default: fallback, pattern, minLength, maxLength, minimum, maximum, maxItems } = solid;
  if (fallback !== undefined) said.push(`default <code>${escapeHtml(JSON.stringify(fallback))}</code>`);
  if (minimum !== undefined || maximum !== undefined) said.push(rangeOf(minimum, maximum));
  if (maxLength !== undefined) said.push(`${rangeOf(minLength, maxLength)} characters`);
  if (maxItems !== undefined) said.push(`at most ${grouped(maxItems)} entries`);
  if (pattern !== undefined && pattern.length <= 60 && solid.format === undefined) {
    said.push(`fits <code>${escapeHtml(pattern)}</code>`);
  }
  return said.join(" · ");
}

function rangeOf(least: number | undefined, most: number | undefined): string {
  // zod bounds whole numbers by what a double can hold, which nobody means.
  const isBounded = most !== undefined && most < Number.MAX_SAFE_INTEGER;
  const isFrom = least !== undefined && least > Number.MIN_SAFE_INTEGER;
  if (isFrom && isBounded) return `${grouped(least)} to ${grouped(most)}`;
  return isBounded ? `at most ${grouped(most)}` : isFrom ? `at least ${grouped(least)}` : "";
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
