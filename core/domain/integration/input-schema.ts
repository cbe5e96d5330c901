import { z } from "zod";
import { fieldName, pattern } from "./document-parts.ts";

/** What the end user is asked for before the trip to the provider (`inputs`). */
export const inputSchema = z
  .strictObject({
    name: fieldName.describe("How templates name it: {name}."),
    label: z.string().min(1).max(100).describe("What the form asks for."),
    help: z.string().max(500).optional().describe("Where to find it."),
    example: z.string().max(100).optional().describe("What it looks like."),
    pattern: pattern
      .optional()
      .describe("The whole value must match. An input that forms a host is held to one DNS label besides."),
    prefix: z.string().min(1).max(100).optional().describe("Taken off what was typed, where it is there."),
    suffix: z.string().min(1).max(100).optional().describe("Taken off what was typed, where it is there."),
    options: z
      .array(
        z.strictObject({
          value: z.string().min(1).max(200).describe("What templates get."),
          label: z.string().min(1).max(100).describe("What people choose."),
        }),
      )
      .min(1)
      .max(100)
      .optional()
      .describe("The values to choose from. They come from this document, so one may be several labels of a host."),
    default: z.string().min(1).max(200).optional().describe("Where nothing is typed or chosen."),
    required: z.boolean().default(true).describe("false: may be left empty; what names it alone is then left out."),
  })
  .refine(
    (input) => input.default === undefined || input.options === undefined || hasOption(input.options, input.default),
    { path: ["default"], message: "expected one of the options" },
  );

export type IntegrationInput = z.infer<typeof inputSchema>;

export function hasOption(options: readonly { readonly value: string }[], value: string): boolean {
  return options.some((one) => one.value === value);
}
