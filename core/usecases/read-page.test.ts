import { afterAll, describe, expect, it } from "vitest";
import type { Pagination } from "../domain/integration/api-schema.ts";
import { createExpressions } from "#adapters/expressions/expressions";
import { parseExactly } from "../domain/proxy/exact-numbers.ts";
import { readPage } from "./read-page.ts";

const expressions = createExpressions();
afterAll(() => expressions.close());

const read = (
  pagination: Pagination | undefined,
  body: unknown,
  more: { readonly headers?: Readonly<Record<string, string>>; readonly query?: Readonly<Record<string, string>> } = {},
) => {
  const answer = { kind: "answer", status: 200, headers: more.headers ?? {}, body, retryAfterSeconds: null } as const;
  return readPage(expressions, pagination, answer, more.query ?? {});
};
const list = { items: "data", params: {} };
const parameter = (name: string, value: string) => ({ kind: "parameter", name, value });

describe("pages by what a definition says of them (R74)", () => {
  it("are none where it says nothing", async () => {
    expect(await read(undefined, { data: [1] })).toBeNull();
    expect(await read({}, { data: [1] })).toBeNull();
  });

  it("go on by a cursor until there is none", async () => {
    const cursor = { type: "cursor", next: "paging.next.after", parameter: "after", ...list } as const;
    expect(await read(cursor, { data: [1, 2], paging: { next: { after: "c2" } } })).toEqual({
      items: [1, 2],
      next: parameter("after", "c2"),
    });
    expect(await read(cursor, { data: [1] })).toEqual({ items: [1], next: null });
  });

  it("keep numbers that no double holds, as items and as a cursor", async () => {
    const text = '{"data": [{"id": 12345678901234567890, "price": 1.10, "small": 7}], "next": 9007199254740993}';
    const parsed: unknown = JSON.parse(text);
    const answer = { kind: "answer", status: 200, headers: {}, body: parsed, retryAfterSeconds: null } as const;
    const pagination = { type: "cursor", next: "next", parameter: "after", ...list } as const;
    const page = await readPage(expressions, pagination, answer, {}, parseExactly(text, parsed));
    expect(JSON.stringify(page?.items)).toBe('[{"id":12345678901234567890,"price":1.10,"small":7}]');
    expect(page?.next).toEqual(parameter("after", "9007199254740993"));
  });

  it("go on by a link of the header (RFC 8288) or of the body", async () => {
    const headers = { link: '<https://a.example/x?p=1>; rel="prev", </x?p=3>; rel="last next"; title="a, b"' };
    expect((await read({ type: "link", ...list }, { data: [1] }, { headers }))?.next).toEqual({
      kind: "address",
      url: "/x?p=3",
    });
    expect((await read({ type: "link", ...list }, { data: [1] }))?.next).toBeNull();
    const body = { data: [1], next: "https://a.example/x?p=2" };
    expect((await read({ type: "link", next: "next", ...list }, body))?.next).toMatchObject({ url: body.next });
  });

  it("are read from a header of any shape at once", async () => {
    const long = 60_000;
    for (const link of [
      "<".repeat(long),
      "<a".repeat(long / 2),
      `<x>;${" ".repeat(long)}`,
      '<x>;rel="a '.repeat(long / 11),
    ]) {
      const startedMs = performance.now();
      expect((await read({ type: "link", ...list }, { data: [1] }, { headers: { link } }))?.next).toBeNull();
      expect(performance.now() - startedMs).toBeLessThan(500);
    }
  });

  it("go on by an offset from where they are", async () => {
    const offset = { type: "offset", parameter: "start", ...list } as const;
    expect((await read(offset, { data: [1, 2] }))?.next).toEqual(parameter("start", "2"));
    expect((await read(offset, { data: [1, 2] }, { query: { start: "40" } }))?.next).toEqual(parameter("start", "42"));
    expect((await read(offset, { data: [] }, { query: { start: "40" } }))?.next).toBeNull();
  });

  it("go on by a number, from the first one of that provider, as long as there is more", async () => {
    const page = {
      type: "page",
      parameter: "page",
      firstPage: 0,
      more: "$number($query.page) < last",
      ...list,
    } as const;
    expect((await read(page, { data: [1], last: 3 }, { query: { page: "2" } }))?.next).toEqual(parameter("page", "3"));
    expect((await read(page, { data: [1], last: 3 }, { query: { page: "3" } }))?.next).toBeNull();
    expect((await read({ ...page, more: undefined }, { data: [1] }))?.next).toEqual(parameter("page", "1"));
  });

  it("hold the one item that an expression found, or none", async () => {
    const cursor = { type: "cursor", next: "c", parameter: "after", items: "data[kind='a']", params: {} } as const;
    expect((await read(cursor, { data: [{ kind: "a" }, { kind: "b" }] }))?.items).toEqual([{ kind: "a" }]);
    expect((await read(cursor, { data: [{ kind: "b" }] }))?.items).toEqual([]);
  });

  it("may be told by the headers", async () => {
    const more = "$number($headers.`x-page`) < $number($headers.`x-total-pages`)";
    const page = { type: "page", parameter: "page", firstPage: 1, more, items: "$", params: {} } as const;
    const headers = { "x-page": "1", "x-total-pages": "2" };
    expect((await read(page, [1], { headers }))?.next).toEqual(parameter("page", "2"));
  });
});
