import { exampleOf } from "./example-of.ts";
import type { Media, OpenApiDocument, Operation, Parameter } from "./openapi-types.ts";
import { problemAnswerName, problemAnswers } from "./problem-answers.ts";

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * What the routes' own document lacks: each problem answer once as a component, with headers and an example; 405 everywhere and
 * 413 where there is a body; examples of answers, composed of those of their fields; references as JSON Schema 2020-12 has them.
 */
export function completeDocument(made: object, publicUrl: string): OpenApiDocument {
  const document = mendSchemas(structuredClone(made) as Json) as unknown as {
    -readonly [K in keyof OpenApiDocument]: OpenApiDocument[K];
  };
  document.components = {
    ...document.components,
    responses: problemAnswers(publicUrl) as OpenApiDocument["components"]["responses"],
  };
  document.paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, methods]) => [
      path,
      Object.fromEntries(Object.entries(methods).map(([method, one]) => [method, completeOperation(document, one)])),
    ]),
  );
  return document;
}

function completeOperation(document: OpenApiDocument, operation: Operation): Operation {
  const added = operation.requestBody === undefined ? [405] : [405, 413];
  const responses = { ...operation.responses };
  for (const status of added) responses[status] ??= { description: "" };
  const { parameters, requestBody } = operation;
  return {
    ...operation,
    ...(parameters === undefined ? {} : { parameters: parameters.map(withoutNull) }),
    ...(requestBody === undefined
      ? {}
      : { requestBody: { ...requestBody, content: withExamples(document, requestBody.content) } }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, answer]) => {
        const name = problemAnswerName(Number(status));
        if (name !== undefined) return [status, { $ref: `#/components/responses/${name}` }];
        if (!("content" in answer) || answer.content === undefined) return [status, answer];
        return [status, { ...answer, content: withExamples(document, answer.content) }];
      }),
    ),
  };
}

/** Coercion makes zod-to-openapi think that null may be sent; a parameter is text. */
function withoutNull(parameter: Parameter): Parameter {
  const { type } = parameter.schema;
  if (type === undefined || typeof type === "string") return parameter;
  const [first, ...others] = type.filter((one) => one !== "null");
  if (first === undefined || others.length > 0) return parameter;
  return { ...parameter, schema: { ...parameter.schema, type: first } };
}

function withExamples(document: OpenApiDocument, content: Readonly<Record<string, Media>>): Record<string, Media> {
  return Object.fromEntries(
    Object.entries(content).map(([type, media]) => {
      if (media.schema === undefined || media.example !== undefined || media.examples !== undefined)
        return [type, media];
      const example = exampleOf(document, media.schema);
      return [type, example === undefined ? media : { ...media, example }];
    }),
  );
}

/**
 * zod-to-openapi wraps a component that something is said about into `allOf`, and a nullable one so that null fits neither part.
 * JSON Schema 2020-12 has both more simply.
 */
function mendSchemas(value: Json): Json {
  if (Array.isArray(value)) return value.map(mendSchemas);
  if (value === null || typeof value !== "object") return value;
  const component = value["x-component"];
  if (typeof component === "string") return { $ref: `#/components/schemas/${component}` };
  const mended = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mendSchemas(one)]));
  const [first, second] = Array.isArray(mended["allOf"]) && mended["allOf"].length === 2 ? mended["allOf"] : [];
  if (!isReference(first) || !isAnnotation(second)) return mended;
  const { type, ...said } = second;
  const { allOf: _, ...others } = mended;
  if (!Array.isArray(type)) return { ...others, $ref: first.$ref, ...said };
  return { ...others, anyOf: [{ $ref: first.$ref }, { type: "null" }], ...said };
}

function isReference(value: Json | undefined): value is { $ref: string } {
  return value !== null && typeof value === "object" && "$ref" in value && Object.keys(value).length === 1;
}

/** Says something about a schema, or that null fits too, and nothing else. */
function isAnnotation(value: Json | undefined): value is { [name: string]: Json } {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const { type, description: _, example: __, default: ___, ...rest } = value;
  const isNullable = Array.isArray(type) && type.includes("null");
  return Object.keys(rest).length === 0 && (type === undefined || isNullable);
}
