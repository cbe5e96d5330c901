import { z } from "zod";

/**
 * Answers as a provider's documentation shows them, in samples/<name>.json beside a document, and what the definition has to make of
 * them. What they may say stands here once; the catalogue's must say all of it, with the page that shows it.
 */
export const failureClasses = ["transient", "rate_limited", "reauthorize", "client_misconfigured", "in_doubt"] as const;

const texts = z.record(z.string(), z.string());

const answer = {
  /** Where the page describes an answer rather than showing it. */
  note: z.string().optional(),
  status: z.number().int().min(100).max(599).default(200),
  headers: texts.default({}),
  body: z.unknown(),
};
const source = z.url();

const told = z.number().nullable().optional();

/** By what it is a sample of. */
const expected = {
  tokens: {
    access_token: z.string(),
    refresh_token: z.string().optional(),
    expires_in: z.number().optional(),
    scopes: z.array(z.string()).optional(),
    token_type: z.string().optional(),
    fields: texts.optional(),
  },
  refusal: { class: z.enum(failureClasses), error: z.string() },
  identity: { id: z.string(), label: z.string().nullable(), fields: texts.optional() },
  callback: { fields: texts },
  apiError: { error: z.string().nullable() },
  /** Whether the probe's answer is that of credentials that work. */
  probe: { works: z.boolean() },
  /** Null: it does not tell. */
  rateLimit: {
    /** Whether the call was refused for a limit. Absent: the status says it. */
    refused: z.boolean().optional(),
    limit: told,
    remaining: told,
    reset_seconds: told,
    retry_after_seconds: told,
  },
  page: { items: z.number().int(), next: z.string().nullable().optional() },
};

const shown = { source, ...answer };

export const catalogueSampleSchema = z.discriminatedUnion("what", [
  z.strictObject({ what: z.literal("token"), ...shown, expects: z.strictObject(expected.tokens) }),
  z.strictObject({ what: z.literal("refresh"), ...shown, expects: z.strictObject(expected.tokens) }),
  z.strictObject({ what: z.literal("token_error"), ...shown, expects: z.strictObject(expected.refusal) }),
  z.strictObject({ what: z.literal("identity"), ...shown, expects: z.strictObject(expected.identity) }),
  /** The parameters with which a browser came back; no answer, so no status. */
  z.strictObject({
    what: z.literal("callback"),
    source,
    note: answer.note,
    body: texts,
    expects: z.strictObject(expected.callback),
  }),
  z.strictObject({ what: z.literal("api_error"), ...shown, expects: z.strictObject(expected.apiError) }),
  z.strictObject({ what: z.literal("probe"), ...shown, expects: z.strictObject(expected.probe) }),
  z.strictObject({
    what: z.literal("rate_limit"),
    ...shown,
    /** When it was answered, for instants in its headers. */
    at: z.iso.datetime().optional(),
    expects: z
      .strictObject(expected.rateLimit)
      .refine((expects) => Object.keys(expects).length > 0, "a sample that expects nothing proves nothing"),
  }),
  z.strictObject({ what: z.literal("page"), ...shown, expects: z.strictObject(expected.page) }),
]);

export const catalogueFileSchema = z.strictObject({
  integration: z.string(),
  inputs: texts.default({}),
  /** What no sample delivers itself. */
  fields: texts.default({}),
  samples: z.array(catalogueSampleSchema).min(1),
});

const checked = { ...answer, body: answer.body.default(null) };
const tokens = z.object(expected.tokens).partial().default({});

/** What `integrations check` reads: a source is nobody's business, and only what it compares must be told. */
export const checkedSampleSchema = z.discriminatedUnion("what", [
  z.object({ what: z.literal("token"), ...checked, expects: tokens }),
  z.object({ what: z.literal("refresh"), ...checked, expects: tokens }),
  z.object({
    what: z.literal("token_error"),
    ...checked,
    expects: z.object(expected.refusal).partial({ error: true }),
  }),
  z.object({ what: z.literal("identity"), ...checked, expects: z.object(expected.identity).partial().default({}) }),
  z.object({ what: z.literal("api_error"), ...checked, expects: z.object(expected.apiError) }),
  z.object({ what: z.literal("probe"), ...checked, expects: z.object(expected.probe) }),
  z.object({ what: z.literal("rate_limit"), ...checked, expects: z.object(expected.rateLimit).default({}) }),
  z.object({ what: z.literal("callback") }),
  z.object({ what: z.literal("page") }),
]);

export const checkedFileSchema = z.object({
  inputs: texts.default({}),
  fields: texts.default({}),
  samples: z.array(checkedSampleSchema).default([]),
});
