import { DomainError } from "../domain/problem/domain-error.ts";
import { parseSealed, rewrapSealed } from "../domain/sealing/envelope.ts";
import {
  anewOf,
  batchSize,
  endPass,
  isClean,
  nextRate,
  pauseAfterBatch,
  rewrapLeaseSeconds,
  sampleSizeOf,
  type RewrapProgress,
  type RewrapRun,
} from "../domain/sealing/rewrap-run.ts";
import { sealedPlaces } from "../domain/sealing/sealed-place.ts";
import { isTenantKeyId } from "../domain/sealing/sealing-policy.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type {
  RewrapBatch,
  RewrapFailure,
  RewrapFailureReason,
  RewrappedValue,
  RewrapScope,
  RewrapStore,
  StoredValue,
} from "../ports/rewrap-store.ts";
import { canOpen, isKeyDisabled } from "./can-open.ts";
import { mapAtMost } from "./map-at-most.ts";
import type { SealingKeys } from "./sealing-keys.ts";
import type { Vault } from "./vault.ts";

export interface RewrapPorts {
  readonly rewraps: RewrapStore;
  readonly sealingKeys: SealingKeys;
  readonly vault: Pick<Vault, "open">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Calls of the KMS at a time. */
const callsAtOnce = 16;
/** Between two looks at the lease while a batch is in hand, milliseconds. */
const keepMs = (rewrapLeaseSeconds * 1000) / 3;
/** While the KMS is away. */
const firstPauseMs = 1_000;
const longestPauseMs = 15_000;
/** While somebody holds a row that a run over everything has come to. */
const heldPauseMs = 250;
const waitsForRow = "the next value is held by a transaction that is not over";

export interface RunOptions {
  readonly runId: string;
  /** Names this process in the lease. */
  readonly owner: string;
  /** Who stands in the audit log: `worker`, `command_line`. */
  readonly actor: string;
  /** Ends the work after the batch in hand; whoever takes the run next goes on from there. */
  readonly signal: AbortSignal;
  readonly onProgress?: (run: RewrapRun) => void;
}

/**
 * Works on a run until it is over, paused, somebody else's, or the signal comes (R42). No value is opened but those of the sample:
 * only the wrapped data key in a value's header changes, and only where the bytes are still those that were read, so that whatever is
 * written meanwhile wins. Each batch is one transaction with its progress: killed anywhere it goes on from the last one.
 *
 * @returns the run as this process left it; null: it was not to be had
 */
export async function runRewrap(ports: RewrapPorts, options: RunOptions): Promise<RewrapRun | null> {
  const { rewraps, log } = ports;
  const { runId, owner, signal } = options;
  const claimed = await rewraps.claim(runId, owner);
  if (claimed === null) return null;
  let run: RewrapRun = claimed;
  // What was changed a moment ago (a policy, a state of a key) is why there is a run.
  ports.sealingKeys.forgetState();
  try {
    const current = await untilKmsAnswers(ports, options, () => ports.sealingKeys.currentKid(run.environmentId));
    if (current === null) return run;
    if (current !== run.toKid) {
      // Of the configuration before, or of one after it: whoever has the right one takes it.
      log.warn({ run: runId, key: run.toKid, current }, "a re-wrap goes to a key that does not seal in this process");
      return run;
    }
    while (!signal.aborted && run.state === "running") {
      const now: RewrapRun = run;
      const next = await untilKmsAnswers(ports, options, () =>
        now.phase === "verifying" ? verify(ports, options, now) : step(ports, options, now),
      );
      if (next === null) break;
      run = next;
      options.onProgress?.(run);
    }
    return run;
  } finally {
    await rewraps.release(runId, owner);
  }
}

/**
 * A KMS that is away is waited for: the run stays where it is, and says why.
 * @returns null when the signal came, or the run is no longer this process's
 */
async function untilKmsAnswers<T>(
  { rewraps, clock, log }: RewrapPorts,
  { runId, owner, signal }: RunOptions,
  work: () => Promise<T | null>,
): Promise<T | null> {
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== "kms_unavailable") throw error;
      log.warn({ run: runId, error }, "the KMS does not answer; the re-wrap waits");
      const kept = await rewraps.keep(runId, owner, "kms_unavailable: the key service does not answer");
      if (kept?.state !== "running") return null;
      await clock.sleep(pauseMs, signal);
    }
  }
  return null;
}

async function scopeOf({ rewraps }: RewrapPorts, run: RewrapRun): Promise<RewrapScope> {
  const { environmentId, toKid, everything } = run;
  return { environmentId, toKid, everything, policy: await rewraps.policyOf(environmentId) };
}

