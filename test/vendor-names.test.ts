// Invariant 11: no integration's vendor is named in code. The names come from the catalogue itself, so a new document brings its own.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { listSourceFiles } from "./import-rules.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const product = /^(?:core|adapters|api|worker|app|sdk|cli)\//;
/** Tests, fakes and contract suites may name whom they like. KMS adapters are no integrations. */
const free = /\.(?:test|contract|fake|cases)\.tsx?$|^adapters\/kms\//;

/** Names that are words of English or of the trade. Their vendors are found by their hosts alone. */
const ordinaryWords: Readonly<Record<string, string>> = {
  box: "what things are put in",
  close: "what is done to connections and windows",
  drive: "what one does, and where files are",
  exact: "without a rest",
  front: "the side of a thing that faces people",
  help: "what is asked for",
  linear: "along a line",
  notion: "an idea",
  slack: "what is left of a lease or a deadline",
  square: "a shape",
  typeform: "`type Form…` of an import",
};

type Vendor = { readonly names: readonly string[]; readonly domains: readonly string[] };

function readVendors(directory = join(root, "integrations")): Map<string, Vendor> {
  const files = readdirSync(directory).filter((name) => name.endsWith(".json") && name !== "schema.json");
  return new Map(files.map((name) => [name, vendorOf(readFileSync(join(directory, name), "utf8"))]));
}

/** The whole name and label, and the first word of each: `google-drive` is Google too. */
function vendorOf(text: string): Vendor {
  const { name, label = name, sources: _, notes: __, ...rest } = JSON.parse(text) as Record<string, string>;
  const written = [name, label].flatMap((one) => [one ?? "", /^[a-z0-9]+/i.exec(one ?? "")?.[0] ?? ""]);
  const names = [...new Set(written.map(squeeze))].filter(
    (one) => one.length > 2 && !Object.hasOwn(ordinaryWords, one),
  );
  const hosts = [...JSON.stringify(rest).matchAll(/https?:\/\/([^/"\\]+)/g)].map(([, host = ""]) => host);
  return { names, domains: [...new Set(hosts.flatMap(domainOf))] };
}

/** What somebody registered: the last two labels of a host, three below a country's second level. Null for a template. */
function domainOf(host: string): string[] {
  const labels = host.toLowerCase().replace(/:\d+$/, "").split(".");
  const isCountry = labels.length > 2 && /^(?:com?|org|net|ac|gov)$/.test(labels.at(-2) ?? "");
  const domain = labels.slice(isCountry ? -3 : -2).join(".");
  return /[{}]/.test(domain) || !domain.includes(".") ? [] : [domain];
}

function squeeze(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** Words of a source text: identifiers fall apart where their case changes. */
function wordsOf(line: string): string[] {
  const apart = line.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll(/([A-Z])([A-Z][a-z])/g, "$1 $2");
  return apart.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

const longestName = 5;

/** Finds `line: vendor's name` of everything in a text that names one of them. */
function createFinder(vendors: Iterable<Vendor>): (text: string) => string[] {
  const all = [...vendors];
  const names = new Set(all.flatMap((one) => one.names));
  const domains = all.flatMap((one) => one.domains).map((one) => one.replaceAll(".", String.raw`\.`));
  const hosts = new RegExp(String.raw`(?<![\w-])(?:${domains.join("|")})(?![\w-])`, "gi");
  return (text) =>
    text.split("\n").flatMap((line, index) => {
      const words = wordsOf(line);
      const joined = words.flatMap((_, at) =>
        Array.from({ length: longestName }, (__, more) => words.slice(at, at + more + 1).join("")),
      );
      const found = [...joined.filter((one) => names.has(one)), ...(line.match(hosts) ?? [])];
      return [...new Set(found)].map((one) => `${index + 1}: ${one.toLowerCase()}`);
    });
}

const vendors = readVendors();

test("no vendor of the catalogue is named in code", () => {
  const files = listSourceFiles(root).filter((path) => product.test(path) && !free.test(path));
  expect(files.length).toBeGreaterThan(100);
  const find = createFinder(vendors.values());
  const named = files.flatMap((path) => find(readFileSync(join(root, path), "utf8")).map((one) => `${path}:${one}`));
  expect(named).toEqual([]);
});

describe("the rule has teeth", () => {
  const acme = vendorOf(
    JSON.stringify({
      name: "acme-crm",
      label: "AcmeSoft CRM",
      sources: ["https://elsewhere.example/docs"],
      credentials: { tokenHost: "https://login.acme-cloud.com", baseUrl: "https://{shop}.acme.co.uk/v2" },
    }),
  );

  test.each([
    ['if (name === "acme-crm") return;', "acme"],
    ["function toAcmeCrm() {}", "acmecrm"],
    ["// what acmesoft does", "acmesoft"],
    ["const ACME_SOFT_LIMIT = 3;", "acmesoft"],
    ["const acmeLimit = 3;", "acme"],
    ['fetch("https://eu.acme-cloud.com/x")', "acme-cloud.com"],
    ["the host acme.co.uk", "acme.co.uk"],
  ])("it finds %s", (line, name) => {
    expect(createFinder([acme])(`\n${line}`)).toContain(`2: ${name}`);
  });

  test.each(["the acmeology of crm", "placmecrm", "https://elsewhere.example/docs", "co.uk", "notacme-cloud.com"])(
    "it leaves %s alone",
    (line) => {
      expect(createFinder([acme])(line)).toEqual([]);
    },
  );

  test("every document of the catalogue is known by a name or by a host", () => {
    expect(vendors.size).toBeGreaterThanOrEqual(3);
    const unknown = [...vendors].filter(([, { names, domains }]) => names.length + domains.length === 0);
    expect(unknown.map(([name]) => name)).toEqual([]);
  });
});
