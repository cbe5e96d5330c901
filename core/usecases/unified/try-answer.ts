import { toPointer } from "../../domain/text/scan-json.ts";
import { composeForEach } from "../../domain/unified/compose-expressions.ts";
import { isJsonObject, type JsonObject } from "../../domain/unified/json-object.ts";
import type { EndpointName } from "../../domain/unified/mapping-schema.ts";
import { refusalProblem } from "../../domain/unified/refusal.ts";
import { alongPath, readPage } from "../read-page.ts";
import { readApiAnswer } from "../read-api-answer.ts";
import { lacksItems, listOf, paginationOf, type Paged } from "./list-records.ts";
import { readFound, readsOf, type Read } from "./map-records.ts";
import { failedExpression, faultsOf, ownFailure } from "./trial-faults.ts";
import type { ReadTrial, TrialAnswer, TrialFault, TriedMapping } from "./try-mapping.ts";
import type { MappedModel } from "./with-mapping.ts";

/** So many records of a sample are mapped: one shows how, some show what is not always there. */
const mostRecords = 10;
/** Each that fails may take a fifth of a second. */
const mostFailures = 10;

interface TriedAnswer {
  readonly faults: readonly TrialFault[];
  readonly read: TriedMapping["read"];
}

/** What a caller would get of an answer, and every expression that fails on it. */
export async function tryAnswer(
  mapped: MappedModel,
  now: Date,
  name: EndpointName,
  answer: TrialAnswer,
): Promise<TriedAnswer> {
  const { ports, document, mapping } = mapped;
  let reading: Awaited<ReturnType<typeof readApiAnswer>>;
  try {
    const told = { kind: "answer", ...answer, retryAfterSeconds: null } as const;
    reading = await readApiAnswer(ports.expressions, document.api, told, now);
  } catch (error) {
    const detail = `an expression of the definition's api ${failedExpression([], ownFailure(error)).detail}`;
    return { faults: [{ part: "mapping", pointer: "", detail }], read: null };
  }
  const isFulfilled = answer.status >= 200 && answer.status < 300 && !reading.isRateLimit && reading.declared === null;
  if (isFulfilled) {
    return name === "list" || name === "search"
      ? await tryPage(mapped, name, answer)
      : await tryOne(mapped, name, answer);
  }
  const faults: TrialFault[] = [];
  let told: unknown = null;
  try {
    if (mapping.errors !== undefined) told = await ports.expressions.evaluate(mapping.errors, answer);
  } catch (error) {
    faults.push(failedExpression(["errors"], ownFailure(error)));
  }
  const problem = refusalProblem({ ...reading, accountId: "", status: answer.status, told });
  return { faults, read: { kind: "refusal", problem } };
}

async function tryPage(mapped: MappedModel, name: "list" | "search", answer: TrialAnswer): Promise<TriedAnswer> {
  const endpoint = mapped.mapping.endpoints[name];
  if (endpoint === undefined) return { faults: [], read: null };
  let pagination: Paged;
  try {
    pagination = paginationOf(mapped, { name, endpoint });
  } catch (error) {
    return { faults: faultsOf(mapped, error), read: null };
  }
  const isOwn = endpoint.pagination !== undefined;
  const place = isOwn ? ["endpoints", name, "pagination"] : [];
  if (lacksItems(pagination, answer.body)) return { faults: [noRecords(place)], read: null };
  try {
    const { items, next } = await readTrialPage(mapped, pagination, answer, endpoint.maxLimit);
    const objects = items.filter(isJsonObject);
    if (objects.length < items.length) return { faults: [noRecords(place)], read: null };
    const { faults, records } = await mapAll(mapped, objects.slice(0, mostRecords));
    return { faults, read: { kind: "records", records, total: objects.length, next, id: null } };
  } catch (error) {
    return { faults: [failedExpression(place, ownFailure(error))], read: null };
  }
}

async function readTrialPage(
  { ports: { expressions } }: MappedModel,
  pagination: Paged,
  answer: TrialAnswer,
  limit: number,
): Promise<{ readonly items: readonly unknown[]; readonly next: unknown }> {
  const { status, headers, body } = answer;
  if (pagination.type === "state") {
    const find = async (expression: string): Promise<unknown> =>
      alongPath(expression, body)?.found ??
      (await expressions.evaluate(expression, body, { status, headers, query: {}, limit }));
    const [items, next = null] = [listOf(await find(pagination.items)), await find(pagination.next)];
    return { items, next: next === "" ? null : next };
  }
  const told = { kind: "answer", status, headers, body, retryAfterSeconds: null } as const;
  const page = await readPage(expressions, pagination, told, {});
  const next = page?.next ?? null;
  return {
    items: page?.items ?? [],
    next: next === null ? null : next.kind === "address" ? next.url : { [next.name]: next.value },
  };
}

