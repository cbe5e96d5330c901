import type { KeyDrillView, SealingKeyView, SealingKeysView, RewrapRunView } from "#api/schemas/keys";
import { approvalIds, type ApprovalWorld } from "./stub-approvals.ts";

/** Keys in the shape of the API. */
export type KeyWorld = { keys: SealingKeysView; drill: KeyDrillView };

type Reply = { status: number; body?: object };

export const keyIds = { current: "k2026-11", opens: "k2025-11", old: "k2024-06" };

const minute = 60_000;

export function rewrapRun(now: number, facts: Partial<RewrapRunView> = {}): RewrapRunView {
  const at = (minutes: number) => new Date(now + minutes * minute).toISOString();
  return {
    id: "rwp_2f8k3mzq0v7w1x9y4t6r5p8n",
    state: "running",
    phase: "rewrapping",
    to: keyIds.current,
    everything: false,
    from: [keyIds.opens],
    pace: null,
    total: 48_211,
    done: 31_870,
    failed: 0,
    anew: 0,
    rate: 412.6,
    seconds_left: 40,
    sample: null,
    sample_opened: null,
    remaining: null,
    last_error: null,
    started_by: "usr_2",
    started_at: at(-1.4),
    updated_at: at(0),
    finished_at: null,
    ...facts,
  };
}

const sealed = (credential: number, secret = 0, answer = 0, tenant_key = 0) => ({
  sealed: credential + secret + answer + tenant_key,
  sealed_by_kind: { credential, secret, answer, tenant_key },
});

/** `fresh`: one key, nothing sealed yet. */
export function keyWorld(now: number, kind: "usual" | "fresh" = "usual"): KeyWorld {
  const at = (days: number) => new Date(now + days * 86_400_000).toISOString();
  const key = (id: string, facts: Partial<SealingKeyView>): SealingKeyView => ({
    id,
    state: "opens",
    configured: true,
    ...sealed(0),
    wraps: 0,
    first_seen_at: at(-400),
    changed_at: null,
    changed_by: null,
    ...facts,
  });
  const usual = [
    key(keyIds.current, { state: "current", ...sealed(31_402, 421, 47), wraps: 64_120, first_seen_at: at(-1) }),
    key(keyIds.opens, { ...sealed(16_290, 51), wraps: 1_620_441_003, first_seen_at: at(-371) }),
    key(keyIds.old, {
      state: "disabled",
      wraps: 88_204_117,
      first_seen_at: at(-890),
      changed_at: at(-340),
      changed_by: "usr_1",
    }),
  ];
  return {
    keys: {
      policy: "direct",
      keys: kind === "usual" ? usual : [key("k1", { state: "current", first_seen_at: at(0) })],
      tenant_keys: { current: 0, retired: 0, destroyed: 0, sealed: 0, wraps: 0 },
      runs: kind === "usual" ? [rewrapRun(now)] : [],
    },
    drill: { proven: true, sample: 200, opened: 200, opened_without_keys: 0, opened_with_keys_of: { staging: 0 } },
  };
}

/** Other days of the same keys. */
export function arrangeKeys({ keys }: KeyWorld, kind: "done" | "failed" | "paused" | "missing" | "tenant"): void {
  const now = Date.now();
  const [current, opens] = keys.keys;
  if (current === undefined || opens === undefined) return;
  const ended = { seconds_left: null, finished_at: new Date(now - 4 * minute).toISOString() };
  const done = { ...ended, state: "done" as const, phase: "verifying" as const, done: 48_211 };
  switch (kind) {
    case "done":
      Object.assign(current, sealed(47_692, 472, 47));
      Object.assign(opens, sealed(0));
      keys.runs = [rewrapRun(now, { ...done, sample: 483, sample_opened: 483, remaining: {}, anew: 12 })];
      break;
    case "failed":
      Object.assign(opens, sealed(3));
      keys.runs = [
        rewrapRun(now, {
          ...done,
          done: 48_208,
          failed: 3,
          sample: 483,
          sample_opened: 481,
          remaining: { [keyIds.opens]: 3 },
        }),
      ];
      break;
    case "paused":
      keys.runs = [
        rewrapRun(now, {
          state: "paused",
          pace: 200,
          rate: 198,
          seconds_left: null,
          last_error: "The key service does not answer. It is tried again.",
        }),
      ];
      break;
    case "missing":
      Object.assign(opens, { state: "disabled", configured: false });
      opens.first_seen_at = null;
      opens.id = "projects/evergrant-production/locations/europe-west1/keyRings/evergrant/cryptoKeys/sealing";
      keys.runs = [];
      break;
    case "tenant":
      keys.policy = "tenant";
      keys.tenant_keys = { current: 1204, retired: 2, destroyed: 3, sealed: 31_402, wraps: 402_118 };
      Object.assign(current, sealed(0, 421, 47, 1204));
      current.wraps = 2_203_000_000;
      break;
  }
}

/** What the API answers about keys; null: it is about something else. */
export function answerKeys(
  world: { keys: KeyWorld; approvals: ApprovalWorld },
  method: string,
  path: string,
  body: string,
): Reply | null {
  if (!path.startsWith("/api/v1/keys")) return null;
  const { keys } = world.keys;
  if (path === "/api/v1/keys") return { status: 200, body: keys };
  if (path === "/api/v1/keys/drill") return { status: 200, body: world.keys.drill };
  const [run] = keys.runs;
  if (method === "GET" && run !== undefined) {
    const failures = Array.from({ length: run.failed }, (_, index) => ({
      place: index === 0 ? "secret" : "credential",
      owner: index === 0 ? "ei_5l3av9n3gs7mfp0ojp3h657t" : `ia_2f8k3mzq0v7w1x9y4t6r5p8${index}`,
      field: index === 0 ? "client_secret" : "token_set",
      version: 3,
      key_id: keyIds.opens,
      reason: "does_not_open",
    }));
    return { status: 200, body: { ...run, failures } };
  }
  if (method === "PATCH" && run !== undefined) {
    Object.assign(run, JSON.parse(body) as Partial<RewrapRunView>);
    if (run.state !== "running") run.seconds_left = null;
    return { status: 200, body: run };
  }
  // Everything else of keys needs a second person: the request is asked for.
  const asked = world.approvals.approvals.find((one) => one.id === approvalIds.own);
  return asked === undefined ? null : { status: 202, body: asked };
}
