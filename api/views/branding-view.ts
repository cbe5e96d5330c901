import { createHash } from "node:crypto";
import type { z } from "@hono/zod-openapi";
import { judgeAccent, type Theme } from "#core/domain/brand/accent";
import { brandOf } from "#core/domain/brand/brand";
import { readLogo } from "#core/domain/brand/logo-image";
import { DomainError } from "#core/domain/problem/domain-error";
import type { EnvironmentRecord } from "#core/ports/environment-store";
import type { EnvironmentPatch } from "#adapters/postgres/environment-store";
import { logoAddress, type AccentView, type brandingSchema, type storedBrandingSchema } from "../schemas/branding.ts";

/** From our own origin, and never another picture: whoever has it need not ask again. */
export function logoPath(digest: string): string {
  return `/api/connect/logos/${digest}`;
}

/** The branding as it is stored, and the picture apart from it. */
export function toBrandingPatch(
  input: z.infer<typeof brandingSchema>,
  current: EnvironmentRecord,
): Pick<EnvironmentPatch, "branding" | "logo"> {
  const { logo, ...words } = input;
  if (logo === undefined) return { branding: words, logo: null };
  const kept = logoAddress.exec(logo)?.[1];
  if (kept !== undefined) {
    if (kept === brandOf(current.branding).logo) return { branding: { ...words, logo: kept } };
    throw refusedLogo("is not the address of the logo that is there; send the image as a data: URL");
  }
  const image = readLogo(logo);
  if ("problem" in image) throw refusedLogo(image.problem);
  const digest = createHash("sha256").update(image.bytes).digest("hex");
  return { branding: { ...words, logo: digest }, logo: { digest, ...image } };
}

export function toBrandingView(
  stored: EnvironmentRecord["branding"],
  publicUrl: string,
): z.infer<typeof storedBrandingSchema> {
  const { logo } = brandOf(stored);
  return logo === null ? stored : { ...stored, logo: publicUrl + logoPath(logo) };
}

/** @param hex six digits after a `#`; undefined: it was not asked for */
export function toAccentView(theme: Theme, hex: string | undefined): AccentView["light"] {
  const judgement = hex === undefined ? null : judgeAccent(theme, hex);
  if (judgement === null) return null;
  const { fill, onFill, ink, contrast, nearest, problem } = judgement;
  return {
    passes: problem === null,
    fill,
    on_fill: onFill,
    ink,
    contrast: { ...contrast },
    nearest,
    detail: problem?.detail ?? null,
  };
}

function refusedLogo(detail: string): DomainError {
  return new DomainError("invalid_request", {
    detail: "The body is not valid.",
    errors: [{ pointer: "/branding/logo", detail }],
  });
}
