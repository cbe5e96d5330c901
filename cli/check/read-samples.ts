import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../usage-error.ts";
import type { TokenSample } from "./answer-shape.ts";

/** Answers as the provider's documentation shows them. */
export interface Samples {
  /** Of a refresh, otherwise of the first token. */
  readonly token: TokenSample | null;
  /** How it refuses a refresh token for good. */
  readonly refusal: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  } | null;
}

export const noSamples: Samples = { token: null, refusal: null };

interface Sample {
  readonly what: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly expects?: TokenSample["expects"] & { readonly class?: string };
}

/**
 * samples/<name>.json beside a document; none where there is no such file.
 * @throws UsageError when it is no JSON
 */
export async function readSamples(file: string, name: string): Promise<Samples> {
  const path = join(dirname(file), "samples", `${name}.json`);
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return noSamples;
  const all = parse(path, text);
  const ofKind = (what: string): Sample | undefined => all.find((one) => one.what === what && one.body !== undefined);
  const token = ofKind("refresh") ?? ofKind("token");
  const refusal = all.find((one) => one.what === "token_error" && one.expects?.class === "reauthorize");
  return {
    token: token === undefined ? null : { body: token.body, expects: token.expects ?? {} },
    refusal:
      refusal === undefined
        ? null
        : { status: refusal.status ?? 400, headers: refusal.headers ?? {}, body: refusal.body ?? null },
  };
}

function parse(path: string, text: string): readonly Sample[] {
  try {
    const { samples = [] } = JSON.parse(text) as { readonly samples?: readonly Sample[] };
    return samples;
  } catch {
    throw new UsageError(`${path} is no JSON; mend it, or take it away`);
  }
}
