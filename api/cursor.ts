import { DomainError } from "#core/domain/problem/domain-error";

/** Where a page ended: newest first, ties broken by id. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

/** Opaque to callers: they hand it back as they got it. */
export function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify([position.at.getTime(), position.id])).toString("base64url");
}

/** @throws DomainError invalid_request */
export function decodeCursor(text: string | undefined): Position | null {
  if (text === undefined) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (Array.isArray(value) && typeof value[0] === "number" && typeof value[1] === "string") {
      const [at, id] = value;
      // From 2000 to 2200: what PostgreSQL and we both can hold.
      const isOurs = Number.isSafeInteger(at) && at > 946_684_800_000 && at < 7_258_118_400_000;
      if (isOurs && /^[a-z]{2,4}_[0-9a-z]{24}$/.test(id)) return { at: new Date(at), id };
    }
  } catch {
    // Falls through to the one answer for every broken cursor.
  }
  throw brokenCursor();
}

/** For a cursor of whatever form that is not one of ours. */
export function brokenCursor(): DomainError {
  return new DomainError("invalid_request", {
    status: 400,
    detail: "The cursor is not one of ours.",
    errors: [{ pointer: "cursor", detail: "pass next_cursor of the page before, unchanged, or leave it out" }],
  });
}

/** One row more than asked for tells whether there is a next page. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  position: (row: T) => Position,
): { page: T[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rows.length > limit && last !== undefined ? encodeCursor(position(last)) : null };
}
