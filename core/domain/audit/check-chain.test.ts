import { createSecretKey } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anchorSignerOf, signAnchor, type AuditAnchor } from "./audit-anchor.ts";
import type { AuditEntry } from "./audit-entry.ts";
import { linkHashOf, noHash, rowHashOf, type AuditLink } from "./audit-link.ts";
import type { AuditRecord } from "./audit-record.ts";
import { createChainCheck, type ChainFault, type CheckStart, type LinkedEntry } from "./check-chain.ts";
import { checkProof, proveRecord } from "./record-proof.ts";
import { sealEntries } from "./seal-entries.ts";

const key = createSecretKey(Buffer.alloc(32, 7));
const signer = anchorSignerOf(Buffer.alloc(32, 9));
const start: CheckStart = {
  seq: 0,
  hash: noHash,
  rowsSince: null,
  unprovenUntil: null,
  provenSince: null,
  anchors: [],
};

interface Row {
  entry: AuditEntry;
  proof: Buffer | null;
}

function rowsOf(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(Date.UTC(2026, 10, 30, 12, 0, index));
    const record: AuditRecord = {
      environmentId: "env_1",
      actor: `key_${index % 3}`,
      action: "credential.opened",
      target: `ia_${index}`,
      accountId: `ia_${index}`,
      detail: { purpose: "token_read", n: index },
    };
    const id = `aud_${String(index).padStart(24, "0")}`;
    const entry = { id, at, keyId: null, accountId: null, detail: {}, ...record } as AuditEntry;
    return { entry, proof: Buffer.from(proveRecord(key, id, record, at), "hex") };
  });
}

function seal(rows: readonly Row[]): AuditLink[] {
  const candidates = rows.map(({ entry, proof }) => ({ entry, proof: checkProof(key, entry, proof), hasTwin: false }));
  const { links, refused } = sealEntries(
    { seq: 0, hash: noHash, sealedAt: null },
    "env_1",
    candidates,
    null,
    new Date(),
  );
  expect(refused).toEqual([]);
  return [...links];
}

/** As the database joins them: by id and instant. */
function joined(links: readonly AuditLink[], rows: readonly Row[]): LinkedEntry[] {
  const ordered = links.toSorted((a, b) => a.seq - b.seq);
  return ordered.map((link) => {
    const row = rows.find(({ entry }) => entry.id === link.auditId && entry.at.getTime() === link.auditAt.getTime());
    return row === undefined
      ? { link, entry: null, proof: "unknown" }
      : { link, entry: row.entry, proof: checkProof(key, row.entry, row.proof) };
  });
}

function faultOf(links: readonly AuditLink[], rows: readonly Row[], more: Partial<CheckStart> = {}): ChainFault | null {
  const check = createChainCheck({ ...start, ...more });
  return check.check(joined(links, rows)) ?? check.finish(rows.length);
}

const anchorOf = (link: AuditLink): AuditAnchor =>
  signAnchor(signer, {
    environmentId: "env_1",
    kind: "head",
    seq: link.seq,
    hash: link.hash,
    at: new Date(),
    rowsSince: null,
    unprovenUntil: null,
    note: null,
  });

const size = fc.integer({ min: 2, max: 40 });
const place = fc.nat();

