import { DomainError } from "../../domain/problem/domain-error.ts";
import { isJsonObject, type JsonObject } from "../../domain/unified/json-object.ts";
import { unsupported } from "../../domain/unified/list-wish.ts";
import { ExpressionFailed } from "../../ports/expressions.ts";
import { alongPath } from "../read-page.ts";
import type { ApiReading } from "../read-api-answer.ts";
import { placeOf, readyCall, sendReady, type EndpointAnswer } from "./call-endpoint.ts";
import { crowded, failedAt, isOurs } from "./find-all.ts";
import { mapRecords } from "./map-records.ts";
import type { UnifiedCall, UnifiedPorts } from "./unified-ports.ts";
import { withMapping, type MappedAccount } from "./with-mapping.ts";
import { writingsOf, writtenMembers } from "./written-members.ts";

export interface OneRecord {
  readonly record: JsonObject;
  /** The provider's own; null: nobody asked, or it did not come. */
  readonly raw: unknown;
  readonly reading: ApiReading;
}

/** @throws DomainError */
export async function getRecord(ports: UnifiedPorts, call: UnifiedCall, id: string): Promise<OneRecord> {
  return await withMapping(ports, call, "get", (mapped) => readOne(mapped, id));
}

async function readOne(mapped: MappedAccount, id: string): Promise<OneRecord> {
  const { get } = mapped.mapping.endpoints;
  if (get === undefined) throw unsupported(mapped.call.model, "get");
  const answer = await sendReady(mapped, await readyCall(mapped, { ...get, name: "get" }, { id }));
  return await recordIn(mapped, "get", get.item, answer);
}

/**
 * Makes a record. Where the provider answers with its id alone it is read by that; should it not come, what was given stands for it:
 * it is there, and a problem would have it made twice.
 * @throws DomainError
 */
export async function createRecord(ports: UnifiedPorts, call: UnifiedCall, given: JsonObject): Promise<OneRecord> {
  return await withMapping(ports, call, "create", async (mapped) => {
    const { create } = mapped.mapping.endpoints;
    if (create === undefined) throw unsupported(call.model, "create");
    const writings = writingsOf(mapped, given, "create");
    const members = await writtenMembers(mapped, writings, given, { operation: "create" });
    const answer = await sendReady(mapped, await readyCall(mapped, { ...create, name: "create" }, given, members));
    if (create.item !== undefined) return await recordIn(mapped, "create", create.item, answer);
    const { status, headers, body } = answer;
    const id = await findOne(mapped, "create", create.id ?? "", { status, headers, body });
    return await readWritten(mapped, textOfId(mapped, id), given, answer.reading);
  });
}

/** Changes what is given of a record, and nothing else. @throws DomainError */
export async function updateRecord(
  ports: UnifiedPorts,
  call: UnifiedCall,
  id: string,
  given: JsonObject,
): Promise<OneRecord> {
  return await withMapping(ports, call, "update", async (mapped) => {
    const { update, get } = mapped.mapping.endpoints;
    if (update === undefined) throw unsupported(call.model, "update");
    const writings = writingsOf(mapped, given, "update");
    const current = update.readsFirst && get !== undefined ? await currentRecord(mapped, get, id) : undefined;
    const bindings = { operation: "update", ...(current === undefined ? {} : { current }) };
    const members = await writtenMembers(mapped, writings, given, bindings);
    const ready = await readyCall(mapped, { ...update, name: "update" }, { ...given, id }, members, bindings);
    const answer = await sendReady(mapped, ready);
    if (update.item !== undefined) return await recordIn(mapped, "update", update.item, answer);
    return await readWritten(mapped, id, given, answer.reading);
  });
}

/** @throws DomainError */
export async function deleteRecord(ports: UnifiedPorts, call: UnifiedCall, id: string): Promise<ApiReading> {
  return await withMapping(ports, call, "delete", async (mapped) => {
    const endpoint = mapped.mapping.endpoints.delete;
    if (endpoint === undefined) throw unsupported(call.model, "delete");
    const answer = await sendReady(mapped, await readyCall(mapped, { ...endpoint, name: "delete" }, { id }));
    return answer.reading;
  });
}

type GetEndpoint = NonNullable<MappedAccount["mapping"]["endpoints"]["get"]>;

async function currentRecord(mapped: MappedAccount, get: GetEndpoint, id: string): Promise<unknown> {
  const answer = await sendReady(mapped, await readyCall(mapped, { ...get, name: "get" }, { id }));
  return await findOne(mapped, "get", get.item, answer.body);
}

async function recordIn(
  mapped: MappedAccount,
  name: "get" | "create" | "update",
  item: string,
  answer: EndpointAnswer,
): Promise<OneRecord> {
  const found = await findOne(mapped, name, item, answer.body);
  if (!isJsonObject(found)) {
    throw new DomainError("provider_error", {
      detail: "The provider's answer holds no record where its mapping looks for it.",
      extensions: { integrated_account_id: mapped.call.accountId, source: "provider" },
    });
  }
  const [record] = await mapRecords(mapped, [found]);
  const exact = alongPath(item, answer.exact)?.found ?? found;
  return { record: record ?? {}, raw: mapped.call.wantsRaw ? exact : null, reading: answer.reading };
}

async function findOne(mapped: MappedAccount, name: string, expression: string, source: unknown): Promise<unknown> {
  const plain = alongPath(expression, source);
  if (plain !== null) return plain.found;
  const { ports, inputs, fields } = mapped;
  try {
    return await ports.expressions.evaluate(expression, source, { inputs, fields });
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    if (isOurs(error)) throw crowded();
    throw failedAt(placeOf(mapped, name, "item"), error);
  }
}

function textOfId(mapped: MappedAccount, id: unknown): string {
  if (typeof id === "string" && id !== "") return id;
  if (typeof id === "number") return String(id);
  throw new DomainError("provider_error", {
    detail: "The provider made the record, and its answer does not hold the id where its mapping looks for it.",
    extensions: { integrated_account_id: mapped.call.accountId, source: "provider" },
  });
}

/** It is written, whatever becomes of reading it. */
async function readWritten(
  mapped: MappedAccount,
  id: string,
  given: JsonObject,
  reading: ApiReading,
): Promise<OneRecord> {
  try {
    return await readOne(mapped, id);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { fields } = mapped.call.model;
    const known = Object.fromEntries(Object.keys(fields).map((name) => [name, given[name] ?? null]));
    return { record: { ...known, id, custom_fields: given["custom_fields"] ?? {} }, raw: null, reading };
  }
}