/** One batch, or the way to the next place or pass. @returns null when the run is somebody else's */
async function step(ports: RewrapPorts, options: RunOptions, run: RewrapRun): Promise<RewrapRun | null> {
  const { rewraps, clock } = ports;
  const { owner, actor, signal } = options;
  const startedMs = clock.monotonicMs();
  // A held row costs no more than itself until it is free.
  const most = run.lastError === waitsForRow ? 1 : batchSize(run.pace);
  const values = await rewraps.readStale(await scopeOf(ports, run), run.place, run.cursor, most);
  if (values.length === 0) return await rewraps.moveOn(run.id, owner, behindPlace(run));
  const all = await mapHolding(ports, options, values, (value) => rewrapOne(ports, run, value));
  if (all === null) return null;
  // It is where this process believes that it belongs, and the database says that it is not.
  const unchanged = all.findIndex((one) => one.kind === "unchanged");
  if (unchanged >= 0) ports.sealingKeys.forgetState();
  // Another pass meets it, and a run over everything has none.
  for (let outcomes = run.everything && unchanged >= 0 ? all.slice(0, unchanged) : all; outcomes.length > 0;) {
    const tookMs = clock.monotonicMs() - startedMs;
    const pauseMs = pauseAfterBatch(run.pace, outcomes.length, tookMs);
    const done = await rewraps.writeBatch(batchOf(run, { owner, actor }, outcomes, (tookMs + pauseMs) / 1000));
    if (done === null) return null;
    if ("run" in done) {
      if (pauseMs > 0) await clock.sleep(pauseMs, signal);
      // Somebody may have paused it, or given it another pace.
      return await rewraps.keep(run.id, owner, null);
    }
    outcomes = before(outcomes, done.heldAt);
  }
  await clock.sleep(heldPauseMs, signal);
  return await rewraps.keep(run.id, owner, unchanged === 0 ? null : waitsForRow);
}

/** The outcomes before the one that is the given place among those to be written. */
function before(outcomes: readonly Outcome[], heldAt: number): readonly Outcome[] {
  const held = outcomes.filter((one) => one.kind === "rewrapped")[heldAt];
  return held === undefined ? [] : outcomes.slice(0, outcomes.indexOf(held));
}

/** @param seconds that it took, with the pause behind it */
function batchOf(
  run: RewrapRun,
  { owner, actor }: Pick<RunOptions, "owner" | "actor">,
  outcomes: readonly Outcome[],
  seconds: number,
): RewrapBatch {
  const rewrapped = outcomes.flatMap((one) => (one.kind === "rewrapped" ? [one.rewrapped] : []));
  const failures = outcomes.flatMap((one) => (one.kind === "failed" ? [one.failure] : []));
  const last = outcomes.at(-1);
  return {
    runId: run.id,
    owner,
    environmentId: run.environmentId,
    place: run.place,
    values: rewrapped,
    // One that is passed over is met by the next pass, and a run over everything has none.
    held: run.everything ? "refused" : "left",
    failures,
    progress: (written) => ({
      ...progressOf(run),
      cursor: last === undefined ? run.cursor : cursorOf(run, last.value),
      found: run.found + outcomes.length,
      written: run.written + written,
      done: run.done + written,
      failed: run.failed + failures.length,
      anew: run.anew + anewOf(run, written),
      rate: nextRate(run.rate, outcomes.length, seconds),
    }),
    audit: (written) =>
      rewrapped.length + failures.length === 0
        ? null
        : {
            environmentId: run.environmentId,
            actor,
            action: "rewrap.batch",
            target: run.id,
            keyId: run.toKid,
            detail: {
              place: run.place,
              rewrapped: written,
              changed_meanwhile: rewrapped.length - written,
              failed: failures.length,
              from: [...new Set(outcomes.map(({ value }) => value.kid))].slice(0, 20),
            },
          },
  };
}

/**
 * Over the values of a run that this process holds. A KMS that is slow may take longer for a batch than a lease lasts: without a look
 * meanwhile another process would take the run, and its work as well as ours would be for nothing.
 *
 * @returns null when the run is somebody else's by now
 */
async function mapHolding<T>(
  { rewraps, clock }: RewrapPorts,
  { runId, owner }: RunOptions,
  values: readonly StoredValue[],
  work: (value: StoredValue) => Promise<T>,
): Promise<readonly T[] | null> {
  let isLost = false;
  let keptMs = clock.monotonicMs();
  const outcomes = await mapAtMost(callsAtOnce, values, async (value) => {
    if (clock.monotonicMs() - keptMs >= keepMs) {
      keptMs = clock.monotonicMs();
      isLost ||= (await rewraps.keep(runId, owner, null)) === null;
    }
    return isLost ? [] : [await work(value)];
  });
  return isLost ? null : outcomes.flat();
}

function behindPlace(run: RewrapRun): RewrapProgress {
  const next = sealedPlaces[sealedPlaces.indexOf(run.place) + 1];
  if (next !== undefined) return { ...progressOf(run), place: next, cursor: null };
  const ended = endPass(run, run.everything);
  return ended.kind === "again" ? ended.progress : { ...progressOf(run), phase: "verifying", cursor: null };
}

function progressOf(run: RewrapRun): RewrapProgress {
  const { phase, pass, place, cursor, found, written, leftOver, done, failed, anew } = run;
  return { phase, pass, place, cursor, found, written, leftOver, done, failed, anew };
}

