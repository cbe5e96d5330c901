import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

// The caller says where the system runs, and where the result goes; without a word, pages.spec.ts brings its own.
const installed = process.env.EVERGRANT_CHROMIUM ?? "/usr/bin/chromium";
const jsonReport = process.env.EVERGRANT_E2E_JSON;

export default defineConfig({
  testDir: import.meta.dirname,
  outputDir: "../test-results",
  // Each worker has a web process and a stub of its own, and the demo its own ports: files share nothing.
  workers: 2,
  fullyParallel: false,
  retries: 0,
  // A busy machine may be slower by ten.
  timeout: 90_000,
  expect: { timeout: 20_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: jsonReport === undefined ? [["list"]] : [["line"], ["json", { outputFile: jsonReport }]],
  use: {
    ...(process.env.EVERGRANT_E2E_URL === undefined ? {} : { baseURL: process.env.EVERGRANT_E2E_URL }),
    browserName: "chromium",
    launchOptions: existsSync(installed) ? { executablePath: installed } : {},
    trace: "off",
    screenshot: "only-on-failure",
  },
});
