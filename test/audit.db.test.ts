import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { entryPoint } from "./entry-point.ts";
import { startStack, type Stack } from "./start-stack.ts";

let stack: Stack;
let accountId: string;
let directory: string;

beforeAll(async () => {
  stack = await startStack({ worker: true });
  accountId = (await stack.connect("tenant-a", "ada")).id;
  for (let time = 0; time < 5; time += 1) await stack.call("GET", `/integrated-accounts/${accountId}/token`);
  directory = await mkdtemp(join(tmpdir(), "evergrant-audit-"));
  await sealed();
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

/** Until the worker has sealed all there is. */
async function sealed(): Promise<void> {
  const missing = `SELECT count(*)::int AS n FROM audit_event e
                    WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.audit_id = e.id)`;
  await vi.waitFor(async () => expect((await stack.database.pool.query(missing)).rows).toEqual([{ n: 0 }]), {
    timeout: 30_000,
    interval: 200,
  });
}

async function asSuperuser(statement: string): Promise<void> {
  const client = await stack.database.pool.connect();
  await client.query("SET session_replication_role = replica");
  const { rowCount } = await client.query(statement);
  await client.query("RESET session_replication_role");
  client.release();
  expect(rowCount).toBeGreaterThan(0);
}

const verify = async (...args: string[]) => {
  const { code, stdout, stderr } = await stack.cli("audit", "verify", ...args, "--json");
  return { code, stderr, report: stdout === "" ? null : JSON.parse(stdout) };
};

describe("the API", () => {
  test("lists records with the hash of their link, newest first, page by page", async () => {
    const first = await stack.call("GET", "/audit-events?limit=3");
    expect(first.status).toBe(200);
    expect(Object.keys(first.body.data[0]).toSorted()).toEqual([
      "action",
      "actor",
      "at",
      "detail",
      "environment",
      "hash",
      "id",
      "integrated_account_id",
      "key_id",
      "target",
    ]);
    expect(first.body.data[0]).toMatchObject({
      environment: "production",
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const second = await stack.call("GET", `/audit-events?limit=3&cursor=${first.body.next_cursor}`);
    const all = await stack.call("GET", "/audit-events?limit=200");
    expect([...first.body.data, ...second.body.data]).toEqual(all.body.data.slice(0, 6));
    expect(all.body.data.map(({ at }: { at: string }) => at)).toEqual(
      all.body.data
        .map(({ at }: { at: string }) => at)
        .toSorted()
        .toReversed(),
    );
  });

  test("filters by account, actor, action and time, all at once", async () => {
    const { body } = await stack.call("GET", `/audit-events?account=${accountId}&action=credential.opened`);
    expect(body.data.length).toBeGreaterThanOrEqual(5);
    const [one] = body.data;
    expect(one).toMatchObject({ action: "credential.opened", integrated_account_id: accountId, key_id: "t1" });
    expect(one.actor).toMatch(/^key_/);
    const query = `account=${accountId}&action=credential.opened&actor=${one.actor}`;
    const same = await stack.call("GET", `/audit-events?${query}&from=${one.at}`);
    expect(same.body.data).toContainEqual(one);
    const before = await stack.call("GET", `/audit-events?${query}&to=${one.at}`);
    expect(before.body.data).not.toContainEqual(one);
    expect((await stack.call("GET", "/audit-events?actor=nobody")).body).toEqual({ data: [], next_cursor: null });
  });

  test("refuses what it does not know, keys without the permission, and keys that are limited to a tenant", async () => {
    expect((await stack.call("GET", "/audit-events?acount=x")).body.code).toBe("invalid_request");
    expect((await stack.call("GET", "/audit-events?from=yesterday")).body.errors[0].pointer).toBe("from");
    expect((await stack.call("GET", "/audit-events/anchors?cursor=x")).status).toBe(400);
    for (const more of [["accounts:read"], ["audit:read", "--tenants", "tenant-a"]]) {
      const made = await stack.cli(
        "api-keys",
        "create",
        "--environment",
        "production",
        "--json",
        "--permissions",
        ...more,
      );
      const { key } = JSON.parse(made.stdout) as { key: string };
      for (const path of ["", "/verify", "/anchors", "/chain"]) {
        expect((await stack.call("GET", `/audit-events${path}`, undefined, { key })).body.code).toBe("forbidden");
      }
    }
  });

  test("shows no other environment's records", async () => {
    const made = await stack.cli("api-keys", "create", "--environment", "staging", "--permissions", "all", "--json");
    const { id, key } = JSON.parse(made.stdout) as { id: string; key: string };
    const { body } = await stack.call("GET", "/audit-events", undefined, { key });
    expect(body.data.map(({ target }: { target: string }) => target)).toEqual([id]);
    await sealed();
  });

  test("checks the chain, and answers no more than it promises", async () => {
    const { body } = await stack.call("GET", "/audit-events/verify");
    expect(body).toEqual({ ok: true, checked: expect.any(Number), first_broken: null });
    expect(body.checked).toBeGreaterThan(5);
    const part = await stack.call("GET", "/audit-events/verify?after=2&limit=3");
    expect(part.body).toEqual({ ok: true, checked: 3, first_broken: null });
  });

  test("tells where the chain stands, and with which key its anchors are signed", async () => {
    const { body } = await stack.call("GET", "/audit-events/chain");
    const { stdout } = await stack.cli("audit", "public-key", "--json");
    expect(body).toMatchObject(JSON.parse(stdout));
    expect(body).toMatchObject({ sealed_records: expect.any(Number), latest_check: null });
    // The worker makes the first anchor with the first links.
    expect(body.latest_anchor).toMatchObject({ kind: "head", key_id: body.key_id });
    const anchors = await stack.call("GET", "/audit-events/anchors");
    expect(anchors.body.data).toContainEqual(body.latest_anchor);
  });
});

describe("the command line", () => {
  test("checks the whole log, makes anchors, and ships them by the worker's log as well", async () => {
    const made = await stack.cli("audit", "anchor", "--json");
    expect(made).toMatchObject({ code: 0 });
    const anchors = join(directory, "anchors.json");
    const listed = await stack.cli("audit", "anchors", "--json");
    expect(listed.stdout.trim().split("\n")).toHaveLength(1);
    await writeFile(anchors, listed.stdout);
    expect(await verify("--anchors", anchors)).toMatchObject({ code: 0, report: { ok: true, first_broken: null } });
    const log = join(directory, "worker.log");
    await writeFile(log, stack.logs());
    expect(await verify("--anchors", log)).toMatchObject({ code: 0, report: { ok: true } });
    const empty = join(directory, "empty.log");
    await writeFile(empty, "{}\n");
    expect((await verify("--anchors", empty)).stderr).toContain("no anchor");
    const { stdout } = await stack.cli("audit", "verify", "--environment", "production");
    expect(stdout).toMatch(/^production: whole\. \d+ records checked/);
  });

  test("an export is checked without a database, by the public key alone, and what is changed in it is named", async () => {
    const file = join(directory, "log.jsonl");
    expect(await stack.cli("audit", "export", "--out", file)).toMatchObject({ code: 0 });
    const { stdout: text } = await stack.cli("audit", "export");
    expect(text.split("\n").at(-2)).toBe('{"type":"end_of_file"}');
    const key = (await stack.cli("audit", "public-key")).stdout.trim();
    const alone = await plainCli("audit", "verify", "--file", file, "--public-key", key, "--json");
    expect(alone).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(alone.stdout)).toMatchObject({ ok: true, first_broken: null });
    expect(await plainCli("audit", "verify", "--file", file)).toMatchObject({ code: 2 });

    const lines = (await readFile(file, "utf8")).split("\n");
    const at = lines.findIndex((line) => line.includes("credential.opened"));
    const changed = join(directory, "changed.jsonl");
    const { record, seq } = JSON.parse(lines[at] ?? "");
    for (const [problem, altered] of [
      ["edited", lines.with(at, (lines[at] ?? "").replace("credential.opened", "credential.sealed"))],
      ["removed", lines.toSpliced(at, 1)],
    ] as const) {
      await writeFile(changed, altered.join("\n"));
      const { code, stdout } = await plainCli("audit", "verify", "--file", changed, "--public-key", key, "--json");
      expect(code).toBe(1);
      expect(JSON.parse(stdout).first_broken).toMatchObject({
        problem,
        seq,
        id: problem === "edited" ? record.id : null,
      });
    }
    await writeFile(changed, lines.slice(0, at).join("\n"));
    expect(await plainCli("audit", "verify", "--file", changed, "--public-key", key)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("not whole"),
    });
    await appendFile(changed, "\nnonsense");
    expect((await plainCli("audit", "verify", "--file", changed, "--public-key", key)).stderr).toContain("no JSON");
    const other = await plainCli("audit", "verify", "--file", file, "--json", "--public-key", "A".repeat(42) + "E");
    expect(JSON.parse(other.stdout).first_broken).toMatchObject({ problem: "anchor_key_unknown" });
  });

  test("an export is a record itself", async () => {
    const { body } = await stack.call("GET", "/audit-events?action=audit.exported");
    expect(body.data[0]).toMatchObject({ actor: "command_line" });
    await sealed();
  });

  test("a restored copy is declared, and anchors of what was lost count no more", async () => {
    await stack.cli("audit", "anchor");
    const file = join(directory, "before.json");
    // What an anchor of the other course of time looks like: beyond the chain, signed by us.
    const early = await stack.cli("audit", "anchors", "--environment", "staging", "--json");
    await stack.cli("api-keys", "create", "--environment", "staging", "--permissions", "all");
    await sealed();
    await stack.cli("audit", "anchor");
    await writeFile(file, (await stack.cli("audit", "anchors", "--environment", "staging", "--json")).stdout);
    const { anchors } = JSON.parse(early.stdout) as { anchors: { seq: number }[] };
    const last = anchors.at(-1)?.seq ?? 0;
    // The worker is away while the copy comes back.
    await stack.worker?.stop();
    for (const table of ["audit_link", "audit_anchor"]) {
      await asSuperuser(
        `DELETE FROM ${table} t USING environment e WHERE e.id = t.environment_id AND e.name = 'staging' AND t.seq > ${last}`,
      );
    }
    await asSuperuser(
      `DELETE FROM audit_event a USING environment e WHERE e.id = a.environment_id AND e.name = 'staging'
          AND NOT EXISTS (SELECT FROM audit_link l WHERE l.audit_id = a.id)`,
    );
    await asSuperuser(
      `UPDATE audit_chain c SET seq = l.seq, hash = l.hash FROM audit_link l JOIN environment e ON e.id = l.environment_id
        WHERE e.name = 'staging' AND l.seq = ${last} AND c.environment_id = e.id`,
    );
    expect((await verify("--environment", "staging")).code).toBe(0);
    expect((await verify("--environment", "staging", "--anchors", file)).report.first_broken.problem).toBe("cut_off");
    expect(await stack.cli("audit", "reseal", "--environment", "staging")).toMatchObject({ code: 2 });
    const done = await stack.cli("audit", "reseal", "--environment", "staging", "--reason", "back from Tuesday");
    expect(done).toMatchObject({ code: 0 });
    expect(await verify("--environment", "staging", "--anchors", file)).toMatchObject({
      code: 0,
      report: { ok: true, environments: [{ anchors: { superseded: 1 } }] },
    });
    expect(await stack.cli("audit", "anchor")).toMatchObject({ code: 0 });
    expect((await verify("--environment", "staging", "--anchors", file)).code).toBe(0);
  });

  test("names what somebody changed in the database, and so does the API", async () => {
    const { rows } = await stack.database.pool.query(
      "SELECT id FROM audit_event WHERE account_id = $1 AND action = 'credential.opened' LIMIT 1",
      [accountId],
    );
    const { id } = rows[0];
    await asSuperuser(`UPDATE audit_event SET actor = 'nobody' WHERE id = '${id}'`);
    expect(await verify()).toMatchObject({ code: 1, report: { ok: false, first_broken: { problem: "edited", id } } });
    const { body } = await stack.call("GET", "/audit-events/verify");
    expect(body).toMatchObject({ ok: false, first_broken: { problem: "edited", id, explanation: expect.any(String) } });
    const { stdout } = await stack.cli("audit", "verify");
    expect(stdout).toContain(`production: BROKEN (edited). First: record ${id}`);
  });
});

/** Without any configuration. */
function plainCli(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const main = entryPoint("cli/main.ts");
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env: {} as NodeJS.ProcessEnv }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}