/** Rows come in the order of key and identity, or of identity alone. */
function cursorOf(
  { everything }: RewrapRun,
  { place, kid, owner, field, version }: StoredValue,
): readonly (string | number)[] {
  const identity = place === "secret" ? [owner, field, version] : [owner];
  return everything ? identity : [kid, ...identity];
}

type Outcome = { readonly value: StoredValue } & (
  | { readonly kind: "rewrapped"; readonly rewrapped: RewrappedValue }
  | { readonly kind: "failed"; readonly failure: RewrapFailure }
  | { readonly kind: "unchanged" }
);

async function rewrapOne(
  ports: RewrapPorts,
  { environmentId, everything }: RewrapRun,
  value: StoredValue,
): Promise<Outcome> {
  try {
    const rewrapped =
      value.place === "tenant_key"
        ? await rewrapTenantKey(ports, environmentId, value)
        : await rewrapValue(ports, environmentId, value);
    if (typeof rewrapped === "string") return failed(value, rewrapped);
    // The policy or the tenant's key changed, and this process did not know yet: it is looked at again.
    const isUnchanged = rewrapped.kid === value.kid && (!everything || isTenantKeyId(value.kid));
    return isUnchanged
      ? { kind: "unchanged", value }
      : { kind: "rewrapped", value, rewrapped: { value, ...rewrapped } };
  } catch (error) {
    if (isKeyDisabled(error)) return failed(value, "key_disabled");
    throw error;
  }
}

type Rewrapped = { readonly kid: string; readonly sealed: Uint8Array } | RewrapFailureReason;

async function rewrapTenantKey(
  { sealingKeys }: RewrapPorts,
  environmentId: string,
  value: StoredValue,
): Promise<Rewrapped> {
  const rewrapped = await sealingKeys.rewrapTenantKey(environmentId, value.owner, {
    kid: value.kid,
    wrapped: value.sealed,
  });
  return rewrapped === null ? "does_not_open" : { kid: rewrapped.kid, sealed: rewrapped.wrapped };
}

async function rewrapValue(
  { sealingKeys }: RewrapPorts,
  environmentId: string,
  value: StoredValue,
): Promise<Rewrapped> {
  const parts = parseSealed(value.sealed);
  if (parts === null || parts.kid !== value.kid) return "unreadable";
  const wrapped = await sealingKeys.rewrap(environmentId, parts.kid, parts.wrapped, value.tenantId ?? undefined);
  return wrapped === null ? "does_not_open" : { kid: wrapped.kid, sealed: rewrapSealed(parts, wrapped) };
}

function failed(value: StoredValue, reason: RewrapFailureReason): Outcome {
  const { place, owner, field, version, kid } = value;
  return { kind: "failed", value, failure: { place, owner, field, version, kid, reason } };
}

/** The end: a sample is opened, audited like every opening, and what is left under other keys is counted once more. */
async function verify(ports: RewrapPorts, { owner, actor }: RunOptions, run: RewrapRun): Promise<RewrapRun | null> {
  const { rewraps } = ports;
  const { environmentId } = run;
  const sample = await rewraps.sample(environmentId, sampleSizeOf(run.done));
  const failures: RewrapFailure[] = [];
  const keepEvery = 50;
  for (let at = 0; at < sample.length; at += keepEvery) {
    if ((await rewraps.keep(run.id, owner, null))?.state !== "running") return null;
    await mapAtMost(callsAtOnce, sample.slice(at, at + keepEvery), async (value) => {
      if (!(await canOpen(ports.vault, environmentId, value, { actor, purpose: "rewrap_sample" }))) {
        const { place, field, version, kid } = value;
        failures.push({ place, owner: value.owner, field, version, kid, reason: "sample_does_not_open" });
      }
    });
  }
  // Whatever is wrapped by now is where it belongs, or a process with another configuration put it elsewhere.
  const left = await rewraps.countStale({ ...(await scopeOf(ports, run)), everything: false });
  const sampleOpened = sample.length - failures.length;
  const ended = await rewraps.finish(
    run.id,
    owner,
    { sampleSize: sample.length, sampleOpened, failures, remaining: left.byKid },
    {
      environmentId,
      actor,
      action: "rewrap.ended",
      target: run.id,
      keyId: run.toKid,
      detail: {
        rewrapped: run.done,
        failed: run.failed,
        anew: run.anew,
        sample: sample.length,
        sample_opened: sampleOpened,
        remaining: left.total,
      },
    },
  );
  const fields = {
    run: run.id,
    rewrapped: run.done,
    failed: run.failed,
    sample: sample.length,
    sampleOpened,
    remaining: left.total,
  };
  if (ended === null) return null;
  if (isClean(ended)) ports.log.info(fields, "everything is under the current key");
  else ports.log.error(fields, "a re-wrap ended, and some values are not under the current key or do not open");
  return ended;
}
