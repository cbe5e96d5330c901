import { afterAll, describe, expect, it } from "vitest";
import { createExpressions } from "#adapters/expressions/expressions";
import { isTypedDocument } from "#core/domain/integration/credential-fields";
import { oauthConfigOf } from "#core/domain/integration/integration-document";
import { readApiAnswer } from "#core/usecases/read-api-answer";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { readCatalogueEntries, type CatalogueEntry, type Sample } from "./sample-answers.ts";

/**
 * What the catalogue says is shown by a sample, and what it leaves out is left out on purpose: the document's notes say why, in the
 * words that stand here.
 */
const entries = readCatalogueEntries();
const each = entries.map((entry) => [entry.name, entry] as const);
const oauth = each.filter(([, { document }]) => document.credentials.format === "oauth2");

const expressions = createExpressions();
afterAll(() => expressions.close());

const samplesOf = <What extends Sample["what"]>({ answers }: CatalogueEntry, what: What) =>
  answers.samples.filter((one): one is Extract<Sample, { readonly what: What }> => one.what === what);

const says = ({ document }: CatalogueEntry, words: string): boolean => (document.notes ?? "").includes(words);

/** A path in the document as it is written, before defaults are filled in. */
const isWritten = ({ written }: CatalogueEntry, ...path: string[]): boolean =>
  path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    written,
  ) !== undefined;

describe("what a document of the catalogue says is shown by a sample", () => {
  it.each(each)("%s: each sample's page is among its sources", (_name, { document, answers }) => {
    const known = new Set(document.sources);
    expect(answers.samples.map((one) => one.source).filter((source) => !known.has(source))).toEqual([]);
  });

  it.each(each)("%s: who was connected", (_name, entry) => {
    if (entry.document.credentials.config.identity === undefined) return;
    expect(samplesOf(entry, "identity")).not.toEqual([]);
  });

  it.each(each)("%s: each field that comes with a grant", (_name, entry) => {
    const shown = entry.answers.samples.flatMap((one) =>
      "fields" in one.expects ? Object.keys(one.expects.fields ?? {}) : [],
    );
    const declared = (oauthConfigOf(entry.document)?.fields ?? []).map((field) => field.name);
    expect(declared.filter((name) => !shown.includes(name))).toEqual([]);
  });

  it.each(each)("%s: a refused token request, where it is worded in its own way", (_name, entry) => {
    const config = oauthConfigOf(entry.document);
    if (config?.errorExpression === undefined && (config?.refresh.failureRules ?? []).length === 0) return;
    expect(samplesOf(entry, "token_error")).not.toEqual([]);
  });

  it.each(each)("%s: a refused call, and by its own words where it declares some", async (_name, entry) => {
    const { document } = entry;
    const samples = [...samplesOf(entry, "api_error"), ...samplesOf(entry, "rate_limit")];
    expect(says(entry, "No sample of a refused call")).toBe(samplesOf(entry, "api_error").length === 0);
    if (document.api?.errorExpression === undefined) return;
    const now = createSteppedClock().now();
    const readings = await Promise.all(
      samples.map(({ status, headers, body }) =>
        readApiAnswer(
          expressions,
          document.api,
          { kind: "answer", status, headers, body, retryAfterSeconds: null },
          now,
        ),
      ),
    );
    expect(readings.some(({ declared }) => declared !== null)).toBe(true);
  });

  it.each(each)("%s: a probe that works, where a key or a password is probed", (_name, entry) => {
    if (!isTypedDocument(entry.document) || entry.document.api?.probe === undefined) return;
    expect(samplesOf(entry, "probe").some((one) => one.expects.works)).toBe(true);
  });

  it.each(each)("%s: a limit", (_name, entry) => {
    expect(says(entry, "No sample of a limit")).toBe(samplesOf(entry, "rate_limit").length === 0);
  });

  it.each(each)("%s: a page", (_name, entry) => {
    expect(samplesOf(entry, "page").length > 0).toBe(isWritten(entry, "api", "pagination"));
  });

  it.each(oauth)("%s: a refresh", (_name, entry) => {
    expect(samplesOf(entry, "refresh").length > 0 || says(entry, "no refresh token")).toBe(true);
  });
});

describe("what a document of the catalogue leaves out is left out on purpose", () => {
  it.each(oauth)("%s states what becomes of a refresh token", (_name, entry) => {
    expect(isWritten(entry, "credentials", "config", "refresh", "rotation", "rule")).toBe(true);
  });

  it.each(oauth)("%s ends grants, or its provider documents no way to", (_name, entry) => {
    const config = oauthConfigOf(entry.document);
    const isDeclared = config?.auth.revokePath !== undefined || config?.revocation !== undefined;
    expect(says(entry, "documents no revocation")).toBe(!isDeclared);
  });

  it.each(each)("%s has a probe, or says why not", (_name, entry) => {
    expect(says(entry, "No probe:")).toBe(entry.document.api?.probe === undefined);
  });

  it.each(each)("%s says who was connected, or why not", (_name, entry) => {
    expect(says(entry, "No identity:")).toBe(entry.document.credentials.config.identity === undefined);
  });

  it.each(each)("%s reads pages, or says why not", (_name, entry) => {
    expect(says(entry, "No paging:")).toBe(!isWritten(entry, "api", "pagination"));
  });
});
