import type { EnvironmentView } from "#api/schemas/integration";

type Branding = EnvironmentView["branding"];

/** What stands in the form. */
export type BrandDraft = {
  name: string;
  /** A picture that was just chosen (`data:`), or the address of the one that is there; null: none. */
  logo: string | null;
  /** Null: Evergrant's own. */
  accent: { light: string; dark: string } | null;
  support: string;
  privacyUrl: string;
};

/** Where an accent of one's own begins. */
export const firstAccent = { light: "#0f766e", dark: "#2dd4bf" };

export function draftOf(branding: Branding): BrandDraft {
  return {
    name: branding.name ?? "",
    logo: branding.logo ?? null,
    accent: branding.accent ?? null,
    support: branding.support ?? "",
    privacyUrl: branding.privacy_url ?? "",
  };
}

/** The branding as it is sent: whole, without what is empty. */
export function brandingOf(draft: BrandDraft): object {
  const [name, support, privacyUrl] = [draft.name, draft.support, draft.privacyUrl].map((text) => text.trim());
  return {
    ...(name === "" ? {} : { name }),
    ...(draft.logo === null ? {} : { logo: draft.logo }),
    ...(draft.accent === null ? {} : { accent: draft.accent }),
    ...(support === "" ? {} : { support }),
    ...(privacyUrl === "" ? {} : { privacy_url: privacyUrl }),
  };
}

/** What somebody changed, and nothing else. */
export function changedIn(draft: BrandDraft, saved: BrandDraft): Partial<BrandDraft> {
  return Object.fromEntries(
    Object.entries(draft).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(saved[name as keyof BrandDraft]),
    ),
  );
}

export function isSame(one: BrandDraft, other: BrandDraft): boolean {
  return JSON.stringify(brandingOf(one)) === JSON.stringify(brandingOf(other));
}

export const mostLogoBytes = 65_536;
export const logoTypes = ["image/png", "image/jpeg", "image/webp"];

/** Why a file can't be a logo; null: it may be one, and the API looks at its bytes. */
export function logoFault({ type, size }: { type: string; size: number }): string | null {
  if (type === "image/svg+xml") return "An SVG is not taken: it can hold scripts. Export it as PNG.";
  if (!logoTypes.includes(type)) return "This is no PNG, JPEG or WebP.";
  if (size > mostLogoBytes) {
    return `The picture has ${Math.ceil(size / 1024)} KB, and at most 64 KB are taken. It is shown at 56 × 56 points: 224 × 224 is plenty.`;
  }
  return null;
}
