import type { Fault, ParsedDocument } from "./document-faults.ts";
import { bracedNames, fillBraced } from "./document-parts.ts";
import { originOf, templatePlaces, type TemplatePlace } from "./document-places.ts";

/** What fills a template has a bound of its own each time: so many of them in one text. */
const mostNames = 20;
/** Parameters, headers or claims of one map. */
export const mostEntries = 50;
/** Of a JSON body, written out. */
const longestBody = 65_536;

/** Templates that name nothing, or so much that what they become has no bound. */
export function templateFaults(document: ParsedDocument): Fault[] {
  return [
    ...templatePlaces(document).flatMap((place) => [...unknownNames(document, place), ...shapeFaults(place)]),
    ...sizeFaults(document),
  ];
}

function unknownNames(document: ParsedDocument, { path, text, also }: TemplatePlace): Fault[] {
  const { config } = document.credentials;
  const fields = "auth" in config ? config.fields : [];
  const known = new Set([...document.inputs, ...fields].map((one) => one.name));
  return bracedNames(text).flatMap((name) => {
    if (known.has(name) || also.includes(name)) return [];
    const others = also.length === 0 ? "" : `, or one of ${also.map((one) => `{${one}}`).join(", ")}`;
    return [{ path: [...path], message: `{${name}} names nothing; declare it in /inputs or remove it${others}` }];
  });
}

function shapeFaults(place: TemplatePlace): Fault[] {
  const { path, text } = place;
  const names = bracedNames(text).length;
  if (names > mostNames) {
    return [{ path: [...path], message: `expected at most ${mostNames} names in one text, found ${names}` }];
  }
  const isAddress = place.kind === "path" || place.kind === "base";
  const way = text.slice(originOf(place)?.length ?? 0);
  if (!isAddress || !hasDotSegment(fillBraced(way, () => ""))) return [];
  return [{ path: [...path], message: "expected no segment of dots alone: it would leave its place in the path" }];
}

/** RFC 3986 §3.3, with the spelling that URLs take for the same (WHATWG URL, "double-dot URL path segment"). */
function hasDotSegment(address: string): boolean {
  const [path = ""] = address.split(/[?#]/);
  return path.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}

function sizeFaults({ api, credentials }: ParsedDocument): Fault[] {
  const { config } = credentials;
  const { identity } = config;
  const at = (...path: string[]): string[] => ["credentials", "config", ...path];
  const maps: [string[], object | undefined][] = [
    [["api", "headers"], api?.headers],
    [["api", "pagination", "params"], pageParams(api)],
    [at("identity", "headers"), identity?.headers],
  ];
  if ("auth" in config) {
    for (const request of ["authorize", "token", "refresh"] as const) {
      maps.push([at("params", request), config.params[request]]);
    }
    maps.push(
      [at("options", "headers"), config.options.headers],
      [at("exchange", "params"), config.exchange?.params],
      [at("assertion", "claims"), config.assertion?.claims],
      [at("assertion", "headers"), config.assertion?.headers],
      [at("revocation", "headers"), config.revocation?.headers],
      [at("revocation", "body"), config.revocation?.body],
    );
  }
  const bodies: [string[], unknown][] = [
    [["api", "probe", "body"], api?.probe?.body],
    [at("identity", "body"), identity?.body],
  ];
  return [
    ...maps.flatMap(([path, map]) => {
      const count = Object.keys(map ?? {}).length;
      return count > mostEntries ? [{ path, message: `expected at most ${mostEntries} entries, found ${count}` }] : [];
    }),
    ...bodies.flatMap(([path, body]) => {
      const length = body === undefined ? 0 : JSON.stringify(body).length;
      const message = `expected a body of at most ${longestBody} characters, found ${length}`;
      return length > longestBody ? [{ path, message }] : [];
    }),
  ];
}

export function pageParams(api: ParsedDocument["api"]): Readonly<Record<string, string>> | undefined {
  return api?.pagination !== undefined && "params" in api.pagination ? api.pagination.params : undefined;
}
