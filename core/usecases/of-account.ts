import { overlay, type Overlaid, type Overrides } from "../domain/integration/overrides.ts";
import type { ConfiguredIntegration } from "../ports/integration-store.ts";

/** What a store makes of a definition and what its environment lays over it. */
export function withOverrides(found: Omit<ConfiguredIntegration, "document" | "fault">): ConfiguredIntegration {
  const laid = overlay(found.definition, found.overrides);
  return { ...found, document: laid.document, fault: faultOf(laid, "environment") };
}

/** The integration as an account has it, with its own overrides over its environment's. */
export function ofAccount(configured: ConfiguredIntegration, overrides: Overrides): ConfiguredIntegration {
  const laid = overlay(configured.document, overrides);
  if (laid.document === configured.document && laid.errors.length === 0) return configured;
  return { ...configured, document: laid.document, fault: configured.fault ?? faultOf(laid, "account") };
}

function faultOf({ errors }: Overlaid, level: string): string | null {
  const [first] = errors;
  if (first === undefined) return null;
  return `the overrides of the ${level} don't fit the definition any more (${first.pointer}: ${first.detail})`;
}
