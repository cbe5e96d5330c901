import { composeForEach } from "../../domain/unified/compose-expressions.ts";
import { isJsonObject, type JsonObject } from "../../domain/unified/json-object.ts";
import type { FieldMapping, ModelMapping } from "../../domain/unified/mapping-schema.ts";
import type { Model } from "../../domain/unified/model.ts";
import { readRecord, type ReadRecord } from "../../domain/unified/read-record.ts";
import { DomainError } from "../../domain/problem/domain-error.ts";
import { ExpressionFailed } from "../../ports/expressions.ts";
import { alongPath } from "../read-page.ts";
import { crowded, failedAt, isOurs } from "./find-all.ts";
import type { MappedAccount } from "./with-mapping.ts";

/** So many records are mapped at a time: what an evaluation may answer is bounded. */
const together = 40;

/** An expression, and where it stands below the model's mapping. */
export interface Read {
  readonly text: string;
  readonly part: "fields" | "customFields";
  readonly name: string;
}

/**
 * Records of the model of a provider's own, in their order.
 * @throws DomainError client_misconfigured naming the expression that fails on one of them
 */
export async function mapRecords(mapped: MappedAccount, items: readonly unknown[]): Promise<JsonObject[]> {
  if (!items.every(isJsonObject)) throw unreadable(mapped);
  const reads = readsOf(mapped);
  const records: JsonObject[] = [];
  for (let from = 0; from < items.length; from += together) {
    records.push(...(await mapSome(mapped, reads, items.slice(from, from + together))));
  }
  return records;
}

export function readsOf({ mapping }: Pick<MappedAccount, "mapping">): Read[] {
  const of = (part: Read["part"], fields: Readonly<Record<string, FieldMapping>>): Read[] =>
    Object.entries(fields).flatMap(([name, { read }]) => (read === undefined ? [] : [{ text: read, part, name }]));
  return [...of("fields", mapping.fields), ...of("customFields", mapping.customFields)];
}

/**
 * Plain paths are followed here; the other expressions are evaluated together, halved as long as that is too much for one evaluation.
 * One field that is too large by itself is not known, and its record is there all the same.
 */
async function mapSome(
  mapped: MappedAccount,
  reads: readonly Read[],
  items: readonly unknown[],
): Promise<JsonObject[]> {
  const isPlain = reads.map(({ text }) => items.every((item) => alongPath(text, item) !== null));
  const evaluated = await evaluateSome(
    mapped,
    reads.map((read, index) => ({ ...read, key: `f${index}` })).filter((_, index) => isPlain[index] !== true),
    items,
  );
  return items.map((item, at) => {
    const followed = reads.flatMap(({ text }, index) =>
      isPlain[index] === true ? [[`f${index}`, alongPath(text, item)?.found] as const] : [],
    );
    return recordOf(mapped, reads, { ...Object.fromEntries(followed), ...evaluated[at] });
  });
}

type KeyedRead = Read & { readonly key: string };

/** @returns of each item what the reads found, by their keys */
async function evaluateSome(
  mapped: MappedAccount,
  reads: readonly KeyedRead[],
  items: readonly unknown[],
): Promise<readonly JsonObject[]> {
  if (reads.length === 0) return items.map(() => ({}));
  const { ports, inputs, fields } = mapped;
  const composed = composeForEach(Object.fromEntries(reads.map(({ key, text }) => [key, text])));
  let found: unknown;
  try {
    found = await ports.expressions.evaluate(composed, { records: items }, { inputs, fields });
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    if (isOurs(error)) throw crowded();
    if (items.length > 1) {
      const middle = Math.ceil(items.length / 2);
      const before = await evaluateSome(mapped, reads, items.slice(0, middle));
      return [...before, ...(await evaluateSome(mapped, reads, items.slice(middle)))];
    }
    if (error.reason === "output_too_large" || error.reason === "input_too_large") {
      return [await evaluateEach(mapped, reads, items[0])];
    }
    throw await blame(mapped, reads, items[0], error);
  }
  if (!Array.isArray(found) || found.length !== items.length) throw unreadable(mapped);
  return found.map((one) => (isJsonObject(one) ? one : {}));
}

/** Each by itself, of a record that is too much for all together. */
async function evaluateEach(mapped: MappedAccount, reads: readonly KeyedRead[], item: unknown): Promise<JsonObject> {
  const { ports, call, inputs, fields } = mapped;
  const { category, name: model } = call.model;
  const found: Record<string, unknown> = {};
  for (const { key, text, part, name } of reads) {
    try {
      // One record, and rarely.
      // oxlint-disable-next-line no-await-in-loop
      found[key] = await ports.expressions.evaluate(text, item, { inputs, fields });
    } catch (error) {
      if (!(error instanceof ExpressionFailed)) throw error;
      if (isOurs(error)) throw crowded();
      if (error.reason !== "output_too_large" && error.reason !== "input_too_large") {
        throw failedAt(["unified", category, model, part, name, "read"], error);
      }
      ports.log.warn(
        { account: call.accountId, category, model, field: name, reason: error.reason },
        "a field of a record is too large for its mapping, and null stands there",
      );
    }
  }
  return found;
}

function recordOf(mapped: MappedAccount, reads: readonly Read[], found: Readonly<Record<string, unknown>>): JsonObject {
  const { ports, call } = mapped;
  const { record, unfit } = readFound(call.model, mapped.mapping, reads, found);
  if (unfit.length > 0) {
    const { category, name } = call.model;
    ports.log.warn(
      { account: call.accountId, category, model: name, unfit },
      "a mapping found what its model can't hold",
    );
  }
  // Whatever it is, it is no record of the model: a caller could neither read nor change it.
  if (record["id"] === null) throw unreadable(mapped);
  return record;
}

/** @param found by the places of `reads`, as `f0`, `f1`, … */
export function readFound(
  model: Model,
  { customFields }: ModelMapping,
  reads: readonly Read[],
  found: Readonly<Record<string, unknown>>,
): ReadRecord {
  const values = (part: Read["part"]): Record<string, unknown> =>
    Object.fromEntries(reads.flatMap((one, index) => (one.part === part ? [[one.name, found[`f${index}`]]] : [])));
  const own = values("customFields");
  const custom = Object.fromEntries(Object.keys(customFields).map((name) => [name, own[name] ?? null]));
  return readRecord(model, values("fields"), custom);
}

/** The expression that fails by itself on this record. */
async function blame(
  { ports, call, inputs, fields }: MappedAccount,
  reads: readonly Read[],
  item: unknown,
  error: ExpressionFailed,
): Promise<DomainError> {
  const { category, name: model } = call.model;
  const at = ["unified", category, model];
  for (const { text, part, name } of reads) {
    try {
      await ports.expressions.evaluate(text, item, { inputs, fields });
    } catch (own) {
      if (own instanceof ExpressionFailed && !isOurs(own)) return failedAt([...at, part, name, "read"], own);
    }
  }
  return failedAt([...at, "fields"], error);
}

/** An answer of another shape is none, and no empty list. */
export function unreadable({ call }: Pick<MappedAccount, "call">): DomainError {
  return new DomainError("provider_error", {
    detail: "The provider's answer holds no records where its mapping looks for them.",
    extensions: { integrated_account_id: call.accountId, source: "provider" },
  });
}
