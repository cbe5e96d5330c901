import type { Fault, ParsedDocument } from "./document-faults.ts";
import { isOrigin, placeholder } from "./document-parts.ts";
import { originOf, templatePlaces, type TemplatePlace } from "./document-places.ts";
import type { IntegrationInput } from "./input-schema.ts";

/** RFC 1123: one label of a host name. What an end user types must never add a dot, a port or a path to a host. */
export function isHostLabel(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(text);
}

/** The inputs that stand in a host. Of an issuer its path counts too: it is compared as a whole. */
export function hostInputs(document: ParsedDocument): Set<string> {
  const hosts = templatePlaces(document).flatMap((place) => {
    const origin = originOf(place);
    return origin === null ? [] : [place.path.at(-1) === "issuer" ? place.text : origin];
  });
  const named = new Set(hosts.flatMap(namesIn));
  return new Set(document.inputs.map((input) => input.name).filter((name) => named.has(name)));
}

/**
 * Inputs that could lead to anybody's host. A document with one is refused; one that was stored before that rule keeps serving its
 * accounts, and takes no new value for such an input.
 */
export function openHostInputs(document: ParsedDocument): Set<string> {
  return new Set(
    templatePlaces(document).flatMap((place) => {
      const origin = originOf(place) ?? "";
      const inputs = document.inputs.filter(
        (input) => input.options === undefined && origin.includes(`{${input.name}}`),
      );
      return inputs.filter((input) => !isPinned(document, origin, input)).map((input) => input.name);
    }),
  );
}

/** A host is formed by what is certain to be there and known to lead to the provider. */
export function hostFaults(document: ParsedDocument): Fault[] {
  return templatePlaces(document).flatMap((place) => {
    const origin = originOf(place);
    if (origin === null) return [];
    const path = [...place.path];
    const isEndpoint = place.kind === "base" && !isOrigin(origin);
    const faults = isEndpoint ? [{ path, message: "expected an address whose host and port exist" }] : [];
    return [...faults, ...namesIn(origin).flatMap((name) => nameFaults(document, place, origin, name))];
  });
}

function nameFaults(document: ParsedDocument, place: TemplatePlace, origin: string, name: string): Fault[] {
  const path = [...place.path];
  const input = document.inputs.find((one) => one.name === name);
  if (input !== undefined) {
    return !input.required && input.default === undefined
      ? [{ path, message: `{${name}} forms a host, so the input must be required or have a default` }]
      : inputFaults(document, place, origin, input);
  }
  const { config } = document.credentials;
  const fields = "auth" in config ? config.fields : [];
  const index = fields.findIndex((one) => one.name === name);
  const field = fields[index];
  if (field === undefined || (field.pattern !== undefined && field.required)) return [];
  return [
    {
      path: ["credentials", "config", "fields", index],
      message: `${name} forms a host (${path.join("/")}), so it must be required and have a pattern that says which hosts it may name`,
    },
  ];
}

function inputFaults(document: ParsedDocument, place: TemplatePlace, origin: string, input: IntegrationInput): Fault[] {
  const path = [...place.path];
  const at = ["inputs", document.inputs.indexOf(input)];
  const isWhole = origin === `{${input.name}}`;
  if (isWhole) {
    const areHosts = input.options?.every(({ value }) => /^https:\/\/[^{}]+$/.test(value) && isOrigin(value));
    if (areHosts === true) return [];
    return [{ path, message: "expected https:// and a host; only a field with a pattern can stand for all of it" }];
  }
  if (input.options !== undefined) {
    return input.options.flatMap(({ value }, index) => {
      if (value.split(".").every(isHostLabel)) return [];
      const message = `forms a host (${path.join("/")}), so it must be labels of one, such as eu or eu.acme.example`;
      return [{ path: [...at, "options", index, "value"], message }];
    });
  }
  const faults: Fault[] = [];
  if (!isPinned(document, origin, input)) {
    const message = `{${input.name}} could lead to anybody's host: expected at least two parts of the provider's own domain behind it, as in https://{${input.name}}.acme.example, or an input with options`;
    faults.push({ path, message });
  }
  if (input.default !== undefined && !isHostLabel(input.default)) {
    const message = `forms a host (${path.join("/")}), so it must be one label of it: letters, digits, hyphens`;
    faults.push({ path: [...at, "default"], message });
  }
  return faults;
}

/**
 * Whether two labels that the document itself writes end the host, whatever is chosen elsewhere in it. That these two are the
 * provider's own, and no public suffix such as co.uk, is the author's to see to. The last one is no number: that would make an IPv4
 * address of the whole (WHATWG URL, "ends in a number").
 */
function isPinned(document: ParsedDocument, origin: string, input: IntegrationInput): boolean {
  const choices = document.inputs.filter((one) => one.options !== undefined && origin.includes(`{${one.name}}`));
  const shortest = new Map(choices.map((one) => [one.name, shortestOf(one)]));
  const variants = choices.flatMap((one) =>
    (one.options ?? []).map(({ value }) => new Map([...shortest, [one.name, value]])),
  );
  return (variants.length === 0 ? [shortest] : variants).every((chosen) => {
    const filled = origin.replaceAll(placeholder, (whole, name: string) => chosen.get(name) ?? whole);
    const [, host = "", port = ""] = /^https?:\/\/([^:[\]]+)(?::(.*))?$/.exec(filled) ?? [];
    const [second = "", last = ""] = host.split(".").slice(-2);
    const isOwn = isHostLabel(second) && isHostLabel(last) && /^[a-z]/i.test(last);
    return isOwn && !port.includes(`{${input.name}}`);
  });
}

function shortestOf({ options = [] }: IntegrationInput): string {
  const values = options.map((one) => one.value);
  return values.toSorted((one, other) => one.split(".").length - other.split(".").length)[0] ?? "";
}

function namesIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(placeholder), ([, name = ""]) => name))];
}
