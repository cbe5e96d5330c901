import { expect, test } from "vitest";
import { serverEnvironment, webEnvironment } from "./child-environments.ts";

const operator = {
  PATH: "/bin",
  EVERGRANT_URL: "https://grants.example",
  API_ORIGIN: "http://127.0.0.1:3000",
  WEB_PORT: "3100",
  DATABASE_URL: "postgresql://u:secret@db/evergrant",
  MIGRATION_DATABASE_URL: "postgresql://owner:secret@db/evergrant",
  EVERGRANT_SECRET: "secret",
  EVERGRANT_KEYRING: "k1:secret",
  EVERGRANT_KEYRING_STAGING: "k1:secret",
  EVERGRANT_KMS: "transit-secret",
  EVERGRANT_KMS_KEYS: "k1=secret",
  EVERGRANT_KMS_KEYS_STAGING: "s1=secret",
  EVERGRANT_KMS_ENDPOINT: "https://secret.example",
  EVERGRANT_KMS_TOKEN: "secret",
  EVERGRANT_KMS_PIN: "secret",
  METRICS_TOKEN: "secret",
  AWS_SECRET_ACCESS_KEY: "secret",
  AZURE_CLIENT_SECRET: "secret",
  GOOGLE_APPLICATION_CREDENTIALS: "/run/secret.json",
  VAULT_TOKEN: "secret",
  NODE_OPTIONS: "--require ./secret.js",
};

test("web gets no key, no secret and no database", () => {
  const environment = webEnvironment(operator);
  expect(Object.keys(environment).toSorted()).toEqual([
    "API_ORIGIN",
    "EVERGRANT_URL",
    "NEXT_TELEMETRY_DISABLED",
    "NODE_ENV",
    "PATH",
    "WEB_PORT",
  ]);
  expect(JSON.stringify(environment)).not.toContain("secret");
});

test("api and worker do not get the migrator's password", () => {
  for (const process of ["api", "worker"] as const) {
    expect(serverEnvironment(operator, process)["MIGRATION_DATABASE_URL"]).toBeUndefined();
    expect(serverEnvironment(operator, process)["DATABASE_URL"]).toBe(operator.DATABASE_URL);
  }
});

test("with a database role for each, api and worker learn their own address and not each other's", () => {
  const own = { ...operator, API_DATABASE_URL: "postgresql://a:1@db/x", WORKER_DATABASE_URL: "postgresql://w:2@db/x" };
  expect(serverEnvironment(own, "api")).toMatchObject({ DATABASE_URL: own.API_DATABASE_URL });
  expect(serverEnvironment(own, "worker")).toMatchObject({ DATABASE_URL: own.WORKER_DATABASE_URL });
  expect(JSON.stringify(serverEnvironment(own, "api"))).not.toContain("postgresql://w");
  expect(JSON.stringify(serverEnvironment(own, "worker"))).not.toContain("postgresql://a");
});

test("the worker does not get the client at the identity provider of administrators", () => {
  const own = { ...operator, EVERGRANT_OIDC_ISSUER: "https://idp.example.com", EVERGRANT_OIDC_CLIENT_SECRET: "of-sso" };
  expect(serverEnvironment(own, "api")).toMatchObject({ EVERGRANT_OIDC_CLIENT_SECRET: "of-sso" });
  expect(Object.keys(serverEnvironment(own, "worker")).filter((name) => name.includes("OIDC"))).toEqual([]);
});
