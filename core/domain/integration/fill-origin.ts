import { fillBraced } from "./document-parts.ts";
import { valueOf } from "./fill-address.ts";
import type { TemplateValues } from "./fill-template.ts";

const whole = /^\{([a-zA-Z][a-zA-Z0-9_]*)\}$/;

/**
 * Scheme and host of an address. What stands for a part of the host stays within it; what stands for all of it, a captured field or
 * a choice, is an address itself.
 *
 * @returns an empty text while something that it names is not known: then there is nothing to call
 */
export function fillOrigin(template: string, values: TemplateValues): string {
  const [, name] = whole.exec(template) ?? [];
  if (name !== undefined) return addressOf(valueOf(values, name));
  let isKnown = true;
  const origin = fillBraced(template, (one) => {
    const value = valueOf(values, one);
    isKnown &&= value !== "";
    return encodeURIComponent(value);
  });
  return isKnown ? origin : "";
}

/** Its pattern says which it may be; whatever that allows, it carries no credentials, no query and no fragment. */
function addressOf(value: string): string {
  if (!/^https?:\/\/[^\s\\?#@]+$/i.test(value) || !URL.canParse(value)) return "";
  return value.replace(/\/+$/, "");
}
