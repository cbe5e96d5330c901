import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { permissions } from "#core/domain/access/permission";
import { problemCodes } from "#core/domain/problem/domain-error";
import { resolve, type Media, type Schema } from "#api/openapi/openapi-types";
import { makeOpenApiDocument } from "#scripts/openapi-document";
import { accessOfOperations, type Access } from "../roles/access.ts";
import { listOperations, needsKey, permissionOf } from "./operations.ts";
import { createValidators, pointerOf } from "./validators.ts";

const document = await makeOpenApiDocument();
const operations = listOperations(document);
const validators = createValidators(document);

/** Every schema of the document with the place where it stands. */
function* schemas(value: unknown, at: readonly string[] = []): Generator<{ at: readonly string[]; schema: Schema }> {
  if (value === null || typeof value !== "object") return;
  for (const [name, one] of Object.entries(value)) {
    // Examples look like schemas and are none.
    if (name === "example" || name === "examples" || name === "default") continue;
    const here = [...at, name];
    const isSchema = name === "schema" || name === "items" || at.at(-1) === "properties" || at.at(-1) === "schemas";
    if (isSchema) yield { at: here, schema: one as Schema };
    yield* schemas(one, here);
  }
}

function* medias(): Generator<{ at: string[]; media: Media }> {
  for (const { path, method, operation } of operations) {
    const bodies = Object.entries(operation.requestBody?.content ?? {});
    for (const [type, media] of bodies) yield { at: ["paths", path, method, "requestBody", "content", type], media };
    for (const [status, answer] of Object.entries(operation.responses)) {
      if ("$ref" in answer) continue;
      for (const [type, media] of Object.entries(answer.content ?? {})) {
        yield { at: ["paths", path, method, "responses", status, "content", type], media };
      }
    }
  }
  for (const [name, { content = {} }] of Object.entries(document.components.responses)) {
    for (const [type, media] of Object.entries(content)) {
      yield { at: ["components", "responses", name, "content", type], media };
    }
  }
}

describe("the OpenAPI document", () => {
  test("is valid by the meta schema of OpenAPI 3.1", async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(document) as unknown as Record<string, unknown>);
    expect(result.errors ?? []).toEqual([]);
    expect(validator.version).toBe("3.1");
  });

  test("has for every route a name of its own, a summary, a description and a known tag", () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    const known = document.tags.map(({ name }) => name);
    for (const { method, path, operation } of operations) {
      const where = `${method} ${path}`;
      expect(operation.operationId, where).toMatch(/^[a-z][a-zA-Z]+$/);
      expect(operation.summary, where).toMatch(/^\S.{5,100}[^.]$/);
      expect(operation.description ?? "", where).toMatch(/.{10,}/);
      expect(known, where).toEqual(expect.arrayContaining([...operation.tags]));
      expect(operation.tags, where).toHaveLength(1);
    }
    for (const tag of document.tags) expect(tag.description, tag.name).toMatch(/.{10,}/);
  });

  test("says of every route which permission it needs, or that it needs none", () => {
    const open = operations
      .filter(({ operation }) => !needsKey(operation))
      .map(({ operation }) => operation.operationId);
    const needsNone = (access: Access): boolean =>
      ["open", "person", "approver", "asker"].includes(String(access)) || String(access).startsWith("users:");
    const listed = Object.entries(accessOfOperations).filter(([, access]) => needsNone(access));
    expect(listed.length).toBeGreaterThan(10);
    expect(open.toSorted()).toEqual(listed.map(([id]) => id).toSorted());
    for (const { operation } of operations.filter((one) => needsKey(one.operation))) {
      expect(permissions, operation.operationId).toContain(permissionOf(operation));
    }
  });

  test("documents the problems that every route can answer, each with its codes", () => {
    // What the proxy answers is the provider's; its tests are its own.
    for (const { operation } of operations.filter(({ path }) => !path.startsWith("/proxy/"))) {
      const always = needsKey(operation) ? ["400", "401", "403", "405", "500", "503"] : ["405"];
      const withBody = operation.requestBody === undefined ? [] : ["413", "422"];
      expect(Object.keys(operation.responses), operation.operationId).toEqual(
        expect.arrayContaining([...always, ...withBody]),
      );
    }
    const described = Object.values(document.components.responses).map(({ description }) => description);
    for (const code of Object.keys(problemCodes)) expect(described.join(" ")).toContain(`\`${code}\``);
    for (const name of ["TooManyRequests", "Unavailable"]) {
      expect(document.components.responses[name]?.headers).toHaveProperty("Retry-After");
    }
  });

  test("describes every parameter and every property", () => {
    const lacking = [...schemas(document)]
      .filter(({ at }) => at.at(-2) === "properties" || at.at(-2) === "schemas")
      .filter(
        ({ schema }) => (schema.description ?? resolve<Schema>(document, schema as never).description ?? "") === "",
      )
      .map(({ at }) => at.join("/"));
    expect(lacking).toEqual([]);
    for (const { operation } of operations) {
      for (const one of operation.parameters ?? []) {
        expect(one.description ?? "", `${operation.operationId} ${one.name}`).toMatch(/.{10,}/);
      }
    }
  });

  test("names its shapes: an object with fields is a component, not written out where it is used", () => {
    const inlined = [...schemas(document)]
      .filter(
        ({ at, schema }) => at.at(-1) === "schema" && (schema.properties !== undefined || schema.allOf !== undefined),
      )
      .map(({ at }) => at.join("/"));
    expect(inlined).toEqual([]);
  });

  test("shows an example of every body and answer, and each fits its schema", () => {
    for (const { at, media } of medias()) {
      if (at.at(-1) === "*/*") continue;
      const given = Object.values(media.examples ?? {}).map(({ value }) => value);
      const examples = media.example === undefined ? given : [media.example, ...given];
      expect(examples.length, at.join("/")).toBeGreaterThan(0);
      for (const example of examples) {
        expect(validators.fault(pointerOf(...at, "schema"), example), at.join("/")).toBeNull();
      }
    }
  });

  test("shows no secret that could be one", () => {
    const text = JSON.stringify(document);
    expect(text).not.toMatch(/evg_[A-Za-z0-9]|whsec_[A-Za-z0-9]|lt_[\w-]{10}|eyJ[\w-]{10}/);
    for (const match of text.matchAll(/"(?:access_token|refresh_token|client_secret|api_key|password)":"([^"]*)"/g)) {
      expect(match[1]).toBe("...");
    }
  });
});
