// What needs two people about sealing keys, on a real database: each kind, between the word and the deed, and after a crash.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "#core/domain/access/permission";
import type { Approval } from "#core/domain/approval/approval";
import { isTenantKeyId } from "#core/domain/sealing/sealing-policy";
import type { ApprovedRun } from "#core/usecases/approval-actions";
import { approve } from "#core/usecases/answer-approval";
import { changeSealingPolicy } from "#core/usecases/change-sealing-policy";
import { disableKey, enableKey } from "#core/usecases/disable-key";
import { destroyTenantKey } from "#core/usecases/destroy-tenant-key";
import { executeApproval, tendApprovals } from "#core/usecases/execute-approval";
import { requireApproval } from "#core/usecases/require-approval";
import { changeRewrap, startRewrap } from "#core/usecases/start-rewrap";
import type { WorkerPorts } from "#worker/worker-ports";
import { startPostgresEngine, type PostgresEngine } from "./postgres-engine.ts";

let engine: PostgresEngine;
let ports: WorkerPorts;
let ada: Caller;
let bob: Caller;

beforeAll(async () => {
  engine = await startPostgresEngine();
  ports = engine.ports;
  await engine.define("acme");
  for (const name of ["ada", "bob"]) {
    await engine.query(
      `INSERT INTO admin_user (id, email, name, password_hash, role, standing_since, vouched_at)
       VALUES ($1, $2, $3, 'x', 'owner', now() - interval '9 days', now() - interval '9 days')`,
      [`usr_${name}`, `${name}@example.com`, name],
    );
  }
  [ada, bob] = ["usr_ada", "usr_bob"].map((id): Caller => ({ ...engine.caller, kind: "admin", id })) as [
    Caller,
    Caller,
  ];
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
});

beforeEach(async () => {
  for (const table of [
    "approval",
    "rewrap_failure",
    "rewrap_run",
    "sealed_credential",
    "refresh_attempt",
    "event",
    "integrated_account",
    "key_state",
  ])
    await engine.query(`DELETE FROM ${table}`);
  await engine.query("DELETE FROM sealed_secret WHERE owner = 'old'");
  await engine.query(
    "UPDATE tenant_key SET wrapped = NULL, state = 'destroyed', destroyed_at = now() WHERE state <> 'destroyed'",
  );
  await engine.query("UPDATE environment SET sealing_policy = 'direct'");
  ports.sealingKeys.forgetState();
});

const environment = (): string => engine.caller.environmentId;
const onServer = () =>
  ({ kind: "command_line", id: "command_line", environmentId: environment(), environment: "production" }) as const;

/** A key of which the keyring of this process knows nothing, and which seals something: an operator may disable it by force. */
async function sealUnder(kid: string): Promise<void> {
  await engine.query(
    `INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed) VALUES ($1, 'client_secret', $2, 1, $1, '\\x00')
     ON CONFLICT DO NOTHING`,
    [kid, environment()],
  );
}

const ask = async (kind: Approval["kind"], parameters: unknown): Promise<Approval> =>
  await requireApproval(ports, ada, { kind, parameters, reason: "It is time" });
const find = async ({ id }: Approval): Promise<Approval> => (await ports.approvals.find(environment(), id)) as Approval;
const deeds = async ({ id }: Approval): Promise<any[]> =>
  await engine.query(
    "SELECT action, actor, target, detail FROM audit_event WHERE detail->>'approval' = $1 ORDER BY at, id",
    [id],
  );

/** The word without the deed: as if the process had died in between. */
async function approveOnly(approval: Approval): Promise<void> {
  await ports.approvals.settle(environment(), approval.id, bob.id, () => ({
    decision: null,
    write: { kind: "approve", by: bob.id, executeBefore: new Date(Date.now() + 86_400_000) },
  }));
}

/** A try as it is begun, and never ended by the process that began it. @returns on whose word it runs */
async function beginTry(approval: Approval): Promise<ApprovedRun> {
  const settled = await ports.approvals.settle(environment(), approval.id, null, () => ({
    decision: null,
    write: { kind: "claim", leaseSeconds: 60 },
  }));
  if (settled === null) throw new Error("the request is gone");
  const { id, run, requestedBy, stateHash } = settled.approval;
  return { id, run, environmentId: environment(), requestedBy, approvedBy: bob.id, stateHash };
}
const endLease = async ({ id }: Approval): Promise<void> =>
  void (await engine.query("UPDATE approval SET lease_until = now() - interval '1 second' WHERE id = $1", [id]));

interface Case {
  readonly kind: Approval["kind"];
  readonly parameters: unknown;
  readonly subject: string;
  /** So that it can be asked for. */
  readonly before: () => Promise<void>;
  /** Makes what was asked for another thing, or an impossible one. */
  readonly changes: () => Promise<unknown>;
  /** Whether it is done. */
  readonly isDone: () => Promise<boolean>;
  readonly action: string;
  readonly target: () => Promise<string>;
}

