// Alarms on the real processes: two api processes, a worker, a receiver of webhooks.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hourMs } from "#core/domain/anomaly/activity";
import { until } from "./faulty-integration.ts";
import { makeKey } from "./make-key.ts";
import { signInAs } from "./sign-in-as.ts";
import { startReceiver, type Receiver } from "./start-receiver.ts";
import { startStack, type Stack } from "./start-stack.ts";
import { callAs } from "./two-owners.ts";
import { webhookHelpers, type Endpoint } from "./webhook-helpers.ts";

const accountsCount = 60;

let stack: Stack;
let receiver: Receiver;
let endpoint: Endpoint;
let owner: string;
let operator: string;
let accounts: string[];
const { makeEndpoint, untilReceived } = webhookHelpers(
  () => stack,
  () => receiver,
);

beforeAll(async () => {
  [stack, receiver] = await Promise.all([startStack({ apis: 2, worker: true }), startReceiver()]);
  endpoint = await makeEndpoint({ events: ["security:*"] });
  owner = await signInAs(stack, "owner@example.com", "owner");
  operator = await signInAs(stack, "operator@example.com", "operator");
  accounts = await Promise.all(
    Array.from({ length: accountsCount }, async (_, index) => {
      const credentials = { oauth2: { access_token: `an-access-token-${index}`, expires_in: 36_000 } };
      const body = { integration_name: "acme-crm", tenant_id: `tenant-${index}`, credentials };
      return (await stack.call("POST", "/integrated-accounts", body)).body.id as string;
    }),
  );
}, 120_000);
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await receiver.close();
});

/** What a key did on these days before, around this hour. */
async function teachPast(keyId: string, days: number[], peakReads: number, peakTenants: number): Promise<void> {
  const now = Math.floor(Date.now() / hourMs);
  for (const day of days) {
    for (let beside = -1; beside <= 1; beside += 1) {
      await stack.database.pool.query(
        `INSERT INTO caller_hour (environment_id, caller, hour, reads, tenants, peak_reads, peak_tenants)
          SELECT id, $1, $2, $3, $4, $5, $4 FROM environment WHERE name = 'production'`,
        [keyId, new Date((now - 24 * day + beside) * hourMs), 10 * peakReads, peakTenants, peakReads],
      );
    }
  }
}

const readOne = (key: string, index: number) =>
  stack.call("GET", `/integrated-accounts/${accounts[index % accountsCount]}/token`, undefined, {
    key,
    api: index % 2,
  });

