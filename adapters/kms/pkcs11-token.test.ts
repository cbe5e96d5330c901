import type { PKCS11 } from "pkcs11js";
import { describe, expect, it } from "vitest";
import { decrypt, encrypt } from "#core/domain/sealing/aead";
import { openPkcs11Token, type TokenFailed } from "./pkcs11-token.ts";

interface Faults {
  /** Where a key that was asked for is made, and the answer is this all the same. */
  readonly afterMaking?: string;
  /** Where none is made. */
  readonly insteadOfMaking?: string;
  readonly onWriting?: string;
  /** The keys that it makes do no AES-GCM. */
  readonly makesUseless?: boolean;
  readonly onRemoving?: string;
}

/** A token in memory with one key, `tokens-1`; its handles are places in a list. */
function startToken(faults: Faults = {}) {
  const keys: { label: string; key: Buffer; isUseless: boolean }[] = [
    { label: "tokens-1", key: Buffer.alloc(32, 7), isUseless: false },
  ];
  const calls: string[] = [];
  const fail = (name: string | undefined): void => {
    if (name !== undefined) throw new Error(`${name}:304`);
  };
  let wanted = "";
  let operation: { iv: Buffer; aad: Buffer; key: (typeof keys)[number] | undefined } | null = null;
  const begin = (_: Buffer, { parameter }: any, handle: Buffer): void => {
    operation = { iv: parameter.iv, aad: parameter.aad, key: keys[handle.readUInt8(0)] };
  };
  const used = (): { iv: Buffer; aad: Buffer; key: Buffer } => {
    if (operation?.key === undefined || operation.key.isUseless) throw new Error("CKR_KEY_TYPE_INCONSISTENT:99");
    return { ...operation, key: operation.key.key };
  };
  const library = {
    C_Initialize: () => {},
    C_Finalize: () => {},
    C_GetSlotList: () => [Buffer.of(0)],
    C_OpenSession(_: Buffer, flags: number) {
      if ((flags & 2) !== 0) fail(faults.onWriting);
      return Buffer.of(1);
    },
    C_CloseSession: () => {},
    C_Login: () => {},
    C_GetSessionInfo: () => ({ state: 1 }),
    C_FindObjectsInit(_: Buffer, template: { type: number; value: unknown }[]) {
      wanted = String(template.find(({ type }) => type === 3)?.value);
    },
    C_FindObjects: () => keys.flatMap(({ label }, place) => (label === wanted ? [Buffer.of(place)] : [])),
    C_FindObjectsFinal: () => {},
    C_GenerateKey(_: Buffer, __: unknown, template: { type: number; value: unknown }[]) {
      calls.push("generate");
      fail(faults.insteadOfMaking);
      const label = String(template.find(({ type }) => type === 3)?.value);
      keys.push({ label, key: Buffer.alloc(32, keys.length), isUseless: faults.makesUseless === true });
      fail(faults.afterMaking);
      return Buffer.of(keys.length - 1);
    },
    C_DestroyObject(_: Buffer, handle: Buffer) {
      calls.push("destroy");
      fail(faults.onRemoving);
      keys.splice(handle.readUInt8(0), 1);
    },
    C_EncryptInit: begin,
    C_DecryptInit: begin,
    async C_EncryptAsync(_: Buffer, plain: Buffer) {
      const { key, iv, aad } = used();
      return encrypt(key, iv, aad, plain);
    },
    async C_DecryptAsync(_: Buffer, sealed: Buffer) {
      const { key, iv, aad } = used();
      const plain = decrypt(key, iv, aad, sealed);
      if (plain === null) throw new Error("CKR_GENERAL_ERROR:5");
      return plain;
    },
  };
  const token = openPkcs11Token(library as unknown as PKCS11, { slot: { index: 0 }, pin: "1234" });
  return { token, calls, labels: () => keys.map(({ label }) => label) };
}

async function failureOf(faults: Faults, label = "tokens-1") {
  const started = startToken(faults);
  const error: unknown = await started.token.generate(label).catch((thrown: unknown) => thrown);
  return { ...started, failure: (error as TokenFailed).failure };
}

describe("a key that is made beside another", () => {
  it("has the next free label, and works", async () => {
    const { token, labels } = startToken();
    expect(await token.generate("tokens-1")).toBe("tokens-2");
    expect(await token.generate("tokens-1")).toBe("tokens-3");
    expect(labels()).toEqual(["tokens-1", "tokens-2", "tokens-3"]);
  });

  it.each(["CKR_DEVICE_ERROR", "CKR_SESSION_HANDLE_INVALID", "CKR_GENERAL_ERROR"])(
    "is asked for once, though the token answers %s when it has made it",
    async (code) => {
      const { failure, calls, labels } = await failureOf({ afterMaking: code });
      expect(failure).toEqual({ kind: "unknown", internal: `${code}, when it was to make tokens-2` });
      expect(calls).toEqual(["generate"]);
      expect(labels()).toEqual(["tokens-1", "tokens-2"]);
    },
  );

  it.each([
    ["denied", { insteadOfMaking: "CKR_ACTION_PROHIBITED" }],
    ["denied", { onWriting: "CKR_TOKEN_WRITE_PROTECTED" }],
    ["unsupported", { insteadOfMaking: "CKR_MECHANISM_INVALID" }],
    ["unavailable", { onWriting: "CKR_SESSION_COUNT" }],
  ] as const)("says that it is %s where the token says so", async (kind, faults) => {
    const { failure, labels } = await failureOf(faults);
    expect(failure.kind).toBe(kind);
    expect(labels()).toEqual(["tokens-1"]);
  });

  it("is removed where it does not serve, and named where it can't be", async () => {
    const removed = await failureOf({ makesUseless: true });
    expect(removed.failure).toEqual({ kind: "unsupported", internal: "the new key tokens-2 did no AES-GCM" });
    expect(removed.labels()).toEqual(["tokens-1"]);
    const left = await failureOf({ makesUseless: true, onRemoving: "CKR_ACTION_PROHIBITED" });
    expect(left.failure).toMatchObject({ kind: "unsupported", left: "tokens-2" });
    expect(left.labels()).toEqual(["tokens-1", "tokens-2"]);
  });

  it("is made beside none that is not there", async () => {
    const { failure, calls } = await failureOf({}, "gone");
    expect(failure).toMatchObject({
      kind: "unavailable",
      internal: expect.stringContaining("no AES key labelled gone"),
    });
    expect(calls).toEqual([]);
  });
});
