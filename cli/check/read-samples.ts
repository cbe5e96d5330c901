import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { FailureClass } from "#core/domain/refresh/classify-token-failure";
import type { FaultBehaviour } from "#lab/start-fault-server";
import { UsageError } from "../usage-error.ts";

const failureClasses = ["transient", "rate_limited", "reauthorize", "client_misconfigured", "in_doubt"] as const;

const answer = {
  status: z.number().int().min(100).max(599).default(200),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown().default(null),
};
const texts = z.record(z.string(), z.string());
const tokens = z
  .object({
    access_token: z.string(),
    refresh_token: z.string(),
    expires_in: z.number(),
    scopes: z.array(z.string()),
    fields: texts,
  })
  .partial()
  .default({});

/** What a sample may hold besides is for the catalogue's own tests. */
const sampleSchema = z.discriminatedUnion("what", [
  z.object({ what: z.literal("token"), ...answer, expects: tokens }),
  z.object({ what: z.literal("refresh"), ...answer, expects: tokens }),
  z.object({
    what: z.literal("token_error"),
    ...answer,
    expects: z.object({ class: z.enum(failureClasses), error: z.string().optional() }),
  }),
  z.object({
    what: z.literal("identity"),
    ...answer,
    expects: z.object({ id: z.string(), fields: texts }).partial().default({}),
  }),
  z.object({ what: z.literal("api_error"), ...answer, expects: z.object({ error: z.string().nullable() }) }),
  z.object({
    what: z.literal("rate_limit"),
    ...answer,
    expects: z.object({ retry_after_seconds: z.number().nullable().optional() }).default({}),
  }),
  z.object({ what: z.literal("callback") }),
  z.object({ what: z.literal("page") }),
]);

const fileSchema = z.object({
  inputs: texts.default({}),
  fields: texts.default({}),
  samples: z.array(sampleSchema).default([]),
});

export type Sample = z.infer<typeof sampleSchema>;
export type SampleOf<What extends Sample["what"]> = Sample & { readonly what: What };
export type TokenSample = SampleOf<"token" | "refresh">;
export type { FailureClass };

/** Answers as the provider's documentation shows them, and what goes with them. */
export type Samples = z.infer<typeof fileSchema>;

export const noSamples: Samples = { inputs: {}, fields: {}, samples: [] };

/**
 * samples/<name>.json beside a document; none where there is no such file.
 * @throws UsageError when it can't be read as such
 */
export async function readSamples(file: string, name: string): Promise<Samples> {
  const path = join(dirname(file), "samples", `${name}.json`);
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return noSamples;
  const read = fileSchema.safeParse(parse(path, text));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new UsageError(`${path} can't be read: /${issue?.path.join("/") ?? ""} ${issue?.message ?? ""}`);
}

export function samplesOf<What extends Sample["what"]>(samples: Samples, ...kinds: What[]): readonly SampleOf<What>[] {
  return samples.samples.filter((one): one is SampleOf<What> => kinds.some((kind) => kind === one.what));
}

/** The answer that a sample shows, as the provider sends it. An ID token of a documentation is signed for nobody. */
export function behaviourOf({ status, headers, body }: Exclude<Sample, SampleOf<"callback" | "page">>): FaultBehaviour {
  if (typeof body === "string") return { kind: "text", status, headers, body };
  const sent =
    typeof body === "object" && body !== null && "id_token" in body ? { ...body, id_token: undefined } : body;
  return { kind: "json", status, headers, body: sent };
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is no JSON; mend it, or take it away`);
  }
}
