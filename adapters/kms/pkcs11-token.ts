import { randomBytes } from "node:crypto";
import pkcs11js, { type Handle, type PKCS11 } from "pkcs11js";
import { ivBytes, keyBytes, tagBytes } from "#core/domain/sealing/aead";
import type { Pkcs11Failure } from "./pkcs11-messages.ts";

/** One token, logged in when it is first needed. Methods reject with TokenFailed alone. */
export interface Pkcs11Token {
  encrypt(label: string, aad: Buffer, plain: Buffer): Promise<Buffer>;
  /** Null: these bytes don't open under this key and associated data. */
  decrypt(label: string, aad: Buffer, wrapped: Buffer): Promise<Buffer | null>;
  /** Makes another AES key beside the labelled one, which never leaves the token. @returns its label */
  generate(label: string): Promise<string>;
}

export class TokenFailed extends Error {
  readonly failure: Pkcs11Failure;

  constructor(kind: Pkcs11Failure["kind"], internal: string, left?: string) {
    super(internal);
    this.failure = { kind, internal, ...(left === undefined ? {} : { left }) };
  }
}

/** CKS_RO_USER_FUNCTIONS (PKCS#11 §4.2): a session that reads, and whose token is logged in. */
const readOnlyUserFunctions = 1;
/** Operations at a time; more wait for a session. */
const mostSessions = 8;

/**
 * AES-256-GCM inside the token, under keys found by label. Sealed form: `iv (12) | ciphertext+tag (48)`.
 *
 * A session or the whole token may be lost at any time (a network HSM that was restarted, a token pulled out): then the library is
 * started anew, logged in again, and the operation done once more.
 */