async function tryOne(
  mapped: MappedModel,
  name: "get" | "create" | "update" | "delete",
  answer: TrialAnswer,
): Promise<TriedAnswer> {
  const endpoint = mapped.mapping.endpoints[name];
  const item = endpoint !== undefined && "item" in endpoint ? endpoint.item : undefined;
  const idOf = endpoint !== undefined && "id" in endpoint ? endpoint.id : undefined;
  const nothing: ReadTrial = { kind: "records", records: [], total: 0, next: null, id: null };
  if (item !== undefined) {
    const place = ["endpoints", name, "item"];
    try {
      const found = await find(mapped, item, answer.body);
      if (!isJsonObject(found)) return { faults: [noRecords(place)], read: null };
      const { faults, records } = await mapAll(mapped, [found]);
      return { faults, read: { ...nothing, records, total: 1 } };
    } catch (error) {
      return { faults: [failedExpression(place, ownFailure(error))], read: null };
    }
  }
  if (idOf === undefined) return { faults: [], read: nothing };
  const place = ["endpoints", name, "id"];
  try {
    const id = await find(mapped, idOf, answer);
    if ((typeof id === "string" && id !== "") || typeof id === "number") {
      return { faults: [], read: { ...nothing, id: String(id) } };
    }
    return { faults: [noRecords(place)], read: null };
  } catch (error) {
    return { faults: [failedExpression(place, ownFailure(error))], read: null };
  }
}

async function find({ ports, inputs, fields }: MappedModel, expression: string, source: unknown): Promise<unknown> {
  const plain = alongPath(expression, source);
  return plain === null ? await ports.expressions.evaluate(expression, source, { inputs, fields }) : plain.found;
}

function noRecords(place: readonly string[]): TrialFault {
  return failedAtPlace(place, "finds no record in this answer");
}

function failedAtPlace(place: readonly string[], detail: string): TrialFault {
  return { part: "mapping", pointer: toPointer(place), detail };
}

interface MappedSample {
  readonly faults: readonly TrialFault[];
  readonly records: readonly JsonObject[];
}

/** All expressions together, as calls do it; where that fails, each by itself, so that all that fail are told. */
async function mapAll(mapped: MappedModel, items: readonly JsonObject[]): Promise<MappedSample> {
  const reads = readsOf(mapped);
  const isPlain = reads.map(({ text }) => items.every((item) => alongPath(text, item) !== null));
  const followed = items.map((item) =>
    Object.fromEntries(
      reads.flatMap(({ text }, index) => (isPlain[index] ? [[`f${index}`, alongPath(text, item)?.found]] : [])),
    ),
  );
  const evaluate = async (some: readonly (readonly [string, string])[]): Promise<unknown[]> => {
    const { inputs, fields } = mapped;
    const text = composeForEach(Object.fromEntries(some));
    return listOf(await mapped.ports.expressions.evaluate(text, { records: items }, { inputs, fields })) as unknown[];
  };
  const named = reads.map(({ text }, index) => [`f${index}`, text] as const);
  const others = named.filter((_, index) => isPlain[index] !== true);
  try {
    const evaluated = items.length === 0 || others.length === 0 ? [] : await evaluate(others);
    return judged(mapped, reads, together(followed, evaluated));
  } catch (error) {
    ownFailure(error);
  }
  const faults: TrialFault[] = [];
  const found: Record<string, unknown>[] = items.map(() => ({}));
  for (const [index, { part, name }] of reads.entries()) {
    if (isPlain[index] === true) continue;
    if (faults.length === mostFailures) {
      faults.push(failedAtPlace([part], "has more that fails, perhaps: the rest was not tried"));
      break;
    }
    try {
      const values = await evaluate(named.slice(index, index + 1));
      values.forEach((one, at) => Object.assign(found[at] ?? {}, one));
    } catch (error) {
      faults.push(failedExpression([part, name, "read"], ownFailure(error)));
    }
  }
  const rest = judged(mapped, reads, together(followed, found));
  return { faults: [...faults, ...rest.faults], records: rest.records };
}

function together(followed: readonly JsonObject[], evaluated: readonly unknown[]): JsonObject[] {
  return followed.map((one, at) => {
    const other = evaluated[at];
    return { ...one, ...(isJsonObject(other) ? other : {}) };
  });
}

function judged({ call, mapping }: MappedModel, reads: readonly Read[], found: readonly unknown[]): MappedSample {
  const unfit = new Set<string>();
  const records = found.map((one) => {
    const read = readFound(call.model, mapping, reads, isJsonObject(one) ? one : {});
    for (const pointer of read.unfit) unfit.add(pointer);
    return read.record;
  });
  // A call takes what has no id for no record at all; what it finds in its place is told below.
  const isNameless = records.some(({ id }) => id === null) && !unfit.has("/id");
  const faults = [...unfit].map((pointer) => {
    const [, name = "", ...members] = pointer.split("/");
    const what = members.length === 0 ? "the field" : members.join(".");
    const kind = call.model.fields[name];
    const expected =
      members.length > 0 ? "" : kind?.choices === undefined ? ` (${kind?.kind})` : ` (${kind.choices.join(", ")})`;
    return failedAtPlace(["fields", name, "read"], `finds what ${what} can't hold${expected}: it is null`);
  });
  const nameless = isNameless
    ? [failedAtPlace(["fields", "id", "read"], "finds no id: what has none is no record")]
    : [];
  return { faults: [...nameless, ...faults], records };
}
