import type { RewrapFailureView, RewrapRunView, SealingKeyView, SealingKeysView } from "#api/schemas/keys";
import { assertNever } from "../../_components/assert-never.ts";
import { formatDuration } from "../../_components/duration.ts";
import { countOf, formatCount } from "../../_components/figures.ts";
import type { SentenceTone } from "../../_components/summary-sentence.tsx";
import type { Look } from "../../_components/status.ts";

/** Finer than the API's state: what an operator did, and what is missing, are not one thing. */
export type KeyCondition = SealingKeyView["state"] | "missing";

export const keyConditions: Record<KeyCondition, Look & { tells: string }> = {
  current: { tone: "good", icon: "filled", label: "Current", tells: "seals what is new" },
  opens: { tone: "info", icon: "half", label: "Opens", tells: "opens what it sealed" },
  disabled: { tone: "none", icon: "slash", label: "Disabled", tells: "not used" },
  missing: { tone: "bad", icon: "broken-link", label: "Missing", tells: "not configured" },
};

/** The API lists a key that is not configured only while it seals something. */
export function keyConditionOf({ state, configured }: SealingKeyView): KeyCondition {
  return configured ? state : "missing";
}

/** How many values are not under the current key. */
function countOlder(keys: readonly SealingKeyView[]): number {
  return keys.reduce((sum, key) => (key.state === "current" ? sum : sum + key.sealed), 0);
}

/** How many values are not where the policy wants them, although their key is no older one: it was another policy when they were sealed. */
function countOtherwise({ policy, keys, tenant_keys }: SealingKeysView): number {
  if (policy === "direct") return tenant_keys.sealed;
  return keys.find((key) => key.state === "current")?.sealed_by_kind.credential ?? 0;
}

/** How many values a re-wrap would move. */
export function countLeft(view: SealingKeysView): number {
  return countOlder(view.keys) + countOtherwise(view);
}

/** Whether a run goes on, or would when it is resumed. */
export function isLive({ state }: RewrapRunView): boolean {
  return state === "running" || state === "paused";
}

/** Wraps under one key after which operators are told. As in core/domain/sealing/sealing-policy.ts. */
export const wrapsAlarm = 2 ** 31;
/** NIST SP 800-38D: no more under one key with random IVs. */
export const wrapsBound = 2 * wrapsAlarm;

/** By what stands sealed, the most first as a rule. */
export const sealedKinds: readonly {
  kind: keyof SealingKeyView["sealed_by_kind"];
  one: string;
  many: string;
  solid: string;
}[] = [
  { kind: "credential", one: "token set", many: "token sets", solid: "bg-accent" },
  { kind: "secret", one: "secret", many: "secrets", solid: "bg-info-solid" },
  { kind: "answer", one: "kept answer", many: "kept answers", solid: "bg-warn-solid" },
  { kind: "tenant_key", one: "tenant key", many: "tenant keys", solid: "bg-hold-solid" },
];

/** `88,204`, `1.62 billion`: a figure of ten digits says no more. */
export function formatWraps(wraps: number): string {
  if (wraps < 1_000_000) return formatCount(wraps);
  const [divisor, word] = wraps < 1_000_000_000 ? [1_000_000, "million"] : [1_000_000_000, "billion"];
  return `${(wraps / divisor).toLocaleString("en", { maximumSignificantDigits: 3 })} ${word}`;
}

export type Sentence = { tone: SentenceTone; says: string; next: string };

