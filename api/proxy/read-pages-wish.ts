import { DomainError } from "#core/domain/problem/domain-error";
import { decodePageCursor } from "#core/domain/proxy/next-target";
import type { ProxyTarget } from "#core/domain/proxy/proxy-target";
import { mostPages } from "#core/usecases/collect-pages";

/** Our own headers on a call through the proxy. The query is the provider's, to the last byte, so wishes do not stand there. */
export const pagesHeader = "evergrant-pages";
const cursorHeader = "evergrant-cursor";

/**
 * Whether a caller wants a list page after page, how many of them, and from where on.
 * @returns null: the call is one like any other
 * @throws DomainError invalid_request
 */
export function readPagesWish(
  header: (name: string) => string | undefined,
  method: string,
  target: ProxyTarget,
): { readonly pages: number; readonly target: ProxyTarget } | null {
  const [wished, cursor] = [header(pagesHeader), header(cursorHeader)];
  if (wished === undefined && cursor === undefined) return null;
  const refused = (pointer: string, detail: string): DomainError =>
    new DomainError("invalid_request", { detail: "These pages can't be read.", errors: [{ pointer, detail }] });
  if (method !== "GET") throw refused(pagesHeader, "goes with GET alone");
  const pages = wished === "all" ? mostPages : Number(wished ?? "1");
  if (!Number.isInteger(pages) || pages < 1 || pages > mostPages) {
    throw refused(pagesHeader, `expected a number of pages from 1 to ${mostPages}, or all`);
  }
  if (cursor === undefined) return { pages, target };
  const from = decodePageCursor(cursor);
  if (from === null) throw refused(cursorHeader, "expected a next_cursor as it was given");
  return { pages, target: { ...target, ...from } };
}
