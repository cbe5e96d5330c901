import { expect, test } from "vitest";
import { foreignVariables, keptEnvironment } from "./scrub-environment.ts";

const own = { PATH: "/bin", WEB_PORT: "3100", API_ORIGIN: "http://127.0.0.1:3000", NODE_ENV: "production" } as const;

test.each([
  "EVERGRANT_SECRET",
  "EVERGRANT_KEYRING",
  "EVERGRANT_KEYRING_STAGING",
  "EVERGRANT_KMS",
  "EVERGRANT_KMS_KEYS",
  "EVERGRANT_KMS_KEYS_STAGING",
  "EVERGRANT_KMS_TOKEN",
  "EVERGRANT_KMS_TOKEN_FILE",
  "EVERGRANT_KMS_PIN",
  "EVERGRANT_KMS_MODULE",
  "DATABASE_URL",
  "MIGRATION_DATABASE_URL",
  "API_DATABASE_URL",
  "WORKER_DATABASE_URL",
  "METRICS_TOKEN",
  "PGPASSWORD",
  "PGHOST",
  "AWS_SECRET_ACCESS_KEY",
  "AZURE_CLIENT_SECRET",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "VAULT_TOKEN",
  "NEXT_SECRET",
])("%s is foreign and not kept", (name) => {
  expect(foreignVariables({ ...own, [name]: "x" })).toEqual([name]);
  expect(keptEnvironment({ ...own, [name]: "x" })).toEqual(own);
});

test("what the process needs is no reason to start again", () => {
  expect(foreignVariables({ ...own, EVERGRANT_URL: "http://localhost:3000", TERM: "xterm", SHLVL: "1" })).toEqual([]);
});

test("what nobody allowed is not kept, even when it looks harmless", () => {
  expect(keptEnvironment({ ...own, TERM: "xterm" })).toEqual(own);
});
