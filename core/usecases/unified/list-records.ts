import { nextTarget, queryRecord, withDefaults, withParameter } from "../../domain/proxy/next-target.ts";
import type { ListPagination } from "../../domain/integration/api-schema.ts";
import { DomainError } from "../../domain/problem/domain-error.ts";
import { isJsonObject, type JsonObject } from "../../domain/unified/json-object.ts";
import { chooseList, type ChosenList, type ListWish } from "../../domain/unified/list-wish.ts";
import {
  decodeListCursor,
  encodeListCursor,
  longestCursor,
  type CursorContent,
  type CursorScope,
  type ListPosition,
} from "../../domain/unified/unified-cursor.ts";
import { ExpressionFailed } from "../../ports/expressions.ts";
import { alongPath, readPage } from "../read-page.ts";
import type { ApiReading } from "../read-api-answer.ts";
import { placeOf, readyCall, sendReady, type EndpointAnswer, type ReadyCall } from "./call-endpoint.ts";
import { crowded, failedAt, isOurs } from "./find-all.ts";
import { mapRecords, unreadable } from "./map-records.ts";
import type { UnifiedCall, UnifiedPorts } from "./unified-ports.ts";
import { withMapping, type MappedAccount, type MappedModel } from "./with-mapping.ts";

export interface ListedRecords {
  readonly records: readonly JsonObject[];
  /** The provider's own, each at the place of its record; null: nobody asked. */
  readonly raw: readonly unknown[] | null;
  readonly nextCursor: string | null;
  readonly reading: ApiReading;
}

/**
 * One page of a list, from the provider's own page: nothing is collected, so that a list of any length takes the memory of a page.
 * @param cursor of the page before; null: the first
 * @throws DomainError
 */
export async function listRecords(
  ports: UnifiedPorts,
  call: UnifiedCall,
  wish: ListWish,
  cursor: string | null,
): Promise<ListedRecords> {
  const scope = scopeOf(call, wish);
  const sign = (text: string): Uint8Array => ports.digests.digest("unified_cursor", text);
  const content = cursor === null ? null : decodeListCursor(scope, cursor, sign);
  if (cursor !== null && content === null) throw foreignCursor();
  return await withMapping(ports, call, "list", async (mapped) => {
    const chosen =
      content === null ? chooseList(call.model, mapped.mapping, wish) : chosenBefore(mapped, content, wish);
    const limit = Math.min(content?.limit ?? wish.limit, chosen.endpoint.maxLimit);
    const pagination = paginationOf(mapped, chosen);
    const ready = await readyPage(mapped, chosen, { ...wish, limit }, pagination, content?.position ?? null);
    const answer = await sendReady(mapped, ready);
    const read = { ready, answer, position: content?.position ?? null };
    const page = await readItems(mapped, chosen, pagination, read, { ...wish, limit });
    const nextCursor =
      page.next === null ? null : encodeListCursor(scope, { endpoint: chosen.name, position: page.next, limit }, sign);
    if (nextCursor !== null && nextCursor.length > longestCursor) throw tooLongCursor(mapped);
    return {
      records: await mapRecords(mapped, page.items),
      raw: call.wantsRaw ? exactItems(pagination.items, answer, page.items) : null,
      nextCursor,
      reading: answer.reading,
    };
  });
}

function scopeOf({ environmentId, accountId, model }: UnifiedCall, { filters, sort }: ListWish): CursorScope {
  const { category, name } = model;
  const order = sort === null ? null : `${sort.descending ? "-" : ""}${sort.field}`;
  return { environmentId, accountId, category, model: name, filters, sort: order };
}

function foreignCursor(): DomainError {
  return new DomainError("invalid_request", {
    status: 400,
    detail: "The cursor is not one of this list.",
    errors: [
      {
        pointer: "cursor",
        detail:
          "pass next_cursor of the page before, unchanged, with the same account, filters and sort, or leave it out",
      },
    ],
  });
}

/** A definition may have changed between two pages: one that can't narrow the list any more would go on with another list. */
function chosenBefore({ mapping }: MappedAccount, { endpoint: name }: CursorContent, wish: ListWish): ChosenList {
  const endpoint = mapping.endpoints[name];
  if (endpoint === undefined) throw foreignCursor();
  const canFilter = Object.keys(wish.filters).every((filter) => endpoint.filters.includes(filter));
  const canSort = wish.sort === null || Object.hasOwn(endpoint.sort, wish.sort.field);
  if (!canFilter || !canSort) throw foreignCursor();
  return { name, endpoint };
}

function tooLongCursor({ call }: MappedAccount): DomainError {
  return new DomainError("provider_error", {
    detail: `The provider's address of the next page is too long to be handed on in a cursor of ${longestCursor} characters.`,
    extensions: { integrated_account_id: call.accountId, source: "provider" },
  });
}

/** What says where a page has its records. */
export type Paged = Extract<ListPagination, { readonly items: string }>;

export function paginationOf(mapped: MappedModel, { name, endpoint }: ChosenList): Paged {
  const own = endpoint.pagination ?? mapped.document.api?.pagination;
  if (own !== undefined && "items" in own) return own;
  throw new DomainError("client_misconfigured", {
    detail: `The definition of ${mapped.document.name} does not say where the records of a page are (${placeOf(mapped, name, "pagination").join("/")}).`,
    extensions: { reason: "mapping_failed" },
  });
}

