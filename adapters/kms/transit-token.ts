import { readFile } from "node:fs/promises";
import type { SecretSource } from "./read-kms-config.ts";

/** The token of Vault or OpenBao. */
export interface TransitToken {
  /** @throws TokenUnreadable */
  read(): Promise<string>;
  /** It was refused. @returns whether there is another one now */
  refused(token: string): Promise<boolean>;
  close(): void;
}

export class TokenUnreadable extends Error {}

/** What the server says of a token: seconds it has left (0: no end), and whether it can be renewed. */
export interface TokenLife {
  readonly secondsLeft: number;
  readonly isRenewable: boolean;
}

/** A file is looked at again after this, milliseconds: an agent beside us may have put another token there. */
const fileMs = 60_000;
const longestTimerMs = 2 ** 31 - 1;

/**
 * Reads the token, and renews it at half its life. One from a file is read again each minute and when it is refused.
 *
 * @param lookUp null: the server won't say
 * @param renew null: it was not renewed
 */
export function createTransitToken(
  source: SecretSource,
  server: {
    readonly lookUp: (token: string) => Promise<TokenLife | null>;
    readonly renew: (token: string) => Promise<TokenLife | null>;
  },
): TransitToken {
  let known: { readonly token: string; readonly readMs: number } | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;

  const renewLater = (token: string, life: TokenLife | null): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (isClosed || life === null || !life.isRenewable || life.secondsLeft <= 0) return;
    timer = setTimeout(() => void renewNow(token, life), Math.min((life.secondsLeft / 2) * 1000, longestTimerMs));
    timer.unref();
  };
  const renewNow = async (token: string, before: TokenLife): Promise<void> => {
    if (known?.token !== token) return;
    const life = await server.renew(token).catch(() => null);
    // Not renewed: half of what is left is time for more tries, down to a second.
    const half = { ...before, secondsLeft: before.secondsLeft / 2 };
    renewLater(token, life ?? (half.secondsLeft >= 2 ? half : null));
  };
  const readSource = async (): Promise<string> => {
    if (source.from === "variable") return source.value;
    try {
      const token = (await readFile(source.path, "utf8")).trim();
      if (token !== "") return token;
    } catch {
      // The same as an empty one: said below.
    }
    throw new TokenUnreadable();
  };
  const take = async (): Promise<string> => {
    const token = await readSource();
    const isNew = known?.token !== token;
    known = { token, readMs: performance.now() };
    if (isNew)
      void server.lookUp(token).then(
        (life) => renewLater(token, life),
        () => {},
      );
    return token;
  };

  return {
    async read() {
      if (known === null) return await take();
      if (source.from === "variable" || performance.now() - known.readMs < fileMs) return known.token;
      // A file that is being written anew costs nothing as long as the old token is good.
      return await take().catch(() => known?.token ?? "");
    },
    async refused(token) {
      if (source.from === "variable") return false;
      return (await take()) !== token;
    },
    close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
