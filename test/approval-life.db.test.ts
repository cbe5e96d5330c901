// Requests for approval on a real database: waiting times, ends that nobody presses, crashes between word and deed.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Caller } from "#core/domain/access/permission";
import { defaultTimes, type Approval } from "#core/domain/approval/approval";
import { digestOf } from "#core/domain/approval/digest-of";
import { DomainError } from "#core/domain/problem/domain-error";
import { defineAction, type ApprovalAction, type ApprovedRun } from "#core/usecases/approval-actions";
import { approve, refuseApproval, withdrawApproval } from "#core/usecases/answer-approval";
import { putOrAsk } from "#core/usecases/administer-integrations";
import { executeApproval, tendApprovals } from "#core/usecases/execute-approval";
import { requireApproval } from "#core/usecases/require-approval";
import type { WorkerPorts } from "#worker/worker-ports";
import { startPostgresEngine, type PostgresEngine } from "./postgres-engine.ts";

let engine: PostgresEngine;
/** What the scripted action has been told to be, and what it did. */
const world = { state: 1, done: [] as ApprovedRun[], fails: null as Error | null, crashes: null as Error | null };

const switchAction: ApprovalAction<{ to: string }> = {
  parameters: z.strictObject({ to: z.string() }),
  assess: async (_, { to }) => ({
    subject: "the-switch",
    state: { is: world.state },
    effect: { summary: `Turn the switch to ${to}`, changes: [], consequences: [] },
  }),
  async execute(_, run) {
    if (world.fails !== null) throw world.fails;
    world.done.push(run);
    if (world.crashes !== null) throw world.crashes;
    return "done";
  },
  wasDone: async (_environment, _parameters, id) => world.done.some((run) => run.id === id),
};

let ports: WorkerPorts;
beforeAll(async () => {
  engine = await startPostgresEngine();
  ports = {
    ...engine.ports,
    approvalActions: { ...engine.ports.approvalActions, "key.disable": defineAction(switchAction) },
  };
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
});

beforeEach(async () => {
  Object.assign(world, { state: 1, done: [], fails: null, crashes: null });
  await engine.query("DELETE FROM approval");
  await engine.query("DELETE FROM admin_user");
});

/** An administrator, made so many hours ago; on the command line unless it is said otherwise. */
async function person(
  name: string,
  options: { role?: string; hours?: number; vouched?: boolean } = {},
): Promise<Caller> {
  const { role = "owner", hours = 100, vouched = true } = options;
  const since = new Date(Date.now() - hours * 3_600_000);
  await engine.query(
    `INSERT INTO admin_user (id, email, name, password_hash, role, standing_since, vouched_at)
     VALUES ($1, $2, $3, 'x', $4, $5, $6)`,
    [`usr_${name}`, `${name}@example.com`, name, role, since, vouched ? since : null],
  );
  return { ...engine.caller, kind: "admin", id: `usr_${name}` };
}

const ask = async (caller: Caller, to = "off"): Promise<Approval> =>
  await requireApproval(ports, caller, { kind: "key.disable", parameters: { to } });

const find = async ({ id }: Approval): Promise<Approval> =>
  (await ports.approvals.find(engine.caller.environmentId, id)) as Approval;

const actionsOf = async ({ id }: Approval): Promise<string[]> =>
  (await engine.query("SELECT action FROM audit_event WHERE target = $1 ORDER BY at, id", [id])).map((one) =>
    String(one["action"]),
  );

const shift = async ({ id }: Approval, column: string, hours: number): Promise<void> => {
  await engine.query(`UPDATE approval SET ${column} = now() + make_interval(secs => $2::float8 * 3600) WHERE id = $1`, [
    id,
    hours,
  ]);
};

const problem = (code: string, reason: string) => ({ code, extensions: expect.objectContaining({ reason }) });

/** The word, without the deed: as if the process had died in between. */
async function approveOnly(approval: Approval, by: Caller): Promise<void> {
  await ports.approvals.settle(approval.environmentId, approval.id, by.id, () => ({
    decision: null,
    write: { kind: "approve", by: by.id, executeBefore: new Date(Date.now() + 86_400_000) },
  }));
}

