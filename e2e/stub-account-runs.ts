import type { AccountView } from "#api/schemas/account";
import type { AccountRunView, RunResultView } from "#api/schemas/account-run";
import { accountPage } from "./stub-account-list.ts";

export type RunWorld = { runs: AccountRunView[]; results: Map<string, RunResultView[]> };

type Reply = { status: number; body: unknown };

export const emptyRuns = (): RunWorld => ({ runs: [], results: new Map() });

const runId = (name: string): string => `run_${name.padEnd(24, "0").slice(0, 24)}`;

export const runIds = {
  running: runId("running"),
  rests: runId("rests"),
  links: runId("links"),
  troubled: runId("troubled"),
  cancelled: runId("cancelled"),
};

function resultOf(account: AccountView, facts: Partial<RunResultView>, now: number): RunResultView {
  return {
    integrated_account_id: account.id,
    tenant_id: account.tenant_id,
    integration_name: account.integration_name,
    external_account: account.external_account,
    outcome: "done",
    code: null,
    detail: null,
    finished_at: new Date(now - 60_000).toISOString(),
    ...facts,
  };
}

/** A run in each state, over the accounts that there are. */
export function usualRuns(accounts: AccountView[], now: number): RunWorld {
  const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
  const run = (id: string, facts: Partial<AccountRunView>): AccountRunView => ({
    id,
    action: "refresh",
    state: "done",
    reason: null,
    filter: null,
    total: accounts.length,
    done: accounts.length,
    failed: 0,
    skipped: 0,
    pace: 10,
    rate: 6.4,
    seconds_left: null,
    last_error: null,
    created_by: "usr_1",
    resumed_by: null,
    created_at: at(-30),
    finished_at: at(-25),
    ...facts,
  });
  const runs = [
    run(runIds.running, {
      state: "running",
      filter: { integration_name: "hubspot", refresh_failing: true },
      reason: "HubSpot says that the outage is over",
      total: 1412,
      done: 603,
      failed: 4,
      skipped: 21,
      seconds_left: 123,
      created_at: at(-2),
      finished_at: null,
    }),
    run(runIds.rests, {
      state: "paused",
      action: "release",
      filter: { hold: true },
      total: 412,
      done: 120,
      created_by: "key_2f8k3mzq0v7w1x9y4t6r5p8n",
      resumed_by: null,
      last_error: "whoever began it may no longer do this, or is not there any more",
      created_at: at(-44),
      finished_at: null,
    }),
    run(runIds.links, {
      action: "reauthorization_links",
      filter: { status: "needs_reauth" },
      total: 3,
      done: 2,
      skipped: 1,
      created_at: at(-60 * 20),
      finished_at: at(-60 * 20 + 1),
    }),
    run(runIds.troubled, {
      total: 5,
      done: 2,
      failed: 2,
      skipped: 1,
      created_at: at(-60 * 30),
      finished_at: at(-60 * 30 + 2),
    }),
    run(runIds.cancelled, {
      action: "disconnect",
      state: "cancelled",
      filter: { tenant_id: "globex" },
      reason: "Globex ended its contract, ticket 4711, and wants every connection gone by the end of the month",
      total: 40,
      done: 12,
      created_at: at(-60 * 24 * 3),
      finished_at: at(-60 * 24 * 3 + 4),
    }),
  ];
  const [first, second, third, fourth, fifth] = accounts;
  const troubled: RunResultView[] =
    first === undefined || second === undefined || third === undefined || fourth === undefined || fifth === undefined
      ? []
      : [
          resultOf(first, {}, now),
          resultOf(
            second,
            {
              outcome: "failed",
              code: "provider_error",
              detail: "The provider failed to refresh this account: HTTP 503.",
            },
            now,
          ),
          resultOf(
            third,
            {
              outcome: "failed",
              code: "needs_reauth",
              detail: "The provider says that the grant is dead. Send the customer a link to re-authorize.",
            },
            now,
          ),
          resultOf(fourth, {}, now),
          resultOf(
            fifth,
            {
              tenant_id: null,
              integration_name: null,
              external_account: null,
              outcome: "skipped",
              code: "gone",
              detail: "There is no such account any more.",
            },
            now,
          ),
        ];
  const pending = { outcome: "pending", finished_at: null } as const;
  const results = new Map<string, RunResultView[]>([
    [runIds.troubled, troubled],
    [runIds.running, accounts.map((account, index) => resultOf(account, index < 5 ? {} : pending, now))],
    [runIds.rests, accounts.slice(0, 3).map((account) => resultOf(account, pending, now))],
    [runIds.links, accounts.slice(0, 2).map((account) => resultOf(account, {}, now))],
    [
      runIds.cancelled,
      accounts
        .slice(0, 4)
        .map((account, index) => resultOf(account, index < 2 ? { code: "not_supported" } : pending, now)),
    ],
  ]);
  return { runs, results };
}

