import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longest-first.ts";

const exclude = ["**/node_modules/**", "e2e/**", ".next/**", ".data/**", ".test-data/**"];

export default defineConfig({
  test: {
    // Two cores are what a small machine has; more only make PostgreSQL and the tests wait for each other.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...exclude, "**/*.db.test.ts"],
          pool: "threads",
          setupFiles: ["./test/secret-equality.ts"],
          // Password hashes are slow on purpose, and a shared machine may be slower by ten.
          testTimeout: 20_000,
          // Some read the whole tree first, which took 11 to 20 seconds where two other suites ran.
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "db",
          // After the other, since it has workers of its own number.
          sequence: { groupOrder: 1 },
          include: ["**/*.db.test.ts"],
          exclude,
          pool: "forks",
          // Half of their time these wait for leases, pauses and each other's processes.
          maxWorkers: 3,
          globalSetup: ["./test/global-setup.ts"],
          setupFiles: ["./test/secret-equality.ts", "./test/drop-databases.ts"],
          // Real processes and a real database: a busy machine may be slower by ten.
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