const stateOf = async (kid: string): Promise<string | undefined> =>
  (await engine.query("SELECT state FROM key_state WHERE environment_id = $1 AND kid = $2", [environment(), kid]))[0]?.[
    "state"
  ] as string | undefined;
const policyNow = async (): Promise<string> => await ports.rewraps.policyOf(environment());
const tenantKeys = async (): Promise<any[]> => await engine.query("SELECT id, state FROM tenant_key ORDER BY version");
const runs = async (): Promise<any[]> => await engine.query("SELECT id, state, pace, to_kid FROM rewrap_run");
/** The tenant `tenant-0` with a key, and an account under it. */
const withTenant = async (): Promise<void> => {
  await changeSealingPolicy(ports, onServer(), "tenant");
  await engine.connect("acme", 1);
};

const cases: readonly Case[] = [
  {
    kind: "key.rewrap_start",
    parameters: { pace: 7 },
    subject: "k1",
    before: async () => {},
    changes: () => changeSealingPolicy(ports, onServer(), "tenant"),
    isDone: async () => (await runs()).length === 1,
    action: "rewrap.started",
    target: async () => "k1",
  },
  {
    kind: "key.disable",
    parameters: { kid: "old" },
    subject: "old",
    // In use where it was configured; nothing hangs on it when it is asked for.
    before: async () => {},
    changes: () => sealUnder("old"),
    isDone: async () => (await stateOf("old")) === "disabled",
    action: "key.disabled",
    target: async () => "old",
  },
  {
    kind: "key.enable",
    parameters: { kid: "k1" },
    subject: "k1",
    before: async () => void (await disableKey(ports, onServer(), "k1", true)),
    changes: () => enableKey(ports, onServer(), "k1"),
    isDone: async () => (await stateOf("k1")) === "enabled",
    action: "key.enabled",
    target: async () => "k1",
  },
  {
    kind: "key.policy_change",
    parameters: { policy: "tenant" },
    subject: "sealing policy",
    before: async () => {},
    changes: () => changeSealingPolicy(ports, onServer(), "tenant"),
    isDone: async () => (await policyNow()) === "tenant",
    action: "key.policy_changed",
    target: async () => environment(),
  },
  {
    kind: "tenant.delete_key",
    parameters: { tenant_id: "tenant-0", force: true },
    subject: "tenant-0",
    before: withTenant,
    changes: async () => {
      // Another key than the one that was seen.
      await destroyTenantKey(ports, onServer(), "tenant-0", true);
      await engine.query("DELETE FROM sealed_credential");
      await engine.connect("acme", 1);
    },
    isDone: async () => (await tenantKeys()).every(({ state }) => state === "destroyed"),
    action: "tenant_key.destroyed",
    target: async () => (await tenantKeys()).at(-1).id,
  },
];

// `old` is a key of the keyring that opens only.
beforeAll(() => {
  const { describe: describeKeys } = ports.kms;
  Object.assign(ports.kms, {
    describe: async () => [...(await describeKeys()), { id: "old", state: "opens", environment: null }],
  });
});

