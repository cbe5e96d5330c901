// The types of the client in sdk/, from the OpenAPI document: `node scripts/write-sdk-types.ts`. A test fails when they are stale.
// A generator of ours: openapi-typescript needs the compiler API of TypeScript 5, which TypeScript 7 does not have.
import { writeFileSync } from "node:fs";
import type { OpenApiDocument, Operation, Schema } from "../api/openapi/openapi-types.ts";
import { makeOpenApiDocument } from "./openapi-document.ts";

export const sdkTypesPath = new URL("../sdk/src/api-types.ts", import.meta.url);

/** What says nothing to a program: an API about itself, and how people sign in. */
const notForPrograms = new Set([
  "getOpenApiDocument",
  "getReference",
  "getProblemPage",
  "getSignInMethods",
  "findInvitation",
  "acceptInvitation",
]);

/** Whether only a person may ask for it: it asks for who calls, and takes no key. */
const isForPeople = ({ security }: Operation): boolean =>
  security.length > 0 && security.every((one) => !("apiKey" in one));

export function writeTypes(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      // The proxy takes any path, so that nothing of it has a type.
      .filter(
        ([, operation]) =>
          !notForPrograms.has(operation.operationId) && !isForPeople(operation) && !path.startsWith("/proxy/"),
      )
      .map(([method, operation]) => ({ path, method, operation })),
  );
  const used = new Set<string>();
  for (const { operation } of operations) collectNames(document, operation, used);
  collectNames(document, document.components.schemas["Problem"], used.add("Problem"));
  const shapes = Object.entries(document.components.schemas)
    .filter(([name]) => used.has(name))
    .map(([name, schema]) => `${comment(schema.description, "")}export ${writeShape(name, schema)}\n`);
  const types = operations.map(({ operation }) => writeOperation(operation));
  const routes = operations.map(
    ({ path, method, operation }) => `  ${operation.operationId}: ["${method.toUpperCase()}", "${path}"],\n`,
  );
  return `// Made by scripts/write-sdk-types.ts from the OpenAPI document. Not to be edited.

${shapes.join("\n")}
/** What each route takes and answers, by operationId. */
export interface Operations {
${types.join("")}}

/** Method and path of each route. */
export const routes = {
${routes.join("")}} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>;
`;
}

function collectNames(document: OpenApiDocument, value: unknown, names: Set<string>): void {
  if (value === null || typeof value !== "object") return;
  for (const [key, one] of Object.entries(value)) {
    const name =
      key === "$ref" && typeof one === "string" ? /^#\/components\/schemas\/(\w+)$/.exec(one)?.[1] : undefined;
    if (name === undefined) collectNames(document, one, names);
    else if (!names.has(name)) collectNames(document, document.components.schemas[name], names.add(name));
  }
}

function writeShape(name: string, schema: Schema): string {
  const isPlain = schema.type === "object" && Object.keys(schema.properties ?? {}).length > 0;
  return isPlain ? `interface ${name} ${writeObject(schema, "")}` : `type ${name} = ${writeType(schema, "")};`;
}

function writeOperation(operation: Operation): string {
  const { operationId, parameters = [], requestBody, responses } = operation;
  const group = (place: string): string => {
    const found = parameters.filter((one) => one.in === place);
    const properties = Object.fromEntries(
      found.map(({ name, schema, description = "" }) => [name, { ...schema, description }]),
    );
    const required = found.filter((one) => one.required === true).map(({ name }) => name);
    return writeObject({ type: "object", properties, required }, "    ");
  };
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const answers = Object.values(responses).flatMap((answer) => {
    if ("$ref" in answer) return [];
    return Object.values(answer.content ?? {}).map(({ schema = {} }) => writeType(schema, "    "));
  });
  const isOptional = requestBody !== undefined && requestBody.required !== true;
  return `${comment(operation.summary, "  ")}  ${operationId}: {
    path: ${group("path")};
    query: ${group("query")};
    body: ${body === undefined ? "undefined" : `${writeType(body, "    ")}${isOptional ? " | undefined" : ""}`};
    answer: ${answers.length === 0 ? "null" : [...new Set(answers)].join(" | ")};
  };
`;
}

function writeType(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref.split("/").at(-1) ?? "unknown";
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((one) => writeType(one, indent)).join(" | ");
  if (schema.allOf !== undefined) return schema.allOf.map((one) => writeType(one, indent)).join(" & ");
  if (schema.type === undefined) return "unknown";
  return [schema.type]
    .flat()
    .map((type) => {
      if (type === "array") return `Array<${schema.items === undefined ? "unknown" : writeType(schema.items, indent)}>`;
      if (type === "object") return writeObject(schema, indent);
      if (type === "integer") return "number";
      return type;
    })
    .join(" | ");
}

function writeObject(schema: Schema, indent: string): string {
  const { properties = {}, additionalProperties: others } = schema;
  const entries = Object.entries(properties);
  const values = typeof others === "object" && Object.keys(others).length > 0 ? writeType(others, indent) : "unknown";
  if (entries.length === 0)
    return others === undefined || others === false ? "Record<string, never>" : `Record<string, ${values}>`;
  const required = new Set(schema.required);
  const inner = `${indent}  `;
  const lines = entries.map(([name, property]) => {
    const type = writeType(property, inner);
    const key = /^[a-z_]\w*$/i.test(name) ? name : JSON.stringify(name);
    const optional = type === "unknown" ? type : `${type} | undefined`;
    const field = required.has(name) ? `${key}: ${type}` : `${key}?: ${optional}`;
    return `${comment(property.description, inner)}${inner}${field};\n`;
  });
  const rest = others === undefined || others === false ? "" : `${inner}[name: string]: unknown;\n`;
  return `{\n${lines.join("")}${rest}${indent}}`;
}

function comment(text: string | undefined, indent: string): string {
  return text === undefined || text === ""
    ? ""
    : `${indent}/** ${text.replaceAll("*/", "* /").replaceAll("\n", " ")} */\n`;
}

if (import.meta.main) writeFileSync(sdkTypesPath, writeTypes(await makeOpenApiDocument()));
