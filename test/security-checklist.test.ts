import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

// docs/security-checklist.md says of every requirement which test shows it; docs/security.md which file makes which cryptography.

interface Row {
  readonly number: string;
  readonly text: string;
  /** Files that are named, with the title of a test where one stands behind: `file` (*title*). */
  readonly tests: readonly { readonly file: string; readonly titles: readonly string[] }[];
}

const rows = readFileSync("docs/security-checklist.md", "utf8")
  .split("\n")
  .flatMap((line): Row[] => {
    const number = /^\| ([A-J]\d+) \|/.exec(line)?.[1];
    return number === undefined ? [] : [{ number, text: line, tests: testsIn(line) }];
  });

function testsIn(text: string): Row["tests"] {
  return [...text.matchAll(/`([\w./-]+\.(?:test|spec)\.ts)`(?: \(((?:\*[^*]+\*(?:, )?)+)\))?/g)].map(
    ([, file = "", titles = ""]) => ({
      file,
      titles: [...titles.matchAll(/\*([^*]+)\*/g)].map(([, title = ""]) => title),
    }),
  );
}

/** A file that is named without its folder stands beside the one before it. */
function pathOf(file: string): string | null {
  return existsSync(file) ? file : (globSync(`{adapters,core,api}/**/${file}`)[0] ?? null);
}

describe("the security checklist", () => {
  test("has the sections and rows that it is made of", () => {
    expect(rows.length).toBeGreaterThan(100);
    expect(new Set(rows.map(({ number }) => number)).size).toBe(rows.length);
  });

  const claimed = rows.filter(({ number }) => /^[CFGHIJ]/.test(number));
  test.each(claimed)("$number names a test, or says why there is none", ({ text, tests }) => {
    expect(tests.length > 0 || /\[ADR \d{4}\]/.test(text), text).toBe(true);
  });

  test.each(rows.filter(({ tests }) => tests.length > 0))("$number names tests that exist", ({ tests }) => {
    for (const { file, titles } of tests) {
      const path = pathOf(file);
      expect(path, file).not.toBeNull();
      const source = readFileSync(path ?? "", "utf8");
      for (const title of titles) expect(source, `${file}: ${title}`).toContain(title);
    }
  });
});

const code = globSync("{adapters,api,core,worker,web,cli,app,sdk}/**/*.{ts,tsx}").filter(
  (file) => !/\.(?:db\.)?test\.tsx?$|node_modules/.test(file),
);
/** Of node:crypto, what makes or checks a cipher, a key, or a proof. */
const makers =
  /import \{[^}]*\b(?:createHmac|hkdf(?:Sync)?|scrypt(?:Sync)?|createSign|createVerify|sign|verify|generateKeyPair(?:Sync)?)\b[^}]*\} from "node:crypto"/;

test("one module makes ciphers, and the inventory names every file that makes keys, digests or signatures of secrets", () => {
  expect(code.length).toBeGreaterThan(500);
  const having = (pattern: RegExp): string[] =>
    code.filter((file) => pattern.test(readFileSync(file, "utf8"))).toSorted();
  expect(having(/createCipheriv|createDecipheriv|subtle\.encrypt/)).toEqual(["core/domain/sealing/aead.ts"]);
  const inventory = readFileSync("docs/security.md", "utf8").split("## Cryptography")[1]?.split("\n## ")[0] ?? "";
  const named = [...inventory.matchAll(/`((?:[\w-]+\/)+[\w.*-]*)`/g)].map(([, place = ""]) => place);
  for (const place of named) expect(globSync(place.endsWith("/") ? `${place}*` : place), place).not.toEqual([]);
  const isNamed = (file: string): boolean =>
    named.some((place) => (place.endsWith("/") ? file.startsWith(place) : globSync(place).includes(file)));
  expect(having(makers).filter((file) => !isNamed(file))).toEqual([]);
});

test("Next is not older than its last known hole", () => {
  const { version } = JSON.parse(readFileSync("node_modules/next/package.json", "utf8")) as { version: string };
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  // 16.2.11 closed those of May 2026.
  expect([major, minor, patch].map((part) => String(part).padStart(4, "0")).join(".") >= "0016.0002.0011").toBe(true);
});
