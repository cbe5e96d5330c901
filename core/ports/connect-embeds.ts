import type { ConnectSession } from "./connect-store.ts";

/** A page of the product that waits for what comes of one browser's trips through one link. */
export interface ConnectEmbed {
  /** Of the link, and the key that the page's script made and with which it asks. */
  readonly digest: Uint8Array;
  readonly linkTokenId: string;
  readonly browserDigest: Uint8Array;
  /** The page's origin: one of its environment's allowed origins, and the only one that is told. */
  readonly origin: string;
}

export interface ConnectEmbeds {
  /** Before the browser sets out. The same key may set out again, also when its browser has forgotten its cookie. */
  open(embed: ConnectEmbed): Promise<void>;
  /** This browser opened the link by itself: no page waits for it any more. */
  close(linkTokenId: string, browserDigest: Uint8Array): Promise<void>;
  /** The origin that waits for this browser's trip; null: none does. */
  findOrigin(linkTokenId: string, browserDigest: Uint8Array): Promise<string | null>;
  /** The latest trip of a page's browser; null: it has not set out, or the key belongs to another link or page. */
  findSession(embed: Pick<ConnectEmbed, "digest" | "linkTokenId" | "origin">): Promise<ConnectSession | null>;
}
