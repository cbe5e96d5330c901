import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { AccountChange } from "#core/ports/account-store";
import { temporaryDirectory } from "#test/temporary-directory";
import { createFileSpool } from "./file-spool.ts";

const at = new Date("2026-11-20T10:00:00.123Z");
const change: AccountChange = {
  accountId: "ia_one",
  environmentId: "env_one",
  ifFence: 9_007_199_254_740_993n,
  isAnswer: true,
  ifVersion: 1,
  expectedStatus: "active",
  expectedScopes: ["a", "b"],
  raiseFence: false,
  releaseLease: true,
  set: {
    expiresAt: at,
    refreshDueAt: null,
    scopesGranted: ["a"],
    lastError: { code: "x", message: "y", at },
  },
  credential: {
    kind: "replace",
    version: 2,
    kid: "k1",
    sealed: Buffer.from([0, 255, 1, 128]),
    fingerprint: new Uint8Array([7]),
  },
  attempt: {
    id: "att_1",
    startedAt: at,
    outcome: "refreshed",
    httpStatus: 200,
    error: null,
    rule: null,
    nextAttemptAt: at,
    explanation: 'é\n"quoted"',
    waiters: 3,
  },
  recorded: {
    id: "att_2",
    startedAt: at,
    reason: "reauthorized",
    outcome: "refreshed",
    httpStatus: 201,
    error: null,
    rule: null,
    nextAttemptAt: null,
    explanation: "The customer authorized again.",
    waiters: 0,
  },
  happening: {
    event: { kind: "refresh_succeeded" },
    eventId: "evt_1",
    at,
    lastError: null,
    actor: "worker",
  },
  guard: { policy: { accounts: 20, share: 0.2, windowSeconds: 600 }, explanation: "held" },
  completes: { sessionId: "cs_1", linkId: "lnk_1" },
  audit: [
    {
      environmentId: "env_one",
      actor: "worker",
      action: "credential.sealed",
      target: "ia_one",
      detail: { version: 2 },
    },
  ],
};

let directory: string;
beforeEach(() => {
  directory = join(temporaryDirectory(), "made", "on-demand");
});

/** Bytes compared as bytes, whether Buffer or Uint8Array. */
const plain = (one: AccountChange | undefined) =>
  one?.credential?.kind === "replace"
    ? {
        ...one,
        credential: {
          ...one.credential,
          sealed: [...one.credential.sealed],
          fingerprint: [...(one.credential.fingerprint ?? [])],
        },
      }
    : one;

describe("the spool", () => {
  it("gives back what was put, instants, big integers and bytes included", async () => {
    const id = await createFileSpool(directory).put(change);
    const [entry] = await createFileSpool(directory).list();
    expect(entry?.id).toBe(id);
    expect(plain(entry?.change)).toEqual(plain(change));
    expect(entry?.change.set.expiresAt).toBeInstanceOf(Date);
    expect(entry?.change.happening?.at).toBeInstanceOf(Date);
    expect(typeof entry?.change.ifFence).toBe("bigint");
    const sealed = entry?.change.credential?.kind === "replace" ? entry.change.credential.sealed : null;
    expect(sealed).toBeInstanceOf(Uint8Array);
  });

  it("keeps its entries to its own user", async () => {
    const id = await createFileSpool(directory).put(change);
    expect((await stat(join(directory, id))).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  it("leaves no draft behind, and takes none for an entry after a crash", async () => {
    const spool = createFileSpool(directory);
    const id = await spool.put(change);
    expect(await readdir(directory)).toEqual([id]);
    const half = (await readFile(join(directory, id), "utf8")).slice(0, 40);
    await writeFile(join(directory, `.${id}-half.json`), half);
    await writeFile(join(directory, "notes.txt"), "not ours");
    expect((await spool.list()).map((one) => one.id)).toEqual([id]);
  });

  it("lists one account's answers where one is named, and not those of one whose id begins alike", async () => {
    const spool = createFileSpool(directory);
    await spool.put({ ...change, accountId: "ia_a" });
    await spool.put({ ...change, accountId: "ia_ab" });
    expect((await spool.list("ia_a")).map((one) => one.change.accountId)).toEqual(["ia_a"]);
    expect(await spool.list("ia_c")).toEqual([]);
  });

  it("reads what a version wrote that knew neither scopes before nor recorded attempts", async () => {
    const spool = createFileSpool(directory);
    const { expectedScopes: _scopes, recorded: _recorded, ...earlier } = change;
    await spool.put(earlier as AccountChange);
    const [entry] = await spool.list();
    expect(plain(entry?.change)).toEqual(plain({ ...change, expectedScopes: null, recorded: null }));
  });

  it("is empty before anything was put", async () => {
    expect(await createFileSpool(directory).list()).toEqual([]);
  });

  it("keeps many answers apart and forgets one at a time", async () => {
    const spool = createFileSpool(directory);
    const ids = await Promise.all(["ia_a", "ia_b", "ia_c"].map((accountId) => spool.put({ ...change, accountId })));
    await spool.remove(ids[1] ?? "");
    const left = (await spool.list()).map((one) => one.change.accountId);
    expect(left.toSorted()).toEqual(["ia_a", "ia_c"]);
  });

  it("does not mind that another process removed an entry first", async () => {
    const spool = createFileSpool(directory);
    const id = await spool.put(change);
    await spool.remove(id);
    await expect(spool.remove(id)).resolves.toBeUndefined();
  });

  it("says so when it can't write: an answer must not be taken for kept", async () => {
    const file = join(temporaryDirectory(), "file");
    await writeFile(file, "");
    await expect(createFileSpool(file).put(change)).rejects.toMatchObject({ syscall: "mkdir" });
  });
});