/** The call that asks for a page. @param position where it goes on; null: at the beginning */
export async function readyPage(
  mapped: MappedModel,
  { name, endpoint }: ChosenList,
  { limit, filters, sort }: ListWish,
  pagination: Paged,
  position: ListPosition | null,
): Promise<ReadyCall> {
  // The provider's own address says it all.
  if (position?.kind === "address") {
    const { path, query } = position;
    return { method: endpoint.method, target: { path, query }, body: null };
  }
  const cursor = position?.kind === "state" ? position.value : position?.value;
  const order = sort === null ? {} : { sort: { field: endpoint.sort[sort.field], descending: sort.descending } };
  const asked = { limit, filters, ...order, ...(cursor === undefined ? {} : { cursor }) };
  const ready = await readyCall(mapped, { ...endpoint, name }, asked);
  const { path } = ready.target;
  let { query } = ready.target;
  if ("limitParameter" in pagination && pagination.limitParameter !== undefined) {
    query = withDefaults(query, { [pagination.limitParameter]: String(limit) });
  }
  if ("params" in pagination) query = withDefaults(query, pagination.params);
  if (position?.kind === "parameter") query = withParameter(query, position.name, position.value);
  return { ...ready, target: { path, query } };
}

interface ReadItems {
  readonly items: readonly unknown[];
  readonly next: ListPosition | null;
}

interface ReadPage {
  readonly ready: ReadyCall;
  readonly answer: EndpointAnswer;
  /** Where it was asked to go on. */
  readonly position: ListPosition | null;
}

async function readItems(
  mapped: MappedAccount,
  { name }: ChosenList,
  pagination: Paged,
  { ready: { target }, answer, position }: ReadPage,
  { limit, sort }: ListWish,
): Promise<ReadItems> {
  const { expressions } = mapped.ports;
  const { status, headers, body, prepared } = answer;
  const query = queryRecord(target.query);
  if (lacksItems(pagination, body)) throw unreadable(mapped);
  try {
    if (pagination.type === "state") {
      const from = position?.kind === "state" ? { cursor: position.value } : {};
      const bindings = { status, headers, query, limit, ...from, ...(sort === null ? {} : { sort }) };
      const find = async (expression: string): Promise<unknown> => {
        const plain = alongPath(expression, body);
        return plain === null ? await expressions.evaluate(expression, body, bindings) : plain.found;
      };
      const found = await find(pagination.items);
      const next = await find(pagination.next);
      const isLast = next === undefined || next === null || next === "";
      const items = listOf(found);
      return { items, next: isLast ? null : onward({ kind: "state", value: bounded(next) }, items) };
    }
    const read = { kind: "answer", status, headers, body, retryAfterSeconds: null } as const;
    const page = await readPage(expressions, pagination, read, query);
    return page === null
      ? { items: [], next: null }
      : { items: page.items, next: onward(positionOf(page.next), page.items) };
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    if (isOurs(error)) throw crowded();
    throw failedAt(placeOf(mapped, name, "pagination"), error);
  }

  /** Whoever follows pages to the end must come to it. Where an API has one cursor for all pages, the empty one is the last. */
  function onward(next: ListPosition | null, items: readonly unknown[]): ListPosition | null {
    const isSame = next !== null && position !== null && JSON.stringify(next) === JSON.stringify(position);
    if (!isSame) return next;
    if (items.length === 0) return null;
    throw new DomainError("provider_error", {
      detail: "The provider names the page that was asked for as the next one, so that the list would never end.",
      extensions: { integrated_account_id: mapped.call.accountId, source: "provider" },
    });
  }

  function positionOf(next: Exclude<Awaited<ReturnType<typeof readPage>>, null>["next"]): ListPosition | null {
    if (next === null) return null;
    if (next.kind === "parameter") return next;
    const address = nextTarget(target, prepared, next, prepared.credentials);
    if (address !== null) return { kind: "address", ...address };
    throw new DomainError("provider_error", {
      detail: "The provider names an address outside of its integration's API as the next page. It is not followed.",
      extensions: { integrated_account_id: mapped.call.accountId, source: "provider" },
    });
  }
}

/**
 * A plain path names the member that holds the records: where there are others and not that one, this is no page of the list. Null,
 * and an answer that holds nothing at all, are an empty one.
 */
export function lacksItems({ items }: Paged, body: unknown): boolean {
  const plain = alongPath(items, body);
  const isEmpty = body === null || (isJsonObject(body) && Object.keys(body).length === 0);
  return plain !== null && plain.found === undefined && !isEmpty;
}

/** As they were written, where a plain path leads there; numbers are doubles otherwise. */
function exactItems(expression: string, { exact }: EndpointAnswer, items: readonly unknown[]): readonly unknown[] {
  const plain = alongPath(expression, exact);
  return plain === null ? items : listOf(plain.found);
}

export function listOf(found: unknown): readonly unknown[] {
  if (found === undefined || found === null) return [];
  return Array.isArray(found) ? (found as unknown[]) : [found];
}

/** A cursor travels in an address. */
function bounded(state: unknown): unknown {
  if (JSON.stringify(state).length <= 2_000) return state;
  throw new DomainError("client_misconfigured", {
    detail: "What the mapping would go on with is too large for a cursor.",
    extensions: { reason: "mapping_failed" },
  });
}
