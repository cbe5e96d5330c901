import { describe, expect, test } from "vitest";
import { templates } from "../app/(dashboard)/integrations/_editor/templates.ts";
import { integrationJsonSchema } from "#core/domain/integration/integration-json-schema";
import { readDocument } from "#core/domain/integration/read-document";

describe("the templates that a definition is started from", () => {
  test.each(templates)("are valid as they stand: $format", ({ format, document }) => {
    const read = readDocument(document("acme-crm"));
    expect(read).toMatchObject({ kind: "document", document: { name: "acme-crm", label: "Acme Crm" } });
    expect(read.kind === "document" && read.document.credentials.format).toBe(format);
  });

  test("are one for each format of credentials that the schema knows", () => {
    const formats = [
      ...JSON.stringify(integrationJsonSchema()).matchAll(/"format":\{[^}]*?"const":"([a-z0-9_]+)"/g),
    ].map(([, name]) => name);
    for (const { format } of templates) expect(formats).toContain(format);
    expect(templates.map(({ format }) => format)).toEqual([
      "oauth2",
      "oauth2_client_credentials",
      "api_key",
      "basic",
      "custom",
    ]);
  });
});
