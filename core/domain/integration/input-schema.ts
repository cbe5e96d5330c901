import { z } from "zod";
import { fieldName, pattern } from "./document-parts.ts";

/** What the end user is asked for before the trip to the provider (`inputs`). */
export const inputSchema = z
  .strictObject({
    name: fieldName,
    label: z.string().min(1).max(100),
    help: z.string().max(500).optional(),
    example: z.string().max(100).optional(),
    pattern: pattern
      .optional()
      .describe("The whole value must match. An input that forms a host is held to one DNS label besides."),
    prefix: z.string().min(1).max(100).optional().describe("Taken off what was typed, where it is there."),
    suffix: z.string().min(1).max(100).optional().describe("Taken off what was typed, where it is there."),
    options: z
      .array(z.strictObject({ value: z.string().min(1).max(200), label: z.string().min(1).max(100) }))
      .min(1)
      .max(100)
      .optional()
      .describe("The values to choose from. They come from this document, so one may be several labels of a host."),
    default: z.string().min(1).max(200).optional(),
    required: z.boolean().default(true),
  })
  .refine(
    (input) => input.default === undefined || input.options === undefined || hasOption(input.options, input.default),
    { path: ["default"], message: "expected one of the options" },
  );

export type IntegrationInput = z.infer<typeof inputSchema>;

export function hasOption(options: readonly { readonly value: string }[], value: string): boolean {
  return options.some((one) => one.value === value);
}
