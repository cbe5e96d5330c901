import { composeForEach } from "../../domain/unified/compose-expressions.ts";
import { isJsonObject, type JsonObject } from "../../domain/unified/json-object.ts";
import type { FieldMapping, ModelMapping } from "../../domain/unified/mapping-schema.ts";
import type { Model } from "../../domain/unified/model.ts";
import { readRecord, type ReadRecord } from "../../domain/unified/read-record.ts";
import { DomainError } from "../../domain/problem/domain-error.ts";
import { ExpressionFailed } from "../../ports/expressions.ts";
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

/** Halved as long as all together are too much for one evaluation. */
async function mapSome(
  mapped: MappedAccount,
  reads: readonly Read[],
  items: readonly unknown[],
): Promise<JsonObject[]> {
  const { ports, inputs, fields } = mapped;
  const composed = composeForEach(Object.fromEntries(reads.map(({ text }, index) => [`f${index}`, text])));
  let found: unknown;
  try {
    found = await ports.expressions.evaluate(composed, { records: items }, { inputs, fields });
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    if (isOurs(error) && error.reason !== "crashed") throw crowded();
    if (items.length > 1) {
      const middle = Math.ceil(items.length / 2);
      const before = await mapSome(mapped, reads, items.slice(0, middle));
      return [...before, ...(await mapSome(mapped, reads, items.slice(middle)))];
    }
    throw await blame(mapped, reads, items[0], error);
  }
  if (!Array.isArray(found) || found.length !== items.length) throw unreadable(mapped);
  return found.map((one) => recordOf(mapped, reads, isJsonObject(one) ? one : {}));
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

/** The provider's own, for who wants to see it besides. */
function unreadable({ call }: MappedAccount): DomainError {
  return new DomainError("provider_error", {
    detail: "The provider's answer holds no records where its mapping looks for them.",
    extensions: { integrated_account_id: call.accountId, source: "provider" },
  });
}