export function openPkcs11Token(
  pkcs11: PKCS11,
  settings: { readonly slot: { readonly label: string } | { readonly index: number }; readonly pin: string },
): Pkcs11Token {
  const idle: Handle[] = [];
  const waiting: (() => void)[] = [];
  const keys = new Map<string, Handle>();
  let busy = 0;
  let slot: Handle | null = null;
  let starting: Promise<void> | null = null;
  let generation = 0;

  const start = (): void => {
    pkcs11.C_Initialize({ flags: pkcs11js.CKF_OS_LOCKING_OK });
    slot = findSlot(pkcs11, settings.slot);
    const session = openSession(slot);
    try {
      pkcs11.C_Login(session, pkcs11js.CKU_USER, settings.pin);
    } catch (error) {
      const name = nameOf(error);
      if (/PIN/.test(name)) throw new TokenFailed("pin", name);
      if (name !== "CKR_USER_ALREADY_LOGGED_IN") throw error;
    }
    // It stays open and does nothing else: with its last session, a token logs out.
  };
  const openSession = (of: Handle, more = 0): Handle => pkcs11.C_OpenSession(of, pkcs11js.CKF_SERIAL_SESSION | more);
  /** Starts the library anew, once nobody is inside it any more; once for all who found the same one lost. */
  const restart = (lost: number): Promise<void> => {
    if (lost !== generation) return Promise.resolve();
    starting ??= startAnew().finally(() => (starting = null));
    return starting;
  };
  const startAnew = async (): Promise<void> => {
    while (isBusy()) await new Promise<void>((resolve) => waiting.push(resolve));
    idle.length = 0;
    keys.clear();
    if (slot !== null) quietly(() => pkcs11.C_Finalize());
    slot = null;
    try {
      start();
      generation += 1;
    } catch (error) {
      slot = null;
      quietly(() => pkcs11.C_Finalize());
      throw error;
    }
  };
  const isBusy = (): boolean => busy > 0;
  const release = (): void => {
    busy -= 1;
    // All of them look again: one may wait for a session, another for nobody to hold one.
    for (const wake of waiting.splice(0)) wake();
  };
  const take = async (): Promise<Handle> => {
    for (;;) {
      if (starting !== null) await starting;
      else if (slot === null) await restart(generation);
      else if (idle.length > 0 || busy < mostSessions) {
        busy += 1;
        try {
          return idle.pop() ?? openSession(slot);
        } catch (error) {
          release();
          throw error;
        }
      } else await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };

  const findKey = (session: Handle, label: string): Handle => {
    const known = keys.get(label);
    if (known !== undefined) return known;
    pkcs11.C_FindObjectsInit(session, [
      { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_SECRET_KEY },
      { type: pkcs11js.CKA_KEY_TYPE, value: pkcs11js.CKK_AES },
      { type: pkcs11js.CKA_LABEL, value: label },
    ]);
    const found = pkcs11.C_FindObjects(session, 2);
    pkcs11.C_FindObjectsFinal(session);
    const [key] = found;
    if (key === undefined) {
      // Whoever is not logged in sees no private key.
      const isLoggedIn = pkcs11.C_GetSessionInfo(session).state === readOnlyUserFunctions;
      if (!isLoggedIn) throw new TokenFailed("again", "the token has logged out");
      throw new TokenFailed("unavailable", `the token has no AES key labelled ${label}`);
    }
    if (found.length > 1) throw new TokenFailed("unavailable", `the token has several AES keys labelled ${label}`);
    keys.set(label, key);
    return key;
  };
  const isTaken = (session: Handle, label: string): boolean => {
    pkcs11.C_FindObjectsInit(session, [
      { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_SECRET_KEY },
      { type: pkcs11js.CKA_LABEL, value: label },
    ]);
    const found = pkcs11.C_FindObjects(session, 1);
    pkcs11.C_FindObjectsFinal(session);
    return found.length > 0;
  };
  /** In a session of its own that may write. Where the new key does not serve it goes again, and else stays in the token. */
  const makeBeside = async (session: Handle, label: string): Promise<string> => {
    let next = nextLabel(label);
    while (isTaken(session, next)) next = nextLabel(next);
    const writing = openToWrite();
    try {
      const made = make(writing, next);
      if (await works(session, made)) return next;
      const isGone = isDone(() => pkcs11.C_DestroyObject(writing, made));
      throw new TokenFailed("unsupported", `the new key ${next} did no AES-GCM`, isGone ? undefined : next);
    } finally {
      quietly(() => pkcs11.C_CloseSession(writing));
    }
  };
  const openToWrite = (): Handle => {
    try {
      return openSession(slot ?? Buffer.alloc(0), pkcs11js.CKF_RW_SESSION);
    } catch (error) {
      const name = nameOf(error);
      throw mayNotMake.test(name) ? new TokenFailed("denied", name) : error;
    }
  };
  /** Once: whatever goes wrong here is not tried again, since the token may have the key. */
  const make = (writing: Handle, label: string): Handle => {
    try {
      return pkcs11.C_GenerateKey(writing, { mechanism: pkcs11js.CKM_AES_KEY_GEN }, [
        { type: pkcs11js.CKA_LABEL, value: label },
        { type: pkcs11js.CKA_ID, value: randomBytes(16) },
        { type: pkcs11js.CKA_VALUE_LEN, value: keyBytes },
        { type: pkcs11js.CKA_TOKEN, value: true },
        { type: pkcs11js.CKA_PRIVATE, value: true },
        { type: pkcs11js.CKA_SENSITIVE, value: true },
        { type: pkcs11js.CKA_EXTRACTABLE, value: false },
        { type: pkcs11js.CKA_ENCRYPT, value: true },
        { type: pkcs11js.CKA_DECRYPT, value: true },
      ]);
    } catch (error) {
      const name = nameOf(error);
      const kind = mayNotMake.test(name) ? "denied" : canNotMake.test(name) ? "unsupported" : "unknown";
      throw new TokenFailed(kind, kind === "unknown" ? `${name}, when it was to make ${label}` : name);
    }
  };

  const seal = async (session: Handle, key: Handle, aad: Buffer, plain: Buffer): Promise<Buffer> => {
    const iv = randomBytes(ivBytes);
    pkcs11.C_EncryptInit(session, mechanism(iv, aad), key);
    const sealed = await pkcs11.C_EncryptAsync(session, plain, Buffer.alloc(plain.length + tagBytes));
    if (sealed.length !== plain.length + tagBytes)
      throw new TokenFailed("unavailable", "the token's ciphertext has no tag");
    return Buffer.concat([iv, sealed]);
  };
  const unseal = async (session: Handle, key: Handle, aad: Buffer, sealed: Buffer): Promise<Buffer> => {
    pkcs11.C_DecryptInit(session, mechanism(sealed.subarray(0, ivBytes), aad), key);
    // Room for the tag too: some libraries ask for it, and give back what is needed.
    const out = Buffer.alloc(sealed.length - ivBytes);
    return await pkcs11.C_DecryptAsync(session, sealed.subarray(ivBytes), out);
  };
  /** Whether the key itself works: libraries have one code for a wrong tag and for being out of order. */
  const works = async (session: Handle, key: Handle): Promise<boolean> => {
    try {
      const probe = randomBytes(keyBytes);
      return (await unseal(session, key, probe, await seal(session, key, probe, probe))).equals(probe);
    } catch {
      return false;
    }
  };

  const once = async <T>(label: string, work: (session: Handle, key: Handle) => Promise<T>): Promise<T> => {
    const session = await take();
    let isGood = false;
    try {
      const answer = await work(session, findKey(session, label));
      isGood = true;
      return answer;
    } finally {
      // One that failed may still have an operation open.
      if (isGood) idle.push(session);
      else quietly(() => pkcs11.C_CloseSession(session));
      release();
    }
  };
  const run = async <T>(label: string, work: (session: Handle, key: Handle) => Promise<T>): Promise<T> => {
    const from = generation;
    try {
      try {
        return await once(label, work);
      } catch (error) {
        if (!isLost(error)) throw error;
        await restart(from);
        return await once(label, work);
      }
    } catch (error) {
      throw error instanceof TokenFailed
        ? error
        : new TokenFailed(isLost(error) ? "again" : "unavailable", nameOf(error));
    }
  };

  return {
    encrypt: (label, aad, plain) => run(label, (session, key) => seal(session, key, aad, plain)),
    decrypt: (label, aad, wrapped) =>
      run(label, async (session, key) => {
        try {
          return await unseal(session, key, aad, wrapped);
        } catch (error) {
          const name = nameOf(error);
          if (/^CKR_(?:ENCRYPTED_DATA_INVALID|ENCRYPTED_DATA_LEN_RANGE|AEAD_DECRYPT_FAILED)$/.test(name)) return null;
          if (isLost(error) || !(await works(session, key))) throw error;
          return null;
        }
      }),
    generate: (label) => run(label, (session) => makeBeside(session, label)),
  };
}

/** `tokens-1` → `tokens-2`, `tokens` → `tokens-2`. */
export function nextLabel(label: string): string {
  const [, stem = label, digits] = /^(.*?)(\d{1,9})$/.exec(label) ?? [];
  return digits === undefined ? `${label}-2` : `${stem}${String(Number(digits) + 1).padStart(digits.length, "0")}`;
}

/** PKCS#11 §5.1: the user, the session or the token may not. */
const mayNotMake =
  /^CKR_(?:ACTION_PROHIBITED|SESSION_READ_ONLY|SESSION_READ_ONLY_EXISTS|TOKEN_WRITE_PROTECTED|FUNCTION_REJECTED|OPERATION_NOT_\w+)$/;
/** The token has no such keys, or none that are made so. */
const canNotMake =
  /^CKR_(?:MECHANISM_\w+|FUNCTION_NOT_SUPPORTED|TEMPLATE_\w+|ATTRIBUTE_\w+|KEY_SIZE_RANGE|CURVE_NOT_SUPPORTED)$/;

function mechanism(iv: Buffer, aad: Buffer) {
  const parameter = { type: pkcs11js.CK_PARAMS_AES_GCM, iv, aad, ivBits: ivBytes * 8, tagBits: tagBytes * 8 };
  return { mechanism: pkcs11js.CKM_AES_GCM, parameter };
}

function findSlot(pkcs11: PKCS11, wanted: { readonly label: string } | { readonly index: number }): Handle {
  const slots = pkcs11.C_GetSlotList(true);
  const slot =
    "index" in wanted
      ? slots[wanted.index]
      : slots.find((one) => pkcs11.C_GetTokenInfo(one).label.replace(/[\s\0]+$/, "") === wanted.label);
  if (slot !== undefined) return slot;
  const words = "index" in wanted ? `no token at ${wanted.index}` : `no token labelled ${wanted.label}`;
  throw new TokenFailed("again", `${words} among ${slots.length}`);
}

/** What a library says once a session, the login or the token is gone. */
const lost =
  /^CKR_(?:SESSION_(?:HANDLE_INVALID|CLOSED)|USER_NOT_LOGGED_IN|DEVICE_(?:REMOVED|ERROR|MEMORY)|TOKEN_NOT_(?:PRESENT|RECOGNIZED)|CRYPTOKI_NOT_INITIALIZED|KEY_HANDLE_INVALID|OBJECT_HANDLE_INVALID|SLOT_ID_INVALID)$/;

function isLost(error: unknown): boolean {
  return error instanceof TokenFailed ? error.failure.kind === "again" : lost.test(nameOf(error));
}

/** `CKR_…` alone: other words of a library are not ours to repeat. */
function nameOf(error: unknown): string {
  return /CKR_\w+/.exec(error instanceof Error ? error.message : "")?.[0] ?? "an error of the library";
}

function quietly(work: () => void): void {
  // Where it can't be done, it was gone already.
  isDone(work);
}

function isDone(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
