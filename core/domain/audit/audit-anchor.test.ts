import { expect, test } from "vitest";
import {
  anchorSignerOf,
  checkAnchor,
  formatAnchorKey,
  parseAnchorKey,
  signAnchor,
  type AnchorStatement,
} from "./audit-anchor.ts";
import { noHash } from "./audit-link.ts";

// RFC 8032 §7.1, test 1: the seed and its public key.
const seed = Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex");
const publicKey = Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex");
const statement: AnchorStatement = {
  environmentId: "env_1",
  kind: "head",
  seq: 3,
  hash: noHash,
  at: new Date("2026-12-01T10:00:00.000Z"),
  rowsSince: null,
  unprovenUntil: null,
  note: null,
};

test("the key is Ed25519's of the seed, and is given away as 32 bytes", () => {
  expect(formatAnchorKey(anchorSignerOf(seed))).toBe(publicKey.toString("base64url"));
});

test("whoever has the public key alone can check an anchor", () => {
  const signer = anchorSignerOf(seed);
  const key = parseAnchorKey(publicKey.toString("base64url"));
  expect(key?.id).toBe(signer.id);
  expect(checkAnchor(key === null ? [] : [key], signAnchor(signer, statement))).toBe("good");
});

test.each<[string, Partial<AnchorStatement>]>([
  ["another environment", { environmentId: "env_2" }],
  ["another kind", { kind: "retired" }],
  ["another number", { seq: 4 }],
  ["another hash", { hash: "1".repeat(64) }],
  ["another time", { at: new Date(0) }],
  ["another beginning", { rowsSince: new Date(0) }],
  ["another end of what is unproven", { unprovenUntil: new Date(0) }],
  ["another note", { note: "restored" }],
])("an anchor with %s than was signed is forged", (_, change) => {
  const signer = anchorSignerOf(seed);
  expect(checkAnchor([signer], { ...signAnchor(signer, statement), ...change })).toBe("forged");
});

test("an anchor of another installation is signed with an unknown key, and does not pass as ours", () => {
  const other = anchorSignerOf(Buffer.alloc(32, 1));
  const ours = anchorSignerOf(seed);
  expect(checkAnchor([ours], signAnchor(other, statement))).toBe("unknown_key");
  expect(checkAnchor([ours], { ...signAnchor(other, statement), keyId: ours.id })).toBe("forged");
});

test.each(["", "short", `${"A".repeat(43)}x`, "!".repeat(43)])("%j is no public key", (text) => {
  expect(parseAnchorKey(text)).toBeNull();
});
