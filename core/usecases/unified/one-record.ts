import { DomainError } from "../../domain/problem/domain-error.ts";
import { untoldRateLimit } from "../../domain/rate-limit/rate-limit.ts";
import { isJsonObject, type JsonObject } from "../../domain/unified/json-object.ts";
import { unsupported } from "../../domain/unified/list-wish.ts";
import { ExpressionFailed } from "../../ports/expressions.ts";
import { alongPath } from "../read-page.ts";
import type { CallFate } from "../proxy-call.ts";
import type { ApiReading } from "../read-api-answer.ts";
import { placeOf, readyCall, sendReady, type EndpointAnswer } from "./call-endpoint.ts";
import { crowded, failedAt, isOurs } from "./find-all.ts";
import { mapRecords, unreadable } from "./map-records.ts";
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

/**
 * A record that was made before, for a request that comes again. Where a mapping reads none by its id, it stands as it was given.
 * @throws DomainError
 */
export async function readMade(
  ports: UnifiedPorts,
  call: UnifiedCall,
  id: string,
  given: JsonObject,
): Promise<OneRecord> {
  return await withMapping(ports, call, "get", async (mapped) =>
    mapped.mapping.endpoints.get === undefined
      ? givenRecord(mapped, id, given, nothingSaid)
      : await readOne(mapped, id),
  );
}

async function readOne(mapped: MappedAccount, id: string): Promise<OneRecord> {
  const { get } = mapped.mapping.endpoints;
  if (get === undefined) throw unsupported(mapped.call.model, "get");
  const answer = await sendReady(mapped, await readyCall(mapped, { ...get, name: "get" }, { id }));
  return await recordIn(mapped, "get", get.item, answer);
}

/** Watches over a write, for whoever must not make it twice. */
export interface WriteWatch {
  /** Right before it is sent; what this throws is thrown, and nothing is sent. */
  readonly beforeSend: () => Promise<void>;
  readonly onFate: (fate: CallFate) => void;
  /** The provider has made the record, and this is its id. */
  readonly onMade: (id: string) => void;
}

/** Nothing was sent, so nothing was said of credentials and pace. */
const nothingSaid: ApiReading = {
  declared: null,
  error: null,
  isRateLimit: false,
  rateLimit: untoldRateLimit,
  retryAfterSeconds: null,
};

const unwatched: WriteWatch = { beforeSend: async () => {}, onFate: () => {}, onMade: () => {} };

/**
 * Makes a record. Where the provider answers with its id alone it is read by that. Once it is there, nothing that fails is a problem
 * that would have it made twice: what was given stands for what can't be read.
 * @throws DomainError
 */
export async function createRecord(
  ports: UnifiedPorts,
  call: UnifiedCall,
  given: JsonObject,
  { beforeSend, onFate, onMade }: WriteWatch = unwatched,
): Promise<OneRecord> {
  return await withMapping(ports, call, "create", async (mapped) => {
    const { create } = mapped.mapping.endpoints;
    if (create === undefined) throw unsupported(call.model, "create");
    const writings = writingsOf(mapped, given, "create");
    const members = await writtenMembers(mapped, writings, given, { operation: "create" });
    const ready = await readyCall(mapped, { ...create, name: "create" }, given, members);
    await beforeSend();
    const answer = await sendReady(mapped, ready, { isWrite: true, onFate });
    const { item } = create;
    if (item !== undefined) {
      const read = await orNull(mapped, () => recordIn(mapped, "create", item, answer));
      return read ?? givenRecord(mapped, await idOfMade(mapped, { item }, answer), given, answer.reading);
    }
    const id = await idOfMade(mapped, { id: create.id ?? "" }, answer);
    onMade(id);
    return (await orNull(mapped, () => readOne(mapped, id))) ?? givenRecord(mapped, id, given, answer.reading);
  });
}

/**
 * Changes what is given of a record, and nothing else. A problem after it was changed says so: to change it once more does no harm.
 * @throws DomainError
 */
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
    const answer = await sendReady(mapped, ready, { isWrite: true });
    const { item } = update;
    const inAnswer = (): Promise<OneRecord> => recordIn(mapped, "update", item ?? "", answer);
    try {
      if (get === undefined) {
        // Where nothing reads a record, what was given is what is known of it.
        if (item === undefined || answer.body === null) return givenRecord(mapped, id, given, answer.reading);
        return await patiently(mapped, inAnswer);
      }
      // An answer without the record is as good as none.
      const read = item === undefined || answer.body === null ? null : await orNull(mapped, inAnswer);
      return read ?? (await patiently(mapped, () => readOne(mapped, id)));
    } catch (error) {
      throw error instanceof DomainError ? changedAllTheSame(mapped, error) : error;
    }
  });
}