/** As the API answers about runs; a run that is begun here is over the second time that it is looked at. */
export function answerRuns(
  world: RunWorld,
  accounts: AccountView[],
  method: string,
  path: string,
  query: URLSearchParams,
  body: string,
): Reply | null {
  if (path === "/api/v1/account-runs/preview") return ok(previewOf(accounts, body));
  if (path === "/api/v1/account-runs") {
    if (method === "POST") return begin(world, accounts, body);
    return ok({ data: world.runs, next_cursor: null });
  }
  const [, id, part] = /^\/api\/v1\/account-runs\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
  const run = world.runs.find((one) => one.id === id);
  if (id === undefined) return null;
  if (run === undefined) return problem(404, "not_found", "There is no such run in this environment.");
  if (part === "links") {
    const links = (world.results.get(id) ?? []).map((result) => ({
      integrated_account_id: result.integrated_account_id,
      tenant_id: result.tenant_id,
      url: `https://evergrant.example/connect/lt_${result.tenant_id}`,
      expires_at: new Date(Date.now() + 500_000_000).toISOString(),
    }));
    return ok({ data: links, next_cursor: null });
  }
  if (part === "results") {
    const all = world.results.get(id) ?? [];
    const wanted = query.get("outcome");
    return ok({ data: all.filter(({ outcome }) => wanted === null || outcome === wanted), next_cursor: null });
  }
  if (method === "PATCH") {
    const patch = JSON.parse(body) as Partial<AccountRunView>;
    Object.assign(run, patch, patch.state === "cancelled" ? { finished_at: new Date().toISOString() } : {});
    if (patch.state === "running") run.last_error = null;
  } else finishBegun(world, run);
  return ok(run);
}

type Selection = { ids?: string[]; filter?: Record<string, string | boolean | number> };

function selected(accounts: AccountView[], { ids, filter = {} }: Selection): AccountView[] {
  if (ids !== undefined) return accounts.filter(({ id }) => ids.includes(id));
  const query = Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, String(value)]));
  return accountPage(accounts, new URLSearchParams({ ...query, limit: "1000" })).data;
}

function previewOf(accounts: AccountView[], body: string): object {
  const found = selected(accounts, JSON.parse(body) as Selection);
  const count = (status: string): number => found.filter((account) => account.status === status).length;
  return {
    total: found.length,
    most: 100_000,
    by_status: {
      connecting: count("connecting"),
      active: count("active"),
      needs_reauth: count("needs_reauth"),
      disconnected: count("disconnected"),
    },
    held: found.filter(({ hold }) => hold !== null).length,
  };
}

function begin(world: RunWorld, accounts: AccountView[], body: string): Reply {
  const wish = JSON.parse(body) as Selection & { action: AccountRunView["action"]; at_most: number; reason?: string };
  const found = selected(accounts, wish);
  if (found.length > wish.at_most) {
    return problem(
      409,
      "conflict",
      `More than ${wish.at_most} accounts match by now. Look at them again, and confirm what you see.`,
    );
  }
  const now = new Date().toISOString();
  const run: AccountRunView = {
    id: runId(`begun${world.runs.length}`),
    action: wish.action,
    state: "running",
    reason: wish.reason ?? null,
    filter: wish.filter ?? null,
    total: found.length,
    done: 0,
    failed: 0,
    skipped: 0,
    pace: 10,
    rate: null,
    seconds_left: null,
    last_error: null,
    created_by: "usr_1",
    resumed_by: null,
    created_at: now,
    finished_at: null,
  };
  world.runs.unshift(run);
  world.results.set(
    run.id,
    found.map((account) => resultOf(account, { outcome: "pending", finished_at: null }, Date.now())),
  );
  return { status: 202, body: run };
}

const looked = new WeakSet<AccountRunView>();

function finishBegun(world: RunWorld, run: AccountRunView): void {
  if (!run.id.startsWith("run_begun") || run.state !== "running") return;
  if (!looked.has(run)) {
    looked.add(run);
    return;
  }
  Object.assign(run, { state: "done", done: run.total, finished_at: new Date().toISOString() });
  for (const result of world.results.get(run.id) ?? []) {
    Object.assign(result, { outcome: "done", finished_at: new Date().toISOString() });
  }
}

function ok(body: unknown): Reply {
  return { status: 200, body };
}

function problem(status: number, code: string, detail: string): Reply {
  return { status, body: { type: `https://docs.example/problems/${code}`, status, code, title: "Conflict", detail } };
}
