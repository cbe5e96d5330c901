import type { Pagination } from "../domain/integration/api-schema.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { encodePageCursor, nextTarget, queryRecord, withDefaults } from "../domain/proxy/next-target.ts";
import { parseExactly } from "../domain/proxy/exact-numbers.ts";
import { headerRecord } from "../domain/proxy/forwarded-headers.ts";
import type { ProxyTarget } from "../domain/proxy/proxy-target.ts";
import { ExpressionFailed, type Expressions } from "../ports/expressions.ts";
import type { JudgedAnswer } from "./judge-answer.ts";
import type { PreparedCall } from "./prepare-call.ts";
import type { ApiReading } from "./read-api-answer.ts";
import { readPage, type Page } from "./read-page.ts";

/** Pages of a list that were read one after the other. */
export interface CollectedPages {
  readonly kind: "pages";
  /** The items of each page, as the inside of a JSON list. */
  readonly parts: readonly string[];
  /** Where the list goes on; null: it ended, or there is nothing to go on with. */
  readonly nextCursor: string | null;
  readonly pages: number;
  /** Why it stopped although the list goes on and more was wished for; null: it did not. */
  readonly stopped:
    | { readonly status: number }
    | { readonly reason: "other_address" | "not_readable" | "no_answer" }
    | null;
  /** Of the last answer. */
  readonly reading: ApiReading;
}

/** What came of asking for one page. */
export interface AskedPage {
  readonly judged: JudgedAnswer;
  readonly prepared: PreparedCall;
}

/** A caller gets at most so many pages at a time, … */
export const mostPages = 100;
/** … and stops asking for more beyond this, bytes. */
const mostBytes = 8_388_608;
/** Calls of one account that do so at a time in this process. */
export const pagesAtATime = 4;

/**
 * A list page by page (R74), as long as more is wished for, the provider answers, and what it names as the next page is at the
 * integration's own address. What came is kept when a later page fails, with a cursor to go on from that one.
 *
 * @returns the provider's own answer where its first page could not be read
 */
export async function collectPages(
  expressions: Expressions,
  first: ProxyTarget,
  wished: number,
  ask: (target: ProxyTarget, isFirst: boolean) => Promise<AskedPage>,
): Promise<JudgedAnswer | CollectedPages> {
  const parts: string[] = [];
  let bytes = 0;
  let target = first;
  let reading: ApiReading | null = null;
  for (let pages = 1; ; pages += 1) {
    const asked = await ask(target, pages === 1).catch((error: unknown) => {
      if (error instanceof DomainError && error.code === "provider_error") return error;
      throw error;
    });
    if (asked instanceof DomainError) {
      if (reading === null) throw asked;
      const nextCursor = encodePageCursor(target);
      return { kind: "pages", parts, reading, pages: pages - 1, nextCursor, stopped: { reason: "no_answer" } };
    }
    const { judged, prepared } = asked;
    reading = judged.reading;
    const pagination = paginationOf(prepared);
    const sent = { ...target, query: withDefaults(target.query, pagination.params) };
    const { status } = judged.answer;
    const page = status < 200 || status > 299 ? null : await pageOf(expressions, pagination, judged, sent.query);
    const collected = { kind: "pages", parts, reading } as const;
    if (page === null) {
      if (pages === 1) return judged;
      const stopped = status < 200 || status > 299 ? { status } : ({ reason: "not_readable" } as const);
      return { ...collected, pages: pages - 1, nextCursor: encodePageCursor(target), stopped };
    }
    if (page.text !== "") parts.push(page.text);
    bytes += page.text.length;
    if (page.next === null) return { ...collected, pages, nextCursor: null, stopped: null };
    const next = nextTarget(sent, prepared, page.next, prepared.credentials);
    if (next === null) return { ...collected, pages, nextCursor: null, stopped: { reason: "other_address" } };
    if (pages >= wished || bytes > mostBytes) {
      return { ...collected, pages, nextCursor: encodePageCursor(next), stopped: null };
    }
    target = { ...target, ...next };
  }
}

type Paged = Extract<Pagination, { readonly items: string }>;

/** @throws DomainError invalid_request where the definition says nothing of pages */
export function paginationOf({ document }: Pick<PreparedCall, "document">): Paged {
  const pagination = document.api?.pagination;
  if (pagination !== undefined && "items" in pagination) return pagination;
  throw new DomainError("invalid_request", {
    detail: `The definition of ${document.name} does not say how lists come in pages (api.pagination), so none can be followed.`,
    errors: [{ pointer: "evergrant-pages", detail: "can't be followed for this integration; leave the header out" }],
  });
}

async function pageOf(
  expressions: Expressions,
  pagination: Paged,
  { answer, read, text }: JudgedAnswer,
  query: string | null,
): Promise<(Page & { readonly text: string }) | null> {
  if (read === undefined || typeof read === "string") return null;
  const { status, headers } = answer;
  const page = { kind: "answer", status, headers: headerRecord(headers), body: read, retryAfterSeconds: null } as const;
  try {
    const found = await readPage(expressions, pagination, page, queryRecord(query), parseExactly(text ?? "", read));
    return found === null ? null : { ...found, text: JSON.stringify(found.items).slice(1, -1) };
  } catch (error) {
    // The other one: nested deeper than the stack is high.
    if (error instanceof ExpressionFailed || error instanceof RangeError) return null;
    throw error;
  }
}