/** Through both api processes, ten at a time. @returns how many were served */
async function readTokens(key: string, count: number): Promise<number> {
  let next = 0;
  let served = 0;
  const reader = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      const { status } = await readOne(key, index);
      if (status === 200) served += 1;
      else if (status !== 401) throw new Error(`answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: 10 }, reader));
  return served;
}

const rows = async (text: string, values: unknown[] = []): Promise<any[]> =>
  (await stack.database.pool.query(text, values)).rows;
const counted = async (keyId: string): Promise<number> =>
  (
    await rows(
      "SELECT coalesce(sum(reads), 0)::int AS n FROM caller_hour WHERE caller = $1 AND hour > now() - interval '2 hours'",
      [keyId],
    )
  )[0].n;
const anomaliesOf = async (keyId: string): Promise<any[]> =>
  (await stack.call("GET", "/anomalies?state=all")).body.data.filter((one: any) => one.caller?.id === keyId);

describe("a key that normally reads 3 tokens a minute and reads 300 of 60 tenants", () => {
  let key: { id: string; key: string };

  beforeAll(async () => {
    key = await makeKey(stack, "--permissions", "tokens:read", "--name", "Backend");
    await teachPast(key.id, [1, 2, 3, 4, 5], 3, 2);
  });

  test("rings, is told to the receiver, and is stopped in every process where so configured", async () => {
    const patched = await stack.call("PATCH", "/anomaly-policy", {
      callers: { [key.id]: { stop_on: ["decrypt_rate"] } },
    });
    expect(patched).toMatchObject({ status: 200, body: { stop_on: [], factor: 3 } });
    await readTokens(key.key, 300);
    await untilReceived(endpoint, 2);
    const bodies = receiver.at(endpoint.path).map((one) => one.body.payload);
    expect(new Set(bodies.map((one) => one.kind))).toEqual(new Set(["decrypt_rate", "tenant_spread"]));
    const told = bodies.find((one) => one.kind === "decrypt_rate");
    expect(told).toMatchObject({ caller: key.id, caller_name: "Backend", key_stopped: true, usual: 3 });
    expect(told.summary).toMatch(/^Backend \(key_\w+\) opened \d+ credentials of \d+ tenants? within a minute/);

    for (const api of [0, 1]) await until(async () => (await readOne(key.key, api)).status === 401);
    const anomalies = await anomaliesOf(key.id);
    expect(new Set(anomalies.map((one) => one.kind))).toEqual(new Set(["decrypt_rate", "tenant_spread"]));
    expect(anomalies).toHaveLength(2);
    const rate = anomalies.find((one) => one.kind === "decrypt_rate");
    expect(rate).toMatchObject({
      id: told.anomaly_id,
      has_stopped_key: true,
      caller: { type: "api_key", name: "Backend", ends_with: key.key.slice(-4) },
      measured: { usual: 3, bound: 60, window_seconds: 60 },
    });
    expect(rate.caller.stopped_at).not.toBeNull();
    // The ten seconds of the issue are shown on a stepped clock (core/usecases/watch-callers.test.ts); here, that nothing waits for
    // anything but the sealer and the watch, which look every second.
    const stopped = await rows(
      "SELECT actor, detail FROM audit_event WHERE action = 'api_key.stopped' AND target = $1",
      [key.id],
    );
    expect(stopped).toEqual([{ actor: "worker", detail: { anomaly: rate.id } }]);
  });

  test("works again once an owner starts it, and nobody else may", async () => {
    const path = `/api-keys/${key.id}/restart`;
    expect(await callAs(stack, operator, "POST", path)).toMatchObject({
      status: 403,
      body: { permission: "keys:write" },
    });
    expect(await callAs(stack, owner, "POST", path)).toMatchObject({ status: 200, body: { stopped_at: null } });
    for (const api of [0, 1]) await until(async () => (await readOne(key.key, api)).status === 200);
    expect(await callAs(stack, operator, "POST", `/api-keys/${key.id}/stop`)).toMatchObject({ status: 200 });
    for (const api of [0, 1]) await until(async () => (await readOne(key.key, api)).status === 401);
    expect((await stack.cli("api-keys", "restart", key.id)).code).toBe(0);
    const list = JSON.parse((await stack.cli("api-keys", "list", "--json")).stdout);
    expect(list.keys.find((one: any) => one.id === key.id).stopped_at).toBeNull();
  });

  test("is acknowledged, and leaves the list of what is to be looked at", async () => {
    const open = async () => (await callAs(stack, owner, "GET", "/anomalies")).body.data;
    const [first] = await open();
    expect(await callAs(stack, operator, "POST", `/anomalies/${first.id}/acknowledge`)).toMatchObject({
      status: 200,
      body: { id: first.id },
    });
    expect((await open()).map((one: any) => one.id)).not.toContain(first.id);
    const listed = JSON.parse((await stack.cli("anomalies", "list", "--environment", "production", "--json")).stdout);
    expect(listed.anomalies.map((one: any) => one.id)).not.toContain(first.id);
  });
});

test("a nightly batch that did so in the two nights before raises none on the third", async () => {
  const key = await makeKey(stack, "--permissions", "tokens:read", "--name", "Nightly");
  await teachPast(key.id, [1, 2], 300, accountsCount);
  expect(await readTokens(key.key, 300)).toBe(300);
  // All of it was counted, so nothing is to come.
  await until(async () => (await counted(key.id)) === 300);
  expect(await anomaliesOf(key.id)).toEqual([]);
});

test("a key from a network that it never came from rings, and learns nothing of one that it is known from", async () => {
  const key = await makeKey(stack, "--permissions", "accounts:read", "--name", "Reader");
  await stack.database.pool.query(
    `INSERT INTO caller_network (environment_id, caller, network, first_seen_at, judged_at)
      SELECT id, $1, '203.0.113.0/24', now() - interval '20 days', now() FROM environment WHERE name = 'production'`,
    [key.id],
  );
  await stack.call("GET", "/integrated-accounts", undefined, { key: key.key });
  await until(async () => (await anomaliesOf(key.id)).length > 0);
  expect(await anomaliesOf(key.id)).toMatchObject([{ kind: "new_network", detail: { network: "127.0.0.0/24" } }]);
});

test("what api and worker do every day is on the list of known ways", async () => {
  expect(await rows("SELECT subject, detail FROM anomaly WHERE kind = 'unknown_path'")).toEqual([]);
});
