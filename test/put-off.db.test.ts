import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "#adapters/system/system-clock";
import { DomainError } from "#core/domain/problem/domain-error";
import { startFaultServer, type FaultServer } from "#lab/start-fault-server";
import { refreshOrPutOff } from "#worker/refresh-or-put-off";
import { createRecordingLog } from "./fakes/recording-log.ts";
import { defineFaulty, importAccounts, makeDue } from "./faulty-integration.ts";
import { startStack, type Stack } from "./start-stack.ts";

let stack: Stack;
let server: FaultServer;

beforeAll(async () => {
  [stack, server] = await Promise.all([startStack(), startFaultServer()]);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await server.close();
});

const misconfigured = () =>
  new DomainError("client_misconfigured", { detail: "not to be used", extensions: { reason: "overrides_invalid" } });

/** One whose alarm has rung, and which is found unusable; `meanwhile` happens between the last look and the write. */
async function putOffDue(name: string, meanwhile: (id: string) => Promise<unknown>) {
  await defineFaulty(stack, name, server);
  const [id = ""] = await importAccounts(stack, name, 1);
  await makeDue(stack, name);
  const { rows } = await stack.database.pool.query(
    "SELECT environment_id, refresh_due_at FROM integrated_account WHERE id = $1",
    [id],
  );
  const ports = { pool: stack.database.pool, clock: systemClock, log: createRecordingLog() };
  let looks = 0;
  const account = { environmentId: rows[0].environment_id, accountId: id };
  const outcome = await refreshOrPutOff<never>(ports, account, "alarm", async () => {
    looks += 1;
    if (looks === 2) await meanwhile(id);
    throw misconfigured();
  });
  const after = await stack.database.pool.query("SELECT refresh_due_at FROM integrated_account WHERE id = $1", [id]);
  return { outcome, looks, putOffMs: after.rows[0].refresh_due_at - rows[0].refresh_due_at };
}

describe("an account whose definition is found unusable", () => {
  test("is put off for hours, once it was looked at twice", async () => {
    const { outcome, looks, putOffMs } = await putOffDue("unusable", async () => {});
    expect(outcome).toMatchObject({ kind: "put_off", plan: { rule: "definition.overrides_invalid" } });
    expect(looks).toBe(2);
    expect(putOffMs).toBeGreaterThan(2 * 3_600_000);
  });

  test.each<[what: string, name: string, mend: (id: string) => Promise<{ readonly status: number }>]>([
    [
      "its own overrides",
      "mended-account",
      (id) =>
        stack.call("PATCH", `/integrated-accounts/${id}`, { overrides: { credentials: { config: { scope: ["a"] } } } }),
    ],
    [
      "its environment's overrides",
      "mended-environment",
      () =>
        stack.call("PATCH", "/environment-integration", {
          integration_name: "mended-environment",
          overrides: { credentials: { config: { scope: ["a"] } } },
        }),
    ],
    [
      "the definition",
      "mended-definition",
      async () => {
        const { body } = await stack.call("GET", "/integrations/mended-definition");
        return await stack.call("PUT", "/integrations/mended-definition", { ...body, label: "Mended" });
      },
    ],
  ])("keeps its alarm when %s changed between the look and the write", async (_, name, mend) => {
    const { outcome, putOffMs } = await putOffDue(name, async (id) => {
      expect((await mend(id)).status).toBe(200);
    });
    expect(outcome).toEqual({ kind: "put_off", plan: null });
    expect(putOffMs).toBe(0);
  });
});
