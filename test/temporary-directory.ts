import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A directory of this test's own (or of the test whose `beforeEach` asks), gone with it. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "evergrant-unit-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
