import { z } from "@hono/zod-openapi";
import { accentProblem, type Theme } from "#core/domain/brand/accent";
import { maxLogoBytes, readLogo } from "#core/domain/brand/logo-image";

const longestLogo = Math.ceil(maxLogoBytes / 3) * 4 + 100;

/** An address of a logo, as it is answered. */
export const logoAddress = /^https?:\/\/[^\s/]+\/api\/connect\/logos\/([0-9a-f]{64})$/;

const logo = z
  .string()
  .max(longestLogo, `at most ${maxLogoBytes} bytes are taken`)
  .superRefine((value, context) => {
    if (logoAddress.test(value)) return;
    const read = readLogo(value);
    if ("problem" in read) context.addIssue({ code: "custom", message: read.problem });
  })
  .openapi({
    description:
      "Your product's mark, shown at 56 by 56 points: PNG, JPEG or WebP of at most 64 KB and 1024 by 1024 points, as a data: URL. The address that reading answers keeps the one that is there.",
    example:
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  });

const accent = (theme: Theme, example: string) =>
  z
    .string()
    .superRefine((value, context) => {
      const problem = accentProblem(theme, value);
      if (problem !== null) context.addIssue({ code: "custom", message: problem.detail });
    })
    .openapi({
      description: `Six hex digits. At least 3:1 against the ${theme} card, and 4.5:1 under white or near-black words, which are chosen for you.`,
      example,
    });

const httpsUrl = z.url({ protocol: /^https$/, error: "expected an address that begins with https://" }).max(300);

export const brandingSchema = z
  .strictObject({
    name: z.string().min(1).max(100).optional().openapi({ description: "Your product's name.", example: "Example" }),
    logo: logo.optional(),
    accent: z
      .strictObject({ light: accent("light", "#0f766e"), dark: accent("dark", "#2dd4bf") })
      .optional()
      .openapi({ description: "The colour of the one button and of links, for each theme." }),
    support: z
      .string()
      .max(300)
      .refine((value) => z.union([z.email(), httpsUrl]).safeParse(value).success, {
        error: "expected an e-mail address, or an address that begins with https://",
      })
      .optional()
      .openapi({
        description: "Where customers get help: an e-mail address or https URL.",
        example: "help@example.com",
      }),
    privacy_url: httpsUrl
      .optional()
      .openapi({ description: "Your privacy policy.", example: "https://example.com/privacy" }),
  })
  .openapi("Branding", {
    description: "What the connect pages show of your product. Takes the place of all that was set before.",
  });

const hex = z.string();

/** Stored by any version: nothing of it is demanded. */
export const storedBrandingSchema = z
  .looseObject({
    name: z.string().optional().openapi({ description: "Your product's name." }),
    logo: z.string().optional().openapi({ description: "Where the picture is; send it to keep it." }),
    accent: z
      .object({
        light: hex.openapi({ description: "On the light card.", example: "#0f766e" }),
        dark: hex.openapi({ description: "On the dark card.", example: "#2dd4bf" }),
      })
      .optional()
      .openapi({ description: "The colour of the one button and of links." }),
    support: z.string().optional().openapi({ description: "Where customers get help." }),
    privacy_url: z.string().optional().openapi({ description: "Your privacy policy." }),
  })
  .openapi("StoredBranding", {
    description: "What the connect pages show of your product.",
    example: { name: "Example", support: "help@example.com" },
  });
