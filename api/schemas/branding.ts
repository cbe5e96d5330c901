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

const queried = (theme: Theme, example: string) =>
  z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, "expected a colour as six hex digits, such as #0f766e")
    .optional()
    .openapi({ description: `For the ${theme} card.`, example });

export const accentQuerySchema = z.strictObject({
  light: queried("light", "#0f766e"),
  dark: queried("dark", "#2dd4bf"),
});

const ratio = (description: string, example: number) => z.number().openapi({ description, example });

const accentJudgementSchema = z
  .object({
    passes: z.boolean().openapi({ description: "Whether it can be used.", example: true }),
    fill: z.string().openapi({ description: "The button and its edge.", example: "#0f766e" }),
    on_fill: z.string().openapi({ description: "Words on the button: white or near black.", example: "#ffffff" }),
    ink: z.string().openapi({
      description: "Words in the accent on the card: it, or its nearest shade that can be read there.",
      example: "#0f766e",
    }),
    contrast: z
      .object({
        words: ratio("Of the words on the button; 4.5 is needed.", 5.47),
        card: ratio("Of the button on the card; 3 is needed.", 5.47),
      })
      .openapi({ description: "Ratios, rounded down." }),
    nearest: z
      .string()
      .openapi({ description: "The colour, or its nearest shade that can be used.", example: "#0f766e" }),
    detail: z
      .string()
      .nullable()
      .openapi({ description: "Why it can't be used, for people; null: it can.", example: null }),
  })
  .openapi("AccentJudgement", { description: "How a colour would be read on the connect pages in one theme." });

export const accentViewSchema = z
  .object({
    light: accentJudgementSchema.nullable().openapi({ description: "On the light card; null: not asked." }),
    dark: accentJudgementSchema.nullable().openapi({ description: "On the dark card; null: not asked." }),
  })
  .openapi("AccentView", { description: "How an accent would be read." });
export type AccentView = z.infer<typeof accentViewSchema>;

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
