import type { Caller } from "../domain/access/permission.ts";
import { concludeRequest, type Conclusion } from "../domain/idempotency/idempotency-key.ts";
import { idRandomBytes, makeId, type IdPrefix } from "../domain/identifier/identifier.ts";
import { DomainError, assertNever } from "../domain/problem/domain-error.ts";
import { lengthPrefixed, type SealLocation } from "../domain/sealing/envelope.ts";
import type { IdempotencyMemo, IdempotencyStore, IdempotentRun } from "../ports/idempotency-store.ts";
import type { Log } from "../ports/log.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { SecretDigests } from "../ports/secret-digests.ts";
import type { Vault } from "./vault.ts";

export interface RunOncePorts {
  readonly idempotency: IdempotencyStore;
  readonly digests: SecretDigests;
  readonly vault: Vault;
  readonly random: Randomness;
  readonly log: Log;
}

/** What a request with an idempotency key goes by, the same in every run of it. */
export interface Once {
  /** When the key was used first. */
  readonly since: Date;
  /** No earlier run of it was broken off, or ended without an answer. */
  readonly isFirst: boolean;
  /** The id of what the request makes; one for each prefix. */
  id(prefix: IdPrefix): string;
  /** 32 bytes for the secret that it makes. Nothing but EVERGRANT_SECRET and the record, which goes after a day, gives them again. */
  secret(): Uint8Array;
  /** What the first run found, where this is a later one. @throws DomainError conflict when another run took over */
  remember<T extends IdempotencyMemo>(memo: T): Promise<T>;
}

export interface StoredAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** @property conclusion what becomes of the key; absent: by the status */
export type RunAnswer = StoredAnswer & { readonly conclusion?: Conclusion };

export interface OnceRequest {
  readonly key: string;
  readonly method: string;
  /** Path and query, as written. */
  readonly target: string;
  readonly body: string;
}

/** A run is taken over when nobody has extended it for so long, seconds: its process has died. */
export const onceLeaseSeconds = 30;

/**
 * Runs a request once for each key: whoever sends it again gets the stored answer. An answer that is not stored was not given
 * either; the next run goes by the same ids and finds what an earlier one has made, wherever that one's process died.
 *
 * @param run makes the answer; every status counts, nothing is thrown
 * @throws DomainError `conflict` while the request runs, `invalid_request` when the key belongs to another one
 */
export async function runOnce(
  ports: RunOncePorts,
  caller: Caller,
  request: OnceRequest,
  run: (once: Once) => Promise<RunAnswer>,
): Promise<{ readonly answer: StoredAnswer; readonly isRepeated: boolean }> {
  const { environmentId } = caller;
  const fingerprint = digestOf(ports, "idempotent_request", [request.method, request.target, request.body]);
  const begun = await ports.idempotency.begin({
    digest: digestOf(ports, "idempotency_key", [environmentId, caller.kind, caller.id, request.key]),
    id: makeId("idm", ports.random.bytes(idRandomBytes)),
    environmentId,
    fingerprint,
    leaseSeconds: onceLeaseSeconds,
  });
  switch (begun.kind) {
    case "begun":
      return { answer: await runAndKeep(ports, caller, begun.run, fingerprint, run), isRepeated: false };
    case "answered":
      return { answer: await openAnswer(ports, caller, begun), isRepeated: true };
    case "running":
      throw stillRunning();
    case "other_request":
      throw new DomainError("invalid_request", {
        detail: "This Idempotency-Key was used for another request.",
        errors: [
          {
            pointer: "Idempotency-Key",
            detail: "belongs to a request with another address or body; send that one, or use a new key",
          },
        ],
      });
    default:
      return assertNever(begun);
  }
}

async function runAndKeep(
  ports: RunOncePorts,
  caller: Caller,
  run: IdempotentRun,
  fingerprint: Uint8Array,
  work: (once: Once) => Promise<RunAnswer>,
): Promise<StoredAnswer> {
  const tell = (text: string) => (error: unknown) => ports.log.warn({ run: run.id, error }, text);
  const extending = setInterval(
    () =>
      void ports.idempotency
        .extend(run, onceLeaseSeconds)
        .catch(tell("a request with an idempotency key could not say that it still runs")),
    (onceLeaseSeconds * 1000) / 3,
  );
  let conclusion = concludeRequest(500);
  try {
    // Before anything is done: a key service that is away must not cost the answer.
    const dataKey = await ports.vault.prepare(caller.environmentId);
    const { conclusion: concluded, ...answer } = await work(onceOf(ports, run, fingerprint));
    conclusion = concluded ?? concludeRequest(answer.status);
    if (conclusion !== "keep") return answer;
    // Until it is kept it is not given: otherwise a later run could make another one.
    conclusion = "again";
    const plaintext = Buffer.from(JSON.stringify(answer));
    const sealed = ports.vault.seal(dataKey, locationOf(caller.environmentId, run.id), plaintext);
    plaintext.fill(0);
    const isKept = await ports.idempotency.finish(run, sealed, {
      environmentId: caller.environmentId,
      actor: caller.id,
      action: "secret.sealed",
      target: run.id,
      keyId: sealed.kid,
      detail: { field: "idempotent_answer", version: 1 },
    });
    if (!isKept) throw stillRunning();
    conclusion = "keep";
    return answer;
  } finally {
    clearInterval(extending);
    // A database that is away gives it back when the lease is over.
    if (conclusion !== "keep") {
      await ports.idempotency
        .release(run, conclusion)
        .catch(tell("an idempotency key was not given back; it is when its lease is over"));
    }
  }
}

async function openAnswer(
  ports: RunOncePorts,
  caller: Caller,
  { id, sealed }: { readonly id: string; readonly sealed: Uint8Array },
): Promise<StoredAnswer> {
  const plaintext = await ports.vault.open(locationOf(caller.environmentId, id), sealed, {
    actor: caller.id,
    purpose: "repeated_request",
  });
  const answer = JSON.parse(plaintext.toString()) as StoredAnswer;
  plaintext.fill(0);
  return answer;
}

function onceOf(ports: RunOncePorts, run: IdempotentRun, fingerprint: Uint8Array): Once {
  // A key that is used again after its day, or after a refusal, is another request: it makes other things.
  const seed = [run.id, Buffer.from(fingerprint).toString("base64")];
  return {
    since: run.since,
    isFirst: run.run === 1,
    id: (prefix) =>
      makeId(
        prefix,
        Buffer.concat(["1", "2", "3"].map((part) => digestOf(ports, "derived_id", [...seed, prefix, part]))),
      ),
    secret: () => digestOf(ports, "derived_secret", seed),
    async remember<T extends IdempotencyMemo>(memo: T) {
      const kept = await ports.idempotency.remember(run, memo);
      if (kept === null) throw stillRunning();
      return kept as T;
    },
  };
}

function stillRunning(): DomainError {
  return new DomainError("conflict", {
    detail: "The first request with this Idempotency-Key is still being answered. Send it again in a moment.",
    retryAfterSeconds: 2,
  });
}

function locationOf(environmentId: string, owner: string): SealLocation {
  return { environmentId, owner, field: "idempotent_answer", version: 1 };
}

/** Length-prefixed, so that no two requests read alike. */
function digestOf(
  ports: RunOncePorts,
  purpose: "idempotency_key" | "idempotent_request" | "derived_id" | "derived_secret",
  parts: readonly string[],
): Uint8Array {
  return ports.digests.digest(purpose, Buffer.from(lengthPrefixed(parts)).toString("latin1"));
}
