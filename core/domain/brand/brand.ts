import { accentColours, type AccentColours, type Theme } from "./accent.ts";

/** What the pages that customers see show of the product. */
export interface Brand {
  /** Null: it was never said. */
  readonly name: string | null;
  /** An e-mail address or https URL; what was stored before that was asked for may be any words. */
  readonly support: string | null;
  readonly privacyUrl: string | null;
  /** Digest of the stored picture; null: a letter stands in. */
  readonly logo: string | null;
  readonly accent: Readonly<Record<Theme, AccentColours>> | null;
}

export const noBrand: Brand = { name: null, support: null, privacyUrl: null, logo: null, accent: null };

/** What SHA-256 looks like in an address. */
export const logoDigestPattern = /^[0-9a-f]{64}$/;

/** Reads what is stored, also what an older version stored: a part that can't be shown counts as absent. */
export function brandOf(stored: Readonly<Record<string, unknown>>): Brand {
  const text = (name: string): string | null => (typeof stored[name] === "string" ? stored[name] : null);
  const logo = text("logo");
  const { accent } = stored;
  const colours = (theme: Theme): AccentColours | null => {
    const hex: unknown = typeof accent === "object" && accent !== null ? Reflect.get(accent, theme) : null;
    return typeof hex === "string" ? accentColours(theme, hex) : null;
  };
  const [light, dark] = [colours("light"), colours("dark")];
  return {
    name: text("name"),
    support: text("support"),
    privacyUrl: text("privacy_url"),
    logo: logo !== null && logoDigestPattern.test(logo) ? logo : null,
    accent: light === null || dark === null ? null : { light, dark },
  };
}