describe("a chain", () => {
  test("that nobody touched is whole", () => {
    fc.assert(
      fc.property(size, (count) => {
        const rows = rowsOf(count);
        expect(faultOf(seal(rows), rows)).toBeNull();
      }),
    );
  });

  test("names the first record that was edited, in whichever column", () => {
    const edits = fc.constantFrom<(entry: AuditEntry) => AuditEntry>(
      (entry) => ({ ...entry, actor: "key_x" }),
      (entry) => ({ ...entry, action: "credential.sealed" }),
      (entry) => ({ ...entry, target: "ia_x" }),
      (entry) => ({ ...entry, accountId: null }),
      (entry) => ({ ...entry, keyId: "k2" }),
      (entry) => ({ ...entry, environmentId: "env_2" }),
      (entry) => ({ ...entry, detail: { ...entry.detail, n: -1 } }),
      (entry) => ({ ...entry, detail: {} }),
    );
    fc.assert(
      fc.property(size, fc.array(place, { minLength: 1, maxLength: 3 }), edits, (count, places, edit) => {
        const rows = rowsOf(count);
        const links = seal(rows);
        const at = places.map((one) => one % count);
        for (const index of at) rows[index] = { ...(rows[index] as Row), entry: edit((rows[index] as Row).entry) };
        const first = Math.min(...at);
        expect(faultOf(links, rows)).toMatchObject({ problem: "edited", seq: first + 1, id: links[first]?.auditId });
      }),
    );
  });

  test("names the first record that was removed, with its link or without", () => {
    fc.assert(
      fc.property(size, place, fc.boolean(), (count, one, withLink) => {
        const rows = rowsOf(count);
        const links = seal(rows);
        const index = one % count;
        const left = rows.filter((_, at) => at !== index);
        const fault = faultOf(withLink ? links.filter((_, at) => at !== index) : links, left, {});
        if (!withLink) expect(fault).toMatchObject({ problem: "removed", seq: index + 1, id: links[index]?.auditId });
        // The last one is missed by the head alone.
        else if (index === count - 1)
          expect(createTailFault(links, rows)).toMatchObject({ problem: "cut_off", seq: count });
        else expect(fault).toMatchObject({ problem: "removed", seq: index + 1 });
      }),
    );
  });

  test("names the first of two records whose places were exchanged", () => {
    fc.assert(
      fc.property(size, place, place, fc.boolean(), (count, one, other, withHash) => {
        const [a, b] = [one % count, other % count].toSorted((x, y) => x - y) as [number, number];
        fc.pre(a !== b);
        const rows = rowsOf(count);
        const links = seal(rows);
        const swapped = links.map((link, index) => {
          const from = links[index === a ? b : index === b ? a : index] as AuditLink;
          return { ...from, seq: link.seq, ...(withHash ? {} : { hash: link.hash }) };
        });
        expect(faultOf(swapped, rows)).toMatchObject({ problem: "reordered", seq: a + 1, id: links[b]?.auditId });
      }),
    );
  });

  test("names a record that was put in between with a link, and everything computed anew, for its proof", () => {
    fc.assert(
      fc.property(size, place, fc.constantFrom(null, Buffer.alloc(20)), (count, one, proof) => {
        const rows = rowsOf(count);
        const index = one % (count + 1);
        const made = { ...(rows[0] as Row).entry, id: "aud_madeup" };
        const all = [...rows.slice(0, index), { entry: made, proof }, ...rows.slice(index)];
        const links = relink(all.map(({ entry }) => entry));
        expect(faultOf(links, all)).toMatchObject({ seq: index + 1, id: "aud_madeup" });
      }),
    );
  });

  test("names a second link with a number that is taken", () => {
    const rows = rowsOf(3);
    const links = seal(rows);
    const check = createChainCheck(start);
    const twice = joined(links, rows).toSpliced(2, 0, joined(links, rows)[1] as LinkedEntry);
    expect(check.check(twice)).toMatchObject({ problem: "added", seq: 2 });
  });

  test("names a link of which anything was altered", () => {
    const alterations = fc.constantFrom<(link: AuditLink) => AuditLink>(
      (link) => ({ ...link, rowHash: noHash }),
      (link) => ({ ...link, hash: noHash }),
      (link) => ({ ...link, sealedAt: new Date(0) }),
      (link) => ({ ...link, auditAt: new Date(0) }),
      (link) => ({ ...link, auditId: "aud_other" }),
    );
    fc.assert(
      fc.property(size, place, alterations, (count, one, alter) => {
        const rows = rowsOf(count);
        const links = seal(rows);
        const index = one % count;
        links[index] = alter(links[index] as AuditLink);
        expect(faultOf(links, rows)).toMatchObject({ problem: "link_altered", seq: index + 1 });
      }),
    );
  });

  test("that was rewritten without a record fails against the first anchor behind it", () => {
    fc.assert(
      fc.property(size, place, place, (count, one, other) => {
        const rows = rowsOf(count);
        const links = seal(rows);
        const gone = one % count;
        const anchored = other % count;
        fc.pre(gone <= anchored && anchored < count - 1);
        const left = rows.filter((_, at) => at !== gone);
        const anchors = [anchorOf(links[anchored] as AuditLink)];
        expect(faultOf(relink(left.map(({ entry }) => entry)), left, { anchors })).toMatchObject({
          problem: "rewritten",
          seq: anchored + 1,
        });
      }),
    );
  });

  test("that ends before its anchor was cut off", () => {
    const rows = rowsOf(5);
    const links = seal(rows);
    const check = createChainCheck({ ...start, anchors: [anchorOf(links[4] as AuditLink)] });
    expect(check.check(joined(links.slice(0, 3), rows))).toBeNull();
    expect(check.finish(3)).toMatchObject({ problem: "cut_off", seq: 4 });
  });

  test("does without records whose time was over, and with none that is younger", () => {
    const rows = rowsOf(5);
    const links = seal(rows);
    const rowsSince = rows[2]?.entry.at ?? null;
    expect(faultOf(links, rows.slice(2).concat(rows.slice(0, 0)), { rowsSince })).toBeNull();
    const check = createChainCheck({ ...start, rowsSince });
    expect(check.check(joined(links, rows.slice(3)))).toMatchObject({ problem: "removed", seq: 3 });
    expect(check.retired).toBe(2);
  });
});

