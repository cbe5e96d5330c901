import { DomainError } from "#core/domain/problem/domain-error";
import type { SecretDigests } from "#core/ports/secret-digests";

/** How a page of the product opened a link, as sdk/connect.js writes it into the link's query. */
export interface EmbedRequest {
  readonly mode: "popup" | "frame";
  /** 256 bits that the page made: with them, and from its origin alone, it asks what came of it. */
  readonly key: string;
  readonly origin: string;
}

export const embedKeyPattern = /^[A-Za-z0-9_-]{43}$/;

/** Who shows a page, or opened it, may not. */
export class EmbedRefused extends DomainError {
  constructor(detail: string) {
    super("forbidden", { detail });
  }
}

/** By it the row of an embedding page is found; of one link, so that a key says nothing about any other. */
export function embedDigest(digests: SecretDigests, linkId: string, key: string): Uint8Array {
  return digests.digest("connect_embed", `${linkId} ${key}`);
}

/**
 * @returns null: the link was opened by itself
 * @throws EmbedRefused when who embeds is not on the environment's list, letter by letter
 */
export function readEmbedRequest(query: URLSearchParams, allowedOrigins: readonly string[]): EmbedRequest | null {
  const mode = query.get("embed");
  if (mode !== "popup" && mode !== "frame") return null;
  const [key, origin] = [query.get("key") ?? "", query.get("origin") ?? ""];
  if (!embedKeyPattern.test(key) || !allowedOrigins.includes(origin)) {
    throw new EmbedRefused(
      "The page that opened this link may not show it: its origin is not one of the allowed origins.",
    );
  }
  return { mode, key, origin };
}

/** The query of a page to which a browser comes back: whoever embeds it, it is a window of its own by now. */
export function embedQuery(embed: EmbedRequest | null, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(
    embed === null ? more : { ...more, embed: "popup", key: embed.key, origin: embed.origin },
  );
  return query.size === 0 ? "" : `?${query}`;
}