describe.each(cases)("$kind", ({ kind, parameters, subject, before, changes, isDone, action, target }) => {
  test("is done when it is approved and not before, once, in the name of who asked", async () => {
    await before();
    const asked = await ask(kind, parameters);
    expect(asked).toMatchObject({ kind, subject, status: "pending", requestedBy: ada.id });
    expect(await isDone()).toBe(false);
    expect(await approve(ports, bob, asked.id)).toMatchObject({ status: "executed", approvedBy: bob.id });
    expect(await isDone()).toBe(true);
    expect(await deeds(asked)).toMatchObject([
      { action, actor: ada.id, target: await target(), detail: { approval: asked.id, approved_by: bob.id } },
    ]);
  });

  test("is not done when what was seen has changed before the word", async () => {
    await before();
    const asked = await ask(kind, parameters);
    await changes();
    await expect(approve(ports, bob, asked.id)).rejects.toMatchObject({
      code: "approval_ended",
      extensions: expect.objectContaining({ reason: "state_changed" }),
    });
    expect(await deeds(asked)).toEqual([]);
  });

  test("nor when it has changed between the word and the deed", async () => {
    await before();
    const asked = await ask(kind, parameters);
    await approveOnly(asked);
    await changes();
    expect(await tendApprovals(ports)).toEqual({ lapsed: 0, executed: 0 });
    expect((await find(asked)).status).toBe("failed");
    expect(await deeds(asked)).toEqual([]);
  });

  test("is done by the next process when the first one died after the word", async () => {
    await before();
    const asked = await ask(kind, parameters);
    await approveOnly(asked);
    expect(await tendApprovals(ports)).toEqual({ lapsed: 0, executed: 1 });
    expect(await isDone()).toBe(true);
    expect(await deeds(asked)).toHaveLength(1);
  });

  test("is over with the deed itself: a process that dies right after it leaves nothing to do", async () => {
    await before();
    const asked = await ask(kind, parameters);
    await approveOnly(asked);
    await ports.approvalActions[kind]?.execute(parameters, await beginTry(asked));
    expect(await find(asked)).toMatchObject({ status: "executed", endedBy: bob.id, leaseUntil: null });
    expect(await tendApprovals(ports)).toEqual({ lapsed: 0, executed: 0 });
    expect(await deeds(asked)).toHaveLength(1);
  });

  test("is not done by a try that another one has overtaken", async () => {
    await before();
    const asked = await ask(kind, parameters);
    await approveOnly(asked);
    const slow = await beginTry(asked);
    await endLease(asked);
    expect(await executeApproval(ports, environment(), asked.id)).toMatchObject({ status: "executed", run: 2 });
    await expect(ports.approvalActions[kind]?.execute(parameters, slow)).rejects.toMatchObject({ status: 409 });
    expect(await deeds(asked)).toHaveLength(1);
  });

  test("may be asked for by two, and one request comes of it", async () => {
    await before();
    const all = await Promise.all([ask(kind, parameters), ask(kind, parameters), ask(kind, parameters)]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  });
});

describe("what changes nothing is not asked for", () => {
  const conflict = { code: "conflict", detail: expect.stringContaining("already") };

  test("the policy that is there", async () => {
    await expect(ask("key.policy_change", { policy: "direct" })).rejects.toMatchObject(conflict);
  });
  test("an enabled key that is to be enabled, a disabled one that is to be disabled", async () => {
    await expect(ask("key.enable", { kid: "k1" })).rejects.toMatchObject(conflict);
    await disableKey(ports, onServer(), "old");
    await expect(ask("key.disable", { kid: "old" })).rejects.toMatchObject(conflict);
  });
});

test("a key that seals something is not disabled by approval, and the current one neither", async () => {
  await sealUnder("old");
  await expect(ask("key.disable", { kid: "old" })).rejects.toMatchObject({
    code: "conflict",
    detail: expect.stringContaining("still seals 1"),
  });
  await expect(ask("key.disable", { kid: "k1" })).rejects.toMatchObject({ code: "conflict" });
  await expect(ask("key.disable", { kid: "nobody's" })).rejects.toMatchObject({ code: "not_found" });
});

test("a tenant's key that seals something is destroyed only where force was approved", async () => {
  await withTenant();
  await expect(ask("tenant.delete_key", { tenant_id: "tenant-0", force: false })).rejects.toMatchObject({
    code: "conflict",
    detail: expect.stringContaining("still seals 1 value"),
  });
  await expect(ask("tenant.delete_key", { tenant_id: "tenant-9", force: true })).rejects.toMatchObject({
    code: "not_found",
  });
  await engine.query("DELETE FROM sealed_credential");
  const asked = await ask("tenant.delete_key", { tenant_id: "tenant-0", force: true });
  // Whoever approved that nothing is lost has not approved that something is.
  await engine.connect("acme", 1);
  await expect(approve(ports, bob, asked.id)).rejects.toMatchObject({ code: "approval_ended" });
  const weighed = await ask("tenant.delete_key", { tenant_id: "tenant-0", force: true });
  expect(weighed.effect.consequences[0]).toContain("1 value never open again");
  await approve(ports, bob, weighed.id);
  expect(await deeds(weighed)).toMatchObject([{ detail: { forced: true, sealed: 1, tenant_id: "tenant-0" } }]);
  expect((await tenantKeys()).every(({ id, state }) => isTenantKeyId(id) && state === "destroyed")).toBe(true);
});

test("a re-wrap that somebody began meanwhile on the server leaves nothing to approve", async () => {
  const asked = await ask("key.rewrap_start", { pace: null });
  const { id } = await startRewrap(ports, onServer(), { pace: null });
  expect(await approve(ports, bob, asked.id)).toMatchObject({
    status: "failed",
    failure: { code: "action_failed", detail: expect.stringContaining(id) },
  });
  await changeRewrap(ports, onServer(), id, { command: "stop" });
  expect(await runs()).toHaveLength(1);
});

test("says of a run over everything that it is one, and begins it so", async () => {
  const asked = await ask("key.rewrap_start", { pace: null, everything: true });
  expect(asked.effect.summary).toBe("Wrap everything anew, under the newest version of the key k1");
  await approve(ports, bob, asked.id);
  expect(await engine.query("SELECT everything, to_kid FROM rewrap_run")).toEqual([{ everything: true, to_kid: "k1" }]);
  expect(await deeds(asked)).toMatchObject([{ action: "rewrap.started", detail: { everything: true } }]);
});