describe("sealing", () => {
  test("refuses what has no proof, another's, or a twin, and goes on without it", () => {
    const rows = rowsOf(5);
    const now = new Date();
    const proofs = ["good", "missing", "bad", "good", "good"] as const;
    const candidates = rows.map(({ entry }, index) => ({ entry, proof: proofs[index] ?? "bad", hasTwin: index === 3 }));
    const { links, refused } = sealEntries({ seq: 10, hash: noHash, sealedAt: null }, "env_1", candidates, null, now);
    expect(links.map(({ seq, auditId }) => [seq, auditId])).toEqual([
      [11, rows[0]?.entry.id],
      [12, rows[4]?.entry.id],
    ]);
    expect(refused.map(({ why }) => why)).toEqual(["unproven", "altered", "copied"]);
  });

  test("takes what was written before there were proofs, until then and no longer", () => {
    const rows = rowsOf(2);
    const candidates = rows.map(({ entry }) => ({ entry, proof: "missing" as const, hasTwin: false }));
    const until = rows[1]?.entry.at ?? null;
    const { links, refused } = sealEntries(
      { seq: 0, hash: noHash, sealedAt: null },
      "env_1",
      candidates,
      until,
      new Date(),
    );
    expect([links.length, refused.length]).toEqual([1, 1]);
  });

  test("never seals earlier than before, whatever the clock says", () => {
    const later = new Date("2030-01-01T00:00:00Z");
    const [row] = rowsOf(1) as [Row];
    const candidates = [{ entry: row.entry, proof: "good" as const, hasTwin: false }];
    const { links } = sealEntries({ seq: 4, hash: noHash, sealedAt: later }, "env_1", candidates, null, new Date(0));
    expect(links[0]?.sealedAt).toEqual(later);
  });
});

describe("a record's proof", () => {
  const [row] = rowsOf(1) as [Row];
  test("does not hold for any other record, nor for the same one at another time", () => {
    expect(checkProof(key, row.entry, row.proof)).toBe("good");
    expect(checkProof(createSecretKey(Buffer.alloc(32, 8)), row.entry, row.proof)).toBe("bad");
    expect(checkProof(key, { ...row.entry, id: "aud_other" }, row.proof)).toBe("bad");
    expect(checkProof(key, { ...row.entry, at: new Date(row.entry.at.getTime() + 17 * 60_000) }, row.proof)).toBe(
      "bad",
    );
    expect(checkProof(key, row.entry, Buffer.alloc(3))).toBe("bad");
    expect(checkProof(key, row.entry, null)).toBe("missing");
  });

  test("holds for what the database makes of a text with half a surrogate pair", () => {
    const record = { environmentId: "e", actor: "a\ud800", action: "credential.opened", target: "t" } as const;
    const proof = Buffer.from(proveRecord(key, "aud_1", record, row.entry.at), "hex");
    const entry: AuditEntry = { ...row.entry, ...record, id: "aud_1", actor: "a\ufffd", accountId: null, detail: {} };
    expect(checkProof(key, entry, proof)).toBe("good");
  });
});

function createTailFault(links: readonly AuditLink[], rows: readonly Row[]): ChainFault | null {
  const check = createChainCheck(start);
  return check.check(joined(links.slice(0, -1), rows)) ?? check.finish(links.length);
}

/** What somebody who knows the form, and has no key, would write. */
function relink(entries: readonly AuditEntry[]): AuditLink[] {
  let hash = noHash;
  return entries.map((entry, index) => {
    const link = {
      environmentId: "env_1",
      seq: index + 1,
      auditId: entry.id,
      auditAt: entry.at,
      rowHash: rowHashOf(entry),
      sealedAt: new Date("2026-12-01T00:00:00Z"),
    };
    hash = linkHashOf(link, hash);
    return { ...link, hash };
  });
}