describe("somebody alone", () => {
  test("waits a day, visible and announced, confirms it then, and it is done once", async () => {
    const ada = await person("ada");
    const asked = await ask(ada);
    expect(asked).toMatchObject({ mode: "waiting", status: "pending" });
    const waits = Number(asked.waitsUntil) - asked.requestedAt.getTime();
    expect(waits).toBe(defaultTimes.waitingSeconds * 1000);
    const [event] = await engine.query("SELECT payload FROM event WHERE payload->>'id' = $1", [asked.id]);
    expect(event?.["payload"]).toMatchObject({ mode: "waiting", waits_until: asked.waitsUntil?.toISOString() });

    const early = await approve(ports, ada, asked.id).catch((error: unknown) => error);
    expect(early).toMatchObject({ ...problem("approval_forbidden", "waiting"), status: 403 });
    expect((early as DomainError).retryAfterSeconds).toBeGreaterThan(86_000);
    await tendApprovals(ports);
    expect((await find(asked)).status).toBe("pending");

    await shift(asked, "waits_until", -0.01);
    // Nothing happens while nobody looks: whoever asked says so once more.
    await tendApprovals(ports);
    expect(world.done).toEqual([]);
    expect(await approve(ports, ada, asked.id)).toMatchObject({ status: "executed", approvedBy: ada.id });
    expect(world.done).toHaveLength(1);
  });

  test("gains nothing by a second owner made meanwhile, who may refuse all the same", async () => {
    const ada = await person("ada");
    const asked = await ask(ada);
    const puppet = await person("puppet", { hours: 0, vouched: false });
    await expect(approve(ports, puppet, asked.id)).rejects.toMatchObject(problem("approval_forbidden", "too_new"));
    await expect(approve(ports, ada, asked.id)).rejects.toMatchObject(problem("approval_forbidden", "waiting"));
    expect((await refuseApproval(ports, puppet, asked.id)).status).toBe("refused");
    expect(world.done).toEqual([]);
  });

  test("gains nothing by one made shortly before, unless the server's command line made them", async () => {
    const ada = await person("ada");
    const puppet = await person("puppet", { hours: 23, vouched: false });
    const asked = await ask(ada);
    expect(asked.mode).toBe("waiting");
    await expect(approve(ports, puppet, asked.id)).rejects.toMatchObject(problem("approval_forbidden", "too_new"));
    await withdrawApproval(ports, ada, asked.id);
    await person("bob", { hours: 0.1 });
    expect((await ask(ada)).mode).toBe("second_person");
  });

  test("gains nothing by taking over an old account: its role, address and password count from their change", async () => {
    const ada = await person("ada");
    const bob = await person("bob", { role: "auditor" });
    for (const change of [
      "role = 'owner'",
      "password_hash = 'y'",
      "email = 'b@example.com'",
      "disabled_at = now()",
      "disabled_at = NULL",
    ]) {
      await engine.query(`UPDATE admin_user SET ${change}, vouched_at = vouched_at WHERE id = $1`, [bob.id]);
    }
    const [row] = await engine.query(
      "SELECT vouched_at, standing_since > now() - interval '1 minute' AS fresh FROM admin_user WHERE id = $1",
      [bob.id],
    );
    expect(row).toEqual({ vouched_at: null, fresh: true });
    expect((await ask(ada)).mode).toBe("waiting");
  });

  test("has an account kept as it is by what only notes a sign-in, and vouched for where the command line says so", async () => {
    const bob = await person("bob");
    const [before] = await engine.query("SELECT standing_since, vouched_at FROM admin_user");
    await engine.query("UPDATE admin_user SET last_sign_in_at = now(), name = 'Bob' WHERE id = $1", [bob.id]);
    expect(await engine.query("SELECT standing_since, vouched_at FROM admin_user")).toEqual([before]);
    await engine.query("UPDATE admin_user SET role = 'operator', vouched_at = now() WHERE id = $1", [bob.id]);
    const [after] = await engine.query(
      "SELECT standing_since = vouched_at AS same, standing_since > $1 AS later FROM admin_user",
      [before?.["standing_since"]],
    );
    expect(after).toEqual({ same: true, later: true });
  });
});

describe("what ends without anybody pressing", () => {
  test("is what nobody decided in time: written by the worker, and over before that", async () => {
    const ada = await person("ada");
    const bob = await person("bob");
    const asked = await ask(ada);
    await shift(asked, "expires_at", -0.01);
    await expect(approve(ports, bob, asked.id)).rejects.toMatchObject(problem("approval_ended", "expired"));
    const again = await ask(ada);
    await shift(again, "expires_at", -0.01);
    expect(await tendApprovals(ports)).toEqual({ lapsed: 1, executed: 0 });
    expect(await find(again)).toMatchObject({ status: "expired", endedBy: "system" });
    expect(await actionsOf(again)).toEqual(["approval.requested", "approval.expired"]);
    expect(world.done).toEqual([]);
  });

  test.each([
    ["demoted", "UPDATE admin_user SET role = 'support' WHERE id = 'usr_ada'"],
    ["disabled", "UPDATE admin_user SET disabled_at = now() WHERE id = 'usr_ada'"],
    ["removed", "DELETE FROM admin_user WHERE id = 'usr_ada'"],
  ])("is what somebody asked who was %s", async (_, change) => {
    const asked = await ask(await person("ada"));
    const bob = await person("bob");
    await engine.query(change);
    await expect(approve(ports, bob, asked.id)).rejects.toMatchObject(problem("approval_ended", "asker_changed"));
    expect(await find(asked)).toMatchObject({ status: "failed", failure: { code: "asker_changed" } });
    expect(world.done).toEqual([]);
  });

  test.each([
    ["asked", "usr_ada", "asker_changed"],
    ["approved", "usr_bob", "approver_changed"],
  ])("is what was approved and not done when who %s was demoted", async (_, id, code) => {
    const [ada, bob] = [await person("ada"), await person("bob")];
    const asked = await ask(ada);
    await approveOnly(asked, bob);
    await engine.query("UPDATE admin_user SET role = 'auditor' WHERE id = $1", [id]);
    await tendApprovals(ports);
    expect(await find(asked)).toMatchObject({ status: "failed", failure: { code } });
    expect(world.done).toEqual([]);
  });
});