/** @throws DomainError */
export async function deleteRecord(ports: UnifiedPorts, call: UnifiedCall, id: string): Promise<ApiReading> {
  return await withMapping(ports, call, "delete", async (mapped) => {
    const endpoint = mapped.mapping.endpoints.delete;
    if (endpoint === undefined) throw unsupported(call.model, "delete");
    const ready = await readyCall(mapped, { ...endpoint, name: "delete" }, { id });
    // A page for people is no word of an API that something was removed.
    const answer = await sendReady(mapped, ready, { isWrite: true });
    if (!answer.isApi) throw notSureRemoved(mapped);
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
  if (!isJsonObject(found)) throw unreadable(mapped);
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

function textOfId(id: unknown): string | null {
  if (typeof id === "string" && id !== "") return id;
  return typeof id === "number" ? String(id) : null;
}

/** How often, and how long between, milliseconds: evaluators are busy for moments. */
const tries = 5;
const pauseMs = 300;

/** After a write: what passes by itself is waited for. */
async function patiently<T>({ ports: { clock }, call }: MappedAccount, work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      return await work();
    } catch (error) {
      const isPassing = error instanceof DomainError && error.code === "provider_unavailable";
      if (!isPassing || tried === tries || call.signal.aborted) throw error;
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(pauseMs, call.signal);
    }
  }
}

/** After a write: null for what can't be read, whatever keeps it from being read. */
async function orNull<T>(mapped: MappedAccount, work: () => Promise<T>): Promise<T | null> {
  try {
    return await patiently(mapped, work);
  } catch (error) {
    const { ports, call } = mapped;
    if (!call.signal.aborted) ports.log.warn({ account: call.accountId, error }, "what was written could not be read");
    return null;
  }
}

/**
 * The id alone, by which a new record is read, or of one that could not be read as a whole.
 * @throws DomainError where it can't be read either, whatever the reason: nothing may be sent again
 */
async function idOfMade(
  mapped: MappedAccount,
  place: { readonly item: string } | { readonly id: string },
  { status, headers, body }: EndpointAnswer,
): Promise<string> {
  const { read = "" } = mapped.mapping.fields["id"] ?? {};
  const id = await orNull(mapped, async () => {
    if ("id" in place) return textOfId(await findOne(mapped, "create", place.id, { status, headers, body }));
    const found = await findOne(mapped, "create", place.item, body);
    return isJsonObject(found) ? textOfId(await findOne(mapped, "create", read, found)) : null;
  });
  if (id === null) throw madeWithoutId(mapped);
  return id;
}

function notSureRemoved({ call }: MappedAccount): DomainError {
  return new DomainError("provider_error", {
    detail:
      "The provider answered with a page for people, as some do while they are not available: the record may or may not have been removed. To remove it once more does no harm.",
    extensions: { integrated_account_id: call.accountId, source: "provider" },
  });
}

function madeWithoutId({ call }: MappedAccount): DomainError {
  return new DomainError("provider_error", {
    detail:
      "The provider says that it made the record, and its answer does not hold the id where its mapping looks for it. To send the request again would make another one.",
    extensions: { integrated_account_id: call.accountId, source: "provider" },
  });
}

function changedAllTheSame({ call }: MappedAccount, error: DomainError): DomainError {
  const { code, status, detail, errors, retryAfterSeconds, rateLimit, extensions } = error;
  return new DomainError(code, {
    status,
    detail: `The record was changed, and could not be read afterwards: ${detail}`,
    errors,
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
    ...(rateLimit === null ? {} : { rateLimit }),
    extensions: { integrated_account_id: call.accountId, ...extensions },
    cause: error,
  });
}

/** A new record, as far as it is known: what was given, and its id. */
function givenRecord({ call }: MappedAccount, id: string, given: JsonObject, reading: ApiReading): OneRecord {
  const known = Object.fromEntries(Object.keys(call.model.fields).map((name) => [name, given[name] ?? null]));
  return { record: { ...known, id, custom_fields: given["custom_fields"] ?? {} }, raw: null, reading };
}
