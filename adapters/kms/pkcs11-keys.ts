import { fork, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ivBytes, keyBytes, tagBytes } from "#core/domain/sealing/aead";
import type { Randomness } from "#core/ports/randomness";
import { callKms, type KmsVerdict } from "./call-kms.ts";
import { asRotation, callRotation, type RotationVerdict } from "./call-rotation.ts";
import type { KeyWrapper } from "./keyed-kms.ts";
import type { KeyReference } from "./parse-key-references.ts";
import type { Pkcs11Answer, Pkcs11Failure, Pkcs11Request, Pkcs11Start } from "./pkcs11-messages.ts";
import type { Pkcs11KmsConfig, SecretSource } from "./read-kms-config.ts";
import { associatedData } from "./wrap-context.ts";

const main = fileURLToPath(new URL("pkcs11-process.ts", import.meta.url));
const wrappedBytes = ivBytes + keyBytes + tagBytes;

/**
 * An HSM by its PKCS#11 library, in a process of its own, started when first needed (see pkcs11-process.ts). Wraps with AES-256-GCM
 * inside the HSM, the context being the associated data. Wrapped form: `iv (12) | ciphertext+tag (48)`.
 *
 * A call that is not answered within its deadline ends that process, and with it the library's call; the next one starts another.
 *
 * @param environment of that process; by default ours without what is ours, since libraries read variables of their own
 */
export function createPkcs11Keys(
  config: Pick<Pkcs11KmsConfig, "module" | "slot" | "pin" | "deadlineMs">,
  random: Pick<Randomness, "fraction">,
  environment: NodeJS.ProcessEnv = libraryEnvironment(process.env),
): KeyWrapper<KeyReference> {
  const holder = createHolder(config, environment);
  const call = (
    operation: "encrypt" | "decrypt",
    key: KeyReference,
    aad: Uint8Array,
    bytes: Uint8Array,
  ): Promise<Uint8Array | null> =>
    callKms({ what: `PKCS#11, ${operation} with ${key.id}`, deadlineMs: config.deadlineMs, random, judge }, (signal) =>
      holder.ask({ operation, label: key.reference, aad, bytes }, signal),
    );

  return {
    async wrap(key, context, plain) {
      const wrapped = await call("encrypt", key, associatedData(context), plain);
      if (wrapped === null) throw new Error("an encryption has nothing to be invalid");
      return wrapped;
    },
    async unwrap(key, context, wrapped) {
      return wrapped.length === wrappedBytes ? await call("decrypt", key, associatedData(context), wrapped) : null;
    },
    async addVersion(key) {
      const none = new Uint8Array();
      const label = await callRotation({ kid: key.id, deadlineMs: config.deadlineMs, judge: judgeRotation }, (signal) =>
        holder.ask({ operation: "generate", label: key.reference, aad: none, bytes: none }, signal),
      );
      return { kind: "key", kid: key.id, reference: Buffer.from(label ?? none).toString("utf8") };
    },

    async close() {
      holder.end("closed");
    },
  };
}

class HolderFailed extends Error {
  readonly failure: Pkcs11Failure;

  constructor(kind: Pkcs11Failure["kind"], internal: string, left?: string) {
    super(internal);
    this.failure = { kind, internal, ...(left === undefined ? {} : { left }) };
  }
}

/** The library's process has ended: whatever it had in hand may have been done. */
class HolderEnded extends HolderFailed {}

function judge(error: unknown): KmsVerdict {
  if (!(error instanceof HolderFailed)) return { kind: "unavailable", internal: "an error of the process" };
  const { kind, internal } = error.failure;
  return { kind: kind === "again" ? "again" : "unavailable", internal };
}