describe("between word and deed", () => {
  let ada: Caller;
  let bob: Caller;
  let asked: Approval;
  beforeEach(async () => {
    ada = await person("ada");
    bob = await person("bob");
    asked = await ask(ada);
  });

  test("a process that dies after the word leaves it to the worker", async () => {
    await approveOnly(asked, bob);
    expect(await tendApprovals(ports)).toEqual({ lapsed: 0, executed: 1 });
    expect(world.done).toMatchObject([{ id: asked.id, run: 1, requestedBy: ada.id, approvedBy: bob.id }]);
    expect(await actionsOf(asked)).toEqual(["approval.requested", "approval.approved", "approval.executed"]);
  });

  test("or to whoever presses next", async () => {
    await approveOnly(asked, bob);
    expect((await approve(ports, bob, asked.id)).status).toBe("executed");
    expect(world.done).toHaveLength(1);
  });

  test("one that dies within the try is followed when its lease is over, not before", async () => {
    await approveOnly(asked, bob);
    await ports.approvals.settle(asked.environmentId, asked.id, null, () => ({
      decision: null,
      write: { kind: "claim", leaseSeconds: 60 },
    }));
    expect(await tendApprovals(ports)).toEqual({ lapsed: 0, executed: 0 });
    await expect(withdrawApproval(ports, ada, asked.id)).rejects.toMatchObject(
      problem("approval_ended", "being_executed"),
    );
    await shift(asked, "lease_until", -0.01);
    expect(await tendApprovals(ports)).toEqual({ lapsed: 0, executed: 1 });
    expect(world.done).toMatchObject([{ run: 2 }]);
  });

  test("one that dies after the deed is not followed by a second deed, although things have changed by it", async () => {
    world.crashes = new Error("the process is gone");
    expect((await approve(ports, bob, asked.id)).status).toBe("approved");
    Object.assign(world, { crashes: null, state: 2 });
    await tendApprovals(ports);
    expect(await find(asked)).toMatchObject({ status: "executed" });
    expect(world.done).toHaveLength(1);
  });

  test("what passes is tried again; what does not has failed, and says why", async () => {
    world.fails = new DomainError("kms_unavailable", { detail: "The key service does not answer." });
    expect(await approve(ports, bob, asked.id)).toMatchObject({
      status: "approved",
      failure: { detail: "The key service does not answer." },
    });
    world.fails = new DomainError("conflict", { detail: "The key still seals 3 values." });
    await tendApprovals(ports);
    expect(await find(asked)).toMatchObject({
      status: "failed",
      failure: { code: "action_failed", detail: "The key still seals 3 values." },
    });
    expect(world.done).toEqual([]);
  });

  test("what was approved can be taken back while it can't be done", async () => {
    world.fails = new DomainError("kms_unavailable", { detail: "The key service does not answer." });
    await approve(ports, bob, asked.id);
    expect((await withdrawApproval(ports, ada, asked.id)).status).toBe("withdrawn");
    world.fails = null;
    await tendApprovals(ports);
    expect(world.done).toEqual([]);
  });

  test("what it was asked for is compared once more when it is done", async () => {
    await approveOnly(asked, bob);
    world.state = 2;
    await tendApprovals(ports);
    expect(await find(asked)).toMatchObject({ status: "failed", failure: { code: "state_changed" } });
    expect(world.done).toEqual([]);
  });

  test("ten at once do it once", async () => {
    await approveOnly(asked, bob);
    await Promise.all(Array.from({ length: 10 }, () => executeApproval(ports, asked.environmentId, asked.id)));
    expect(world.done).toHaveLength(1);
    expect((await find(asked)).status).toBe("executed");
  });
});

