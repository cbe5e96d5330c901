import { existsSync } from "node:fs";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { valueAt } from "#core/domain/integration/find-schema";
import { integrationDocumentSchema, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { integrationJsonSchema } from "#core/domain/integration/integration-json-schema";
import { notYetSupported } from "#core/domain/integration/not-yet-supported";
import { toPointer } from "#core/domain/text/scan-json";
import { fullDocuments } from "./fields/full-documents.ts";
import { recordReads } from "./fields/record-reads.ts";
import { leavesOf, schemaLeaves, type JsonSchema } from "./fields/schema-leaves.ts";
import { forPeople, notUsedYet, shownElsewhere } from "./fields/unread-fields.ts";
import { useDocument } from "./fields/use-document.ts";

/** What resolveIntegration made of the document, watched too: a field that is copied and then left lying is not read. */
const watched = vi.hoisted(() => ({
  reads: new Set<string>(),
  made: new Set<string>(),
  /** Checking inputs looks at every host of the document, to guard it; of that only the inputs count. */
  isGuarding: false,
}));

// No mock: it does what it does, and is watched.
vi.mock(import("#core/domain/integration/resolve-integration"), async (original) => {
  const real = await original();
  const { recordReads: record } = await import("./fields/record-reads.ts");
  const watch = <T>(made: T, at: string): T => {
    for (const pointer of plainValues(made, at)) watched.made.add(pointer);
    return record(made, (pointer) => watched.reads.add(general(at + pointer)) !== null).value;
  };
  return {
    ...real,
    checkInputs(...given) {
      watched.isGuarding = true;
      try {
        return real.checkInputs(...given);
      } finally {
        watched.isGuarding = false;
      }
    },
    resolveIntegration: (...given) => watch(real.resolveIntegration(...given), ""),
    refreshPolicyOf: (...given) => watch(real.refreshPolicyOf(...given), "/refreshPolicy"),
  };
});

const schema = integrationJsonSchema() as JsonSchema;
const leaves = schemaLeaves(schema);
const given = new Set<string>();
const read = new Set<string>();
const refused = new Set<string>();

beforeAll(async () => {
  for (const document of fullDocuments) {
    const set = leavesOf(schema, document);
    for (const leaf of set.values()) given.add(leaf);
    for (const leaf of refusedLeaves(document, set)) refused.add(leaf);
    const accepted = withoutRefused(document);
    if (accepted === null) continue;
    const recorded = recordReads(accepted, (pointer) => !watched.isGuarding || pointer.startsWith("/inputs/"));
    await useDocument(recorded.value);
    for (const [pointer, leaf] of set) {
      const isRead = [...recorded.reads].some((one) => one === pointer || one.startsWith(`${pointer}/`));
      if (isRead) read.add(leaf);
    }
  }
});

describe("every field of the integration document", () => {
  test("is set by one of the full documents", () => {
    expect(leaves.filter((leaf) => !given.has(leaf))).toEqual([]);
  });

  test("is read by code that does something with it, is refused, or stands on a list with its reason", () => {
    const listed = (leaf: string): boolean =>
      [forPeople, shownElsewhere, notUsedYet].some((list) => covers(list, leaf));
    expect(leaves.filter((leaf) => !read.has(leaf) && !refused.has(leaf) && !listed(leaf))).toEqual([]);
  });

  test("is on none of the lists once it is read: they only shrink", () => {
    const stale = leaves.filter((leaf) => read.has(leaf) && [forPeople, notUsedYet].some((list) => covers(list, leaf)));
    expect(stale).toEqual([]);
  });

  test("is refused no longer once it is read", () => {
    expect(leaves.filter((leaf) => read.has(leaf) && refused.has(leaf))).toEqual([]);
  });

  test("is on the lists under a name that it has", () => {
    const entries = [forPeople, shownElsewhere, notUsedYet].flatMap((list) => Object.keys(list));
    const unknown = entries.filter((entry) => !leaves.some((leaf) => covers({ [entry]: "" }, leaf)));
    expect(unknown).toEqual([]);
    expect(Object.values(shownElsewhere).filter(({ test: file }) => !existsSync(file))).toEqual([]);
  });
});

describe("the proof has teeth", () => {
  const [full] = fullDocuments;
  if (full === undefined) throw new Error("there is no full document");

  test("a document that is handed on, and looked into by nobody, is not read", () => {
    const { value, reads } = recordReads(full);
    const { credentials, ...rest } = { credentials: value.credentials, inputs: value.inputs };
    expect([credentials, rest, reads.size]).toHaveLength(3);
    expect([...reads]).toEqual([]);
  });

  test("what is read is read, whichever way", () => {
    const { value, reads } = recordReads({ a: 1, b: { c: [2, 3] }, d: {}, e: { f: 4 }, g: 5 });
    const { a, ...others } = value;
    expect([a, others.b.c.map((one) => one + 1), Object.entries(value.d), JSON.stringify(value.e)]).toHaveLength(4);
    const own = ["/a", "/b/c/0", "/b/c/1", "/d", "/e/f", "/g"];
    expect(own.filter((pointer) => !reads.has(pointer))).toEqual([]);
  });

  test("a field that the schema gets tomorrow is found unread", () => {
    const tomorrow = { ...schema, properties: { ...schema.properties, fresh: { type: "string" } } };
    expect(schemaLeaves(tomorrow).filter((leaf) => !read.has(leaf) && !leaves.includes(leaf))).toEqual(["/fresh"]);
  });

  test("most fields are read, and some are refused", () => {
    expect(read.size).toBeGreaterThan(50);
    expect(leaves.length).toBeGreaterThan(150);
  });
});

/** Handed on for the templates of calls that only some documents declare; whether a field is required, the document itself is asked. */
const handedOn = /^\/(?:inputs|fields)\/|^\/answers\/fields\/\*\/required$/;

test("nothing that is prepared for a provider is left lying", () => {
  const left = [...watched.made].filter((pointer) => !watched.reads.has(pointer) && !handedOn.test(pointer));
  expect(left.toSorted()).toEqual([]);
});

/** The leaves of a document that this version refuses by name: those at or below what it names, or of a kind that it refuses. */
function refusedLeaves(document: IntegrationDocument, set: ReadonlyMap<string, string>): string[] {
  const pointers = notYetSupported(document).map(({ path }) => toPointer(path));
  const kinds = pointers
    .filter((one) => one.endsWith("/format"))
    .map((one) => `${one.slice(0, -"format".length)}config/`);
  return [...set].flatMap(([pointer, leaf]) => {
    const isBelow = pointers.some((one) => pointer === one || pointer.startsWith(`${one}/`));
    const isOfKind = kinds.some((one) => pointer.startsWith(one));
    return (isBelow && !pointer.endsWith("/format")) || isOfKind ? [leaf] : [];
  });
}

/** What is left of a document when everything is taken out that this version refuses; null where that is its format. */
function withoutRefused(document: IntegrationDocument): IntegrationDocument | null {
  const rest: unknown = structuredClone(document);
  for (const { path } of notYetSupported(document)) {
    if (path.join("/") === "credentials/format") return null;
    const [place, key] = path.at(-1) === "format" ? [path.slice(0, -2), path.at(-2)] : [path.slice(0, -1), path.at(-1)];
    Reflect.deleteProperty(valueAt(rest, place) as object, key ?? "");
  }
  return integrationDocumentSchema.parse(rest);
}

function covers(list: Readonly<Record<string, unknown>>, leaf: string): boolean {
  return Object.keys(list).some((entry) => leaf === entry || (entry.endsWith("/") && leaf.startsWith(entry)));
}

function general(pointer: string): string {
  return pointer.replaceAll(/\/\d+(?=\/|$)/g, "/*");
}

function plainValues(value: unknown, pointer = ""): string[] {
  if (typeof value !== "object" || value === null) return value === null ? [] : [general(pointer)];
  return Object.entries(value).flatMap(([key, one]) => plainValues(one, `${pointer}/${key}`));
}