function judgeRotation(error: unknown): RotationVerdict {
  if (!(error instanceof HolderFailed)) return asRotation(judge(error), false);
  const { kind, internal, left } = error.failure;
  switch (kind) {
    case "pin":
      return { kind: "denied", words: internal };
    case "denied":
      return {
        kind: "denied",
        words: `${internal}: the user of EVERGRANT_KMS_PIN may not make keys; let one who may (C_GenerateKey) make an AES key with another label, and put it in front`,
      };
    case "unsupported":
      return {
        kind: "unsupported",
        words: `${internal}: the token makes no such key on demand; make an AES key of 256 bits with another label in its maker's way, and put it in front`,
        ...(left === undefined ? {} : { left: `The key ${left} is on the token and could not be removed: remove it.` }),
      };
    default:
      return asRotation(judge(error), kind !== "unknown" && !(error instanceof HolderEnded));
  }
}

interface Waiting {
  readonly resolve: (bytes: Uint8Array | null) => void;
  readonly reject: (error: HolderFailed) => void;
}

/** The process with the library in it: there is none, or one. */
function createHolder(config: Pick<Pkcs11KmsConfig, "module" | "slot" | "pin">, environment: NodeJS.ProcessEnv) {
  const waiting = new Map<number, Waiting>();
  let child: ChildProcess | null = null;
  let lastId = 0;
  let pin = "";
  /** A token locks itself after a few wrong PINs, so each is tried once. */
  let refusedPin: string | null = null;

  const end = (why: string): void => {
    child?.removeAllListeners();
    // An error of a process that is being ended has nobody to tell.
    child?.on("error", () => {});
    child?.kill("SIGKILL");
    child = null;
    for (const one of waiting.values())
      one.reject(new HolderEnded("again", `the process of the library ended: ${why}`));
    waiting.clear();
  };
  const settle = (answer: Pkcs11Answer): void => {
    const one = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) child?.channel?.unref();
    if (answer.kind === "bytes") return one?.resolve(answer.bytes);
    const { kind, internal, left } = answer.failure;
    if (kind !== "pin") return one?.reject(new HolderFailed(kind, internal, left));
    refusedPin = pin;
    one?.reject(pinRefused(internal));
    end("its PIN was refused");
  };
  const start = (): ChildProcess => {
    pin = readPin(config.pin);
    if (pin === refusedPin) throw pinRefused("it was refused before");
    const started = fork(main, {
      env: { ...environment, UV_THREADPOOL_SIZE: "16" },
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      serialization: "advanced",
    });
    started.unref();
    started.on("message", settle);
    started.on("error", () => end("it could not be started"));
    started.on("exit", (code, signal) => end(String(signal ?? code)));
    started.send({ module: config.module, slot: config.slot, pin } satisfies Pkcs11Start);
    return started;
  };

  return {
    end,
    async ask(request: Omit<Pkcs11Request, "id">, signal: AbortSignal): Promise<Uint8Array | null> {
      child ??= start();
      const id = (lastId += 1);
      const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | null>();
      waiting.set(id, { resolve, reject });
      // Whoever waits keeps this process alive; the other one alone does not.
      child.channel?.ref();
      const onLate = (): void => {
        if (waiting.has(id)) end("it did not answer in time");
      };
      signal.addEventListener("abort", onLate, { once: true });
      child.send({ id, ...request } satisfies Pkcs11Request, (error) => {
        if (error !== null && waiting.has(id)) end("it can't be reached");
      });
      try {
        return await promise;
      } finally {
        signal.removeEventListener("abort", onLate);
      }
    },
  };
}

function pinRefused(internal: string): HolderFailed {
  return new HolderFailed(
    "pin",
    `the PIN was refused (${internal}); it is not tried again, since tokens lock themselves: correct EVERGRANT_KMS_PIN and start anew, or EVERGRANT_KMS_PIN_FILE`,
  );
}

function readPin(source: SecretSource): string {
  if (source.from === "variable") return source.value;
  try {
    return readFileSync(source.path, "utf8").trim();
  } catch {
    throw new HolderFailed("unavailable", "the file of EVERGRANT_KMS_PIN_FILE can't be read");
  }
}

/** Makers' libraries find their configuration by variables of their own. Ours hold what they have no business with. */
export function libraryEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !/^(?:EVERGRANT_|PG|POSTGRES|METRICS_TOKEN$|NODE_OPTIONS$)|DATABASE_URL$/.test(name),
  );
  return Object.fromEntries(kept) as NodeJS.ProcessEnv;
}
