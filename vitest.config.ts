import { defineConfig } from "vitest/config";

const exclude = ["**/node_modules/**", "e2e/**", ".next/**", ".data/**", ".test-data/**"];

export default defineConfig({
  test: {
    // Two cores are what a small machine has; more only make PostgreSQL and the tests wait for each other.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...exclude, "**/*.db.test.ts"],
          pool: "threads",
          // Password hashes are slow on purpose, and a shared machine may be slower by ten.
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "db",
          include: ["**/*.db.test.ts"],
          exclude,
          pool: "forks",
          globalSetup: ["./test/global-setup.ts"],
          setupFiles: ["./test/drop-databases.ts"],
          // Real processes and a real database: a busy machine may be slower by ten.
          testTimeout: 60_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
