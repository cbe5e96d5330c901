import { integrationDocumentSchema } from "#core/domain/integration/integration-document";
import { isTypedDocument, type TypedDocument } from "#core/domain/integration/credential-fields";
import type { TypedFormat } from "#core/domain/credential/typed-credential";

interface TypedChanges {
  readonly name?: string;
  readonly inputs?: unknown;
  /** Laid over the API with its probe at /me. */
  readonly api?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly authorization?: unknown;
}

const usual = {
  api_key: {
    config: {},
    authorization: { format: "header", config: { name: "x-api-key", value: "{api_key}" } },
  },
  basic: { config: {}, authorization: { format: "basic", config: {} } },
  custom: {
    config: {
      fields: [
        { name: "key_id", label: "Key id", secret: false },
        { name: "key_secret", label: "Secret" },
      ],
    },
    authorization: {
      format: "expression",
      config: { expression: '{"headers": {"x-key-id": credentials.key_id, "x-key-secret": credentials.key_secret}}' },
    },
  },
} as const;

/** A valid definition of an imaginary provider whose credentials are typed. */
export function typedDocument(format: TypedFormat, changes: TypedChanges = {}): TypedDocument {
  const document = integrationDocumentSchema.parse(typedSource(format, changes));
  if (!isTypedDocument(document)) throw new Error(`${format} is not typed`);
  return document;
}

/** The same before it is parsed. */
export function typedSource(format: TypedFormat, changes: TypedChanges = {}): Record<string, unknown> {
  return {
    name: changes.name ?? "acme-keys",
    label: "Acme Keys",
    ...(changes.inputs === undefined ? {} : { inputs: changes.inputs }),
    api: { baseUrl: "https://api.acme.example/v2", probe: { path: "/me" }, ...changes.api },
    credentials: { format, config: { ...usual[format].config, ...changes.config } },
    authorization: changes.authorization ?? usual[format].authorization,
  };
}
