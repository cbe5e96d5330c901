import type { AccentColours } from "#core/domain/brand/accent";
import { brandOf, noBrand } from "#core/domain/brand/brand";
import type { EnvironmentRecord } from "#core/ports/environment-store";
import type { ConnectProduct } from "../schemas/connect.ts";
import { logoPath } from "../views/branding-view.ts";

/** Who asks, as pages for customers show it. */
export function productOf(environment: Pick<EnvironmentRecord, "branding"> | null): ConnectProduct {
  const brand = environment === null ? noBrand : brandOf(environment.branding);
  return {
    name: brand.name,
    support: brand.support,
    privacy_url: brand.privacyUrl,
    logo: brand.logo === null ? null : logoPath(brand.logo),
    accent: brand.accent === null ? null : { light: toColours(brand.accent.light), dark: toColours(brand.accent.dark) },
  };
}

function toColours({ fill, onFill, ink }: AccentColours) {
  return { fill, on_fill: onFill, ink };
}
