import { decode, encode } from "@auth/core/jwt";
import { parse as parseCookies } from "hono/utils/cookie";

/** A cookie for some minutes that its browser can neither read nor make. */
export interface SealedCookie<T> {
  /** A Set-Cookie header. */
  issue(value: T): Promise<string>;
  /** Null: there is none, it is over, or it is not one of ours. */
  read(header: string | null): Promise<T | null>;
  /** A Set-Cookie header that takes it away. */
  readonly clear: string;
}

/** @param options.path where it goes along; over https then with `__Secure-`, since `__Host-` wants the whole site */
export function createSealedCookie<T>(options: {
  readonly name: string;
  readonly path: string;
  readonly publicUrl: string;
  readonly secret: string;
  readonly lifetimeSeconds: number;
}): SealedCookie<T> {
  const secure = options.publicUrl.startsWith("https:");
  const name = `${secure ? "__Secure-" : ""}${options.name}`;
  const attributes = `Path=${options.path}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  const { secret, lifetimeSeconds } = options;
  return {
    clear: `${name}=; Max-Age=0; ${attributes}`,
    async issue(value) {
      const sealed = await encode({ token: { value }, secret, salt: name, maxAge: lifetimeSeconds });
      return `${name}=${sealed}; Max-Age=${lifetimeSeconds}; ${attributes}`;
    },
    async read(header) {
      const sealed = header === null ? undefined : parseCookies(header, name)[name];
      if (sealed === undefined) return null;
      const token = await decode({ token: sealed, secret, salt: name }).catch(() => null);
      return (token?.["value"] as T | undefined) ?? null;
    },
  };
}
