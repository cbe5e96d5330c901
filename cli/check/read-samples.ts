import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { z } from "zod";
import type { FailureClass } from "#core/domain/refresh/classify-token-failure";
import type { FaultBehaviour } from "#lab/start-fault-server";
import { UsageError } from "../usage-error.ts";
import { checkedFileSchema, type checkedSampleSchema } from "./sample-schema.ts";

export type Sample = z.infer<typeof checkedSampleSchema>;
export type SampleOf<What extends Sample["what"]> = Sample & { readonly what: What };
export type TokenSample = SampleOf<"token" | "refresh">;
export type { FailureClass };

/** Answers as the provider's documentation shows them, and what goes with them. */
export type Samples = z.infer<typeof checkedFileSchema>;

export const noSamples: Samples = { inputs: {}, fields: {}, samples: [] };

/**
 * samples/<name>.json beside a document; none where there is no such file.
 * @throws UsageError when it can't be read as such
 */
export async function readSamples(file: string, name: string): Promise<Samples> {
  const path = join(dirname(file), "samples", `${name}.json`);
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return noSamples;
  const read = checkedFileSchema.safeParse(parse(path, text));
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
