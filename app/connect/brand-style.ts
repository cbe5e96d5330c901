import type { CSSProperties } from "react";
import type { ConnectLinkView } from "#api/schemas/connect";

export type Product = ConnectLinkView["product"];
type Colours = NonNullable<Product["accent"]>["light"];

/** The product's colours in place of ours, for whatever stands below. The API has judged their contrast. */
export function brandStyle(accent: Product["accent"] | undefined): CSSProperties | undefined {
  if (accent === null || accent === undefined) return undefined;
  const pair = (colour: (one: Colours) => string) => `light-dark(${colour(accent.light)}, ${colour(accent.dark)})`;
  // Away from the words on it, so that they are read the better for it.
  const hover = ({ fill, on_fill: words }: Colours) =>
    `color-mix(in oklab, ${fill} 88%, ${words === "#ffffff" ? "black" : "white"})`;
  return {
    "--accent": pair(({ fill }) => fill),
    "--accent-hover": pair(hover),
    "--accent-ink": pair(({ ink }) => ink),
    "--on-accent": pair(({ on_fill: words }) => words),
  } as CSSProperties;
}
