import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { findForbiddenImports, judgeImport, listSourceFiles, readImports } from "./import-rules.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

test("imports run one way: domain ← ports ← usecases ← adapters ← app, api, worker, cli, web", () => {
  expect(findForbiddenImports(root)).toEqual([]);
});

/** What a file takes of OpenTelemetry, by package and name; a type is none. */
const telemetryOf = (text: string): string[] =>
  [...text.matchAll(/(?:import|export) (?!type )(?:\{([^}]*)\}|(\S.*?)) from "(@opentelemetry\/[^"]+)"/g)].flatMap(
    ([, names, whole, from]) =>
      (names ?? whole ?? "")
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "" && !name.startsWith("type "))
        .map((name) => `${from} ${name}`),
  );

test("nothing makes spans, so that no secret can stand in a trace: of OpenTelemetry the product has metrics alone", () => {
  const files = listSourceFiles(root).filter((file) => !/^(?:test|e2e|bench|lab)\//.test(file));
  const taken = new Set(files.flatMap((file) => telemetryOf(readFileSync(join(root, file), "utf8"))));
  expect([...taken].toSorted()).toEqual([
    "@opentelemetry/api ValueType",
    "@opentelemetry/exporter-prometheus PrometheusSerializer",
    "@opentelemetry/sdk-metrics AggregationTemporality",
    "@opentelemetry/sdk-metrics DataPointType",
  ]);
  expect(telemetryOf('import { type A, trace } from "@opentelemetry/api";')).toEqual(["@opentelemetry/api trace"]);
  expect(telemetryOf('import * as api from "@opentelemetry/api";')).toEqual(["@opentelemetry/api * as api"]);
});

describe("the rule has teeth", () => {
  test("it sees the product's files", () => {
    expect(listSourceFiles(root)).toContain("adapters/postgres/migrate.ts");
    expect(
      readImports("adapters/postgres/migrate.ts", 'import { a } from "./app-role.ts";\nimport pg from "pg";'),
    ).toEqual([
      { from: "adapters/postgres/migrate.ts", to: "adapters/postgres/app-role.ts", typeOnly: false },
      { from: "adapters/postgres/migrate.ts", to: "pg", typeOnly: false },
    ]);
  });

  test.each([
    ["import { a } from '#core/ports/clock'", "core/ports/clock.ts", false],
    ["import type { A } from '../x.ts'", "core/x.ts", true],
    ["import { type A, type B } from '../x.ts'", "core/x.ts", true],
    ["import { type A, b } from '../x.ts'", "core/x.ts", false],
    ["import {\n  a,\n  b,\n} from '../x.ts'", "core/x.ts", false],
    ["import '../x.ts'", "core/x.ts", false],
    ["export * from '../x.ts'", "core/x.ts", false],
    ["export { a } from '../x.ts'", "core/x.ts", false],
    ["const a = await import('../x.ts')", "core/x.ts", false],
    ["import A, { b } from '#prisma/client'", "prisma/generated/client.ts", false],
  ])("it reads %s", (statement, to, typeOnly) => {
    expect(readImports("core/domain/y.ts", statement)).toEqual([{ from: "core/domain/y.ts", to, typeOnly }]);
  });

  test.each([
    ["core/domain/refresh/decide.ts", "core/ports/clock.ts"],
    ["core/domain/refresh/decide.ts", "pg"],
    ["core/domain/refresh/decide.ts", "node:fs"],
    ["core/ports/clock.ts", "core/usecases/refresh.ts"],
    ["core/usecases/refresh.ts", "adapters/postgres/pool.ts"],
    ["adapters/postgres/pool.ts", "api/main.ts"],
    ["api/main.ts", "worker/main.ts"],
    ["api/main.ts", "lab/main.ts"],
    ["worker/main.ts", "scripts/supervise.ts"],
    ["cli/main.ts", "test/database.ts"],
    ["cli/main.ts", "lab/start-fault-server.ts"],
    ["cli/commands/integrations.ts", "lab/start-fault-server.ts"],
    ["cli/check/run-check.ts", "test/database.ts"],
    ["cli/check/run-check.ts", "scripts/supervise.ts"],
    ["app/page.tsx", "core/domain/token/merge.ts"],
    ["app/page.tsx", "adapters/log/log.ts"],
    ["app/page.tsx", "api/main.ts"],
    ["web/main.ts", "adapters/postgres/pool.ts"],
    ["web/main.ts", "prisma/generated/client.ts"],
  ])("%s may not import %s", (from, to) => {
    expect(judgeImport({ from, to, typeOnly: false })).not.toBeNull();
  });

  test.each([
    ["core/domain/sealing/aad.ts", "node:crypto", false],
    ["core/usecases/refresh.ts", "core/domain/refresh/decide.ts", false],
    ["adapters/postgres/pool.ts", "core/ports/store.ts", false],
    ["api/main.ts", "adapters/container.ts", false],
    ["app/page.tsx", "api/app.ts", true],
    ["web/main.ts", "adapters/system/stop-with-parent.ts", false],
    ["core/ports/clock.contract.ts", "vitest", false],
    ["core/usecases/refresh.test.ts", "adapters/postgres/pool.ts", false],
    ["e2e/connect.ts", "lab/main.ts", false],
    ["cli/check/check-servers.ts", "lab/start-fault-server.ts", false],
    ["cli/check/open-check-database.ts", "scripts/start-embedded-database.ts", false],
  ])("%s may import %s", (from, to, typeOnly) => {
    expect(judgeImport({ from, to, typeOnly })).toBeNull();
  });
});
