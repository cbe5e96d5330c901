/** What is asked of a provider's API, once it has been read. */
export type ImitatedRequest = {
  method: string;
  /** Below the host, decoded nowhere. */
  path: string;
  query: URLSearchParams;
  body: Json;
};

export type ImitatedAnswer = { status: number; headers?: Record<string, string>; body?: unknown };

/** A provider's API as its documentation shows it: the documented samples, and as much behaviour as lists and writes need. */
export type Imitation = {
  /** The account's inputs and fields that its definition's templates need. */
  inputs: Record<string, string>;
  fields: Record<string, string>;
  /** @param origin where it is reached, for addresses that it writes itself */
  answer(request: ImitatedRequest, origin: string): ImitatedAnswer;
};

/** Loosely typed: these are other people's records. */
// eslint-disable-next-line typescript/no-explicit-any
export type Json = any;

/** Records of one kind. The first is the documented sample itself; the others are like it, with ids of their own. */
export function createRecords(options: {
  sample: Json;
  idOf(record: Json): string;
  /** The sample with another id. */
  numbered(sample: Json, number: number): Json;
  count?: number;
}) {
  const { sample, idOf, numbered } = options;
  const all: Json[] = [structuredClone(sample)];
  const fill = (count: number): void => {
    all.length = Math.min(all.length, 1);
    for (let number = 1; number < count; number += 1) all.push(numbered(structuredClone(sample), number));
  };
  fill(options.count ?? 1);
  let made = 0;
  return {
    all,
    /** So many from now on, the sample among them. */
    fill,
    find: (id: string): Json => all.find((one) => idOf(one) === id) ?? null,
    add(make: (number: number) => Json): Json {
      made += 1;
      const record = make(900_000 + made);
      all.push(record);
      return record;
    },
    remove(id: string): boolean {
      const at = all.findIndex((one) => idOf(one) === id);
      if (at >= 0) all.splice(at, 1);
      return at >= 0;
    },
  };
}

export type Records = ReturnType<typeof createRecords>;

/** `/contacts/{id}` against a path: what stands in its place, or null. */
export function matchPath(template: string, path: string): Record<string, string> | null {
  const [wanted, given] = [template.split("/"), path.split("/")];
  if (wanted.length !== given.length) return null;
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const name = /^\{(\w+)\}(.*)$/.exec(part);
    const value = given[index] ?? "";
    if (name === null) {
      if (part !== value) return null;
    } else if (value.endsWith(name[2] ?? "")) {
      found[name[1] ?? ""] = decodeURIComponent(value.slice(0, value.length - (name[2] ?? "").length));
    } else return null;
  }
  return found;
}
