import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { behaviourOf, noSamples, readSamples, samplesOf } from "./read-samples.ts";

const directory = mkdtempSync(join(tmpdir(), "evergrant-samples-"));
const document = join(directory, "acme.json");
mkdirSync(join(directory, "samples"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(join(directory, "samples", `${name}.json`), text);

it("there are none where there is no such file", async () => {
  expect(await readSamples(document, "nobody")).toEqual(noSamples);
});

it("they are read by what they are samples of, in the form of the catalogue's", async () => {
  const samples = [
    { what: "token", source: "https://acme.example", body: { access_token: "a" }, expects: { access_token: "a" } },
    { what: "page", body: [], expects: { items: 0 } },
    { what: "token_error", status: 403, body: null, expects: { class: "reauthorize", error: "gone" } },
  ];
  write("acme", JSON.stringify({ integration: "acme", inputs: { shop: "x" }, samples }));
  const read = await readSamples(document, "acme");
  expect(read.inputs).toEqual({ shop: "x" });
  expect(samplesOf(read, "token", "refresh")).toHaveLength(1);
  expect(samplesOf(read, "token_error")[0]).toMatchObject({
    status: 403,
    headers: {},
    expects: { class: "reauthorize" },
  });
});

it.each([
  ["{", "is no JSON; mend it, or take it away"],
  ['{"samples": [{"what": "token_error", "expects": {"class": "dead"}}]}', "/samples/0/expects/class"],
  ['{"samples": [{"what": "tokens"}]}', "/samples/0/what"],
])("%s is refused with its place", async (text, words) => {
  write("broken", text);
  await expect(readSamples(document, "broken")).rejects.toThrow(words);
});

it("is sent as it stands, but for an ID token, which was signed for somebody else", () => {
  const answer = { status: 200, headers: { "x-a": "1" }, what: "token", expects: {} } as const;
  expect(behaviourOf({ ...answer, body: { a: 1, id_token: "e.y.J" } })).toEqual({
    kind: "json",
    status: 200,
    headers: { "x-a": "1" },
    body: { a: 1 },
  });
  expect(behaviourOf({ ...answer, body: "Retry later" })).toMatchObject({ kind: "text", body: "Retry later" });
});