/** Is all well with the keys, and whose move is it? */
export function judgeKeys(view: SealingKeysView): Sentence {
  const { keys, runs, policy } = view;
  const [run] = runs;
  const missing = keys.filter((key) => keyConditionOf(key) === "missing");
  const current = keys.find((key) => key.state === "current");
  const shut = keys.filter((key) => keyConditionOf(key) === "disabled" && key.sealed > 0);
  const left = countLeft(view);
  const where = countOlder(keys) > 0 ? "sealed under an older key" : "sealed as the policy before wanted it";
  const sealed = keys.reduce((sum, key) => sum + key.sealed, 0);
  const worn = keys.find((key) => key.state !== "disabled" && key.wraps >= wrapsAlarm);
  if (missing.length > 0) {
    const lost = missing.reduce((sum, key) => sum + key.sealed, 0);
    return {
      tone: "bad",
      says: `${countOf(lost, "value")} can't be opened: ${missing.map((key) => key.id).join(", ")} is not configured any more.`,
      next: "Configure it again. Until then these accounts get no token.",
    };
  }
  if (shut.length > 0) {
    const lost = shut.reduce((sum, key) => sum + key.sealed, 0);
    return {
      tone: "bad",
      says: `${countOf(lost, "value")} ${lost === 1 ? "is" : "are"} out of reach: ${shut.map((key) => key.id).join(", ")} is disabled.`,
      next: "Enable it again, and re-wrap what it seals before it is disabled for good.",
    };
  }
  if (current === undefined) {
    return {
      tone: "bad",
      says: "Nothing new can be sealed: the current key is disabled.",
      next: "Enable it again, or configure another key in front of it.",
    };
  }
  if (worn !== undefined) {
    return {
      tone: "bad",
      says: `${worn.id} has wrapped ${formatWraps(worn.wraps)} data keys, more than half of its bound.`,
      next: "Give it a new version on the server (keys rotate), then re-wrap everything.",
    };
  }
  if (run !== undefined && isLive(run)) {
    return {
      tone: run.state === "paused" ? "warn" : "info",
      says:
        left === 0 && run.everything
          ? `A re-wrap of everything under the newest version of ${run.to} is ${run.state}.`
          : `${countOf(left, "value")} ${left === 1 ? "is" : "are"} still ${where}, and a re-wrap is ${run.state}.`,
      next:
        run.state === "paused"
          ? "Resume it when you like. Everything opens meanwhile."
          : "Everything opens meanwhile. Nothing for you to do.",
    };
  }
  if (left > 0) {
    return {
      tone: "warn",
      says: `${countOf(left, "value")} ${left === 1 ? "is" : "are"} still ${where}.`,
      next:
        countOlder(keys) > 0
          ? "Re-wrap them under the current key; after that the older one can be disabled. Everything opens meanwhile."
          : `Re-wrap them, so that all of it is under ${policy === "tenant" ? "its tenant’s key" : "the key service"}. Everything opens meanwhile.`,
    };
  }
  const idle = sealed === 0 ? [] : keys.filter((key) => keyConditionOf(key) === "opens").map((key) => key.id);
  return {
    tone: "good",
    says: sealed === 0 ? "Nothing is sealed yet." : `Everything here is sealed under ${current.id}.`,
    next:
      idle.length === 0
        ? "Nothing for you to do."
        : `${idle.join(", ")} ${idle.length === 1 ? "seals" : "seal"} nothing any more and can be disabled.`,
  };
}

const rewrapStates: Record<RewrapRunView["state"], Look> = {
  running: { tone: "info", icon: "dashed", label: "Running" },
  paused: { tone: "warn", icon: "pause", label: "Paused" },
  done: { tone: "good", icon: "filled", label: "Done" },
  stopped: { tone: "none", icon: "slash", label: "Stopped" },
};

/** One that ended with something left over, or found what does not open, is not simply done. */
export function lookOfRun(run: RewrapRunView): Look {
  const isWhole = run.failed === 0 && Object.keys(run.remaining ?? {}).length === 0 && run.sample === run.sample_opened;
  return run.state !== "done" || isWhole ? rewrapStates[run.state] : { tone: "bad", icon: "alert", label: "Ended" };
}

export const failureReasons: Record<RewrapFailureView["reason"], string> = {
  unreadable: "no sealed value stands there",
  does_not_open: "altered or moved, or its key is not configured",
  key_disabled: "its key is disabled",
  sample_does_not_open: "it did not open when it was tried",
};

/** How far it is, in one line. */
export function wordProgress(run: RewrapRunView): string {
  const { state } = run;
  const left = Object.entries(run.remaining ?? {});
  switch (state) {
    case "running": {
      if (run.phase === "verifying") return "Opening a sample, to see that it opens";
      return run.seconds_left === null ? "Measuring its pace" : `About ${formatDuration(run.seconds_left)} left`;
    }
    case "paused":
      return "It goes on where it stopped";
    case "done":
      return left.length === 0
        ? "No value is left under another key"
        : left.map(([id, count]) => `${id} still seals ${formatCount(count)}`).join(", ");
    case "stopped":
      return "What was re-wrapped stays so";
  }
  return assertNever(state);
}

export const policies: Record<SealingKeysView["policy"], { name: string; tells: string; good: string; costs: string }> =
  {
    direct: {
      name: "Direct",
      tells: "The key service wraps the data key of each value.",
      good: "One level less, and every opening of a value is seen by the key service.",
      costs: "One call of the key service for each value that is sealed or opened.",
    },
    tenant: {
      name: "Tenant keys",
      tells:
        "Each tenant has a key of its own, which the key service wraps; it wraps the data keys of the tenant's accounts.",
      good: "Few calls of the key service, and what a deleted tenant's key sealed is unreadable, in backups made later too.",
      costs: "A tenant's key is in the memory of api and worker for five minutes.",
    },
  };