describe("the row", () => {
  test("keeps what was asked, and stays over, whoever writes", async () => {
    const asked = await ask(await person("ada"));
    expect(asked.parametersHash).toBe(digestOf({ kind: "key.disable", parameters: { to: "off" } }));
    for (const change of [
      `parameters = '{"to": "on"}'`,
      "requested_by = 'usr_bob'",
      "kind = 'key.enable'",
      "state_hash = 'x'",
      "reason = 'x'",
    ])
      await expect(engine.query(`UPDATE approval SET ${change} WHERE id = $1`, [asked.id])).rejects.toThrow(
        "can't be changed",
      );
    await engine.query("UPDATE approval SET status = 'refused', ended_by = 'x', ended_at = now() WHERE id = $1", [
      asked.id,
    ]);
    await expect(
      engine.query("UPDATE approval SET status = 'pending', ended_by = NULL, ended_at = NULL WHERE id = $1", [
        asked.id,
      ]),
    ).rejects.toThrow("is over");
  });

  test("is one for a kind and subject, however many ask at once", async () => {
    const ada = await person("ada");
    const all = await Promise.all(Array.from({ length: 8 }, () => ask(ada)));
    expect(new Set(all.map((one) => one.id)).size).toBe(1);
    expect(await engine.query("SELECT FROM event WHERE payload->>'id' = $1", [all[0]?.id])).toHaveLength(1);
  });
});

describe("hosts, spent in the transaction that writes them", () => {
  const document = (name: string, host: string) => ({
    credentials: {
      format: "oauth2",
      config: { auth: { tokenHost: host, tokenPath: "/token", authorizePath: "/authorize" }, pkce: { method: "none" } },
    },
    name,
  });

  async function askedHosts(name: string): Promise<{ asked: Approval; ada: Caller; bob: Caller }> {
    await engine.define(name);
    await engine.connect(name, 1);
    const [ada, bob] = [await person("ada"), await person("bob")];
    const outcome = await putOrAsk(ports, ada, name, document(name, "https://new.example"), null);
    if (outcome.kind !== "asked") throw new Error("nothing was asked for");
    return { asked: outcome.approval, ada, bob };
  }

  test("an earlier try that stood still writes nothing any more", async () => {
    const { asked, bob } = await askedHosts("frozen");
    await approveOnly(asked, bob);
    const claim = () => ({ decision: null, write: { kind: "claim", leaseSeconds: 60 } as const });
    await ports.approvals.settle(asked.environmentId, asked.id, null, claim);
    await ports.approvals.settle(asked.environmentId, asked.id, null, claim);
    const action = ports.approvalActions["integration.hosts_change"];
    const run = { ...asked, approvedBy: bob.id };
    expect(await action?.execute(asked.parameters, { ...run, run: 1 })).toBe("state_changed");
    expect((await ports.integrations.find(asked.environmentId, "frozen"))?.pin?.hosts).toContain(
      "https://frozen.example",
    );
    expect(await action?.execute(asked.parameters, { ...run, run: 2 })).toBe("done");
    expect((await find(asked)).status).toBe("executed");
    expect(await action?.execute(asked.parameters, { ...run, run: 2 })).toBe("state_changed");
  });

  test("what is in force is compared under the lock that writes: something else is not replaced", async () => {
    const { asked, bob } = await askedHosts("relabelled");
    await approveOnly(asked, bob);
    const claim = () => ({ decision: null, write: { kind: "claim", leaseSeconds: 60 } as const });
    await ports.approvals.settle(asked.environmentId, asked.id, null, claim);
    const relabel = "UPDATE integration SET document = document || $1 WHERE name = 'relabelled'";
    const action = ports.approvalActions["integration.hosts_change"];
    const run = { ...asked, approvedBy: bob.id, run: 1 };
    await engine.query(relabel, [{ label: "Another label" }]);
    expect(await action?.execute(asked.parameters, run)).toBe("state_changed");
    expect((await find(asked)).status).toBe("approved");
    await engine.query("UPDATE integration SET document = document - 'label' WHERE name = 'relabelled'");
    expect(await action?.execute(asked.parameters, run)).toBe("done");
  });

  test("a client's secret stays, and goes to the new hosts: that is what was approved", async () => {
    const { asked, bob } = await askedHosts("with-secret");
    expect(asked.effect.consequences.join(" ")).toContain("secret");
    const before = await ports.integrations.find(asked.environmentId, "with-secret");
    expect((await approve(ports, bob, asked.id)).status).toBe("executed");
    const after = await ports.integrations.find(asked.environmentId, "with-secret");
    expect(after?.client?.secrets).toEqual(before?.client?.secrets);
    expect(after?.pin?.hosts).toContain("https://new.example");
  });
});
