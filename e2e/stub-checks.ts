import type { IntegrationCheckView } from "#api/schemas/integration-check";
import type { World } from "./stub-accounts.ts";

type Reply = { status: number; body: unknown };
type Scenario = IntegrationCheckView["scenarios"][number];

export type CheckWorld = {
  /** How checks come to be offered; null: they are. */
  how: string | null;
  runs: IntegrationCheckView[];
  /** What a run finds, one with each look. */
  script: Scenario[];
};

function step(answered: string, facts: Partial<Scenario["steps"][number]> = {}): Scenario["steps"][number] {
  return {
    answered,
    outcome: "refreshed",
    rule: null,
    http_status: 200,
    error: null,
    explanation: null,
    status: "active",
    scopes_missing: [],
    next_refresh_in: 3480,
    expires_in: 3600,
    caller_got: "a fresh token",
    ...facts,
  };
}

export function scenario(id: string, title: string, facts: Partial<Scenario> = {}): Scenario {
  return {
    scenario: id,
    title,
    verdict: "as_expected",
    note: null,
    steps: [step("200, both tokens new")],
    problems: [],
    ...facts,
  };
}

export const goodScript = (): Scenario[] => [
  scenario("connect", "Somebody connects", { steps: [step("200, both tokens", { outcome: "connected" })] }),
  scenario("refused", "Used refresh token refused", {
    steps: [
      step("400 invalid_grant", {
        outcome: "reauthorize",
        rule: "rfc6749.invalid_grant",
        http_status: 400,
        error: "invalid_grant",
        explanation: "The grant is over: it was revoked, ran out, or its refresh token was used twice",
        status: "needs_reauth",
        next_refresh_in: null,
        expires_in: 12,
        caller_got: "needs_reauth",
      }),
    ],
  }),
  scenario("slow", "Slow down, with Retry-After", {
    steps: [
      step("429, Retry-After: 7", {
        outcome: "rate_limited",
        rule: "http.429",
        http_status: 429,
        next_refresh_in: 8,
        caller_got: "the old token",
      }),
    ],
  }),
  scenario("second_step", "The second step fails", {
    verdict: "not_applicable",
    note: "the document declares no second step",
    steps: [],
  }),
];

export const badScript = (): Scenario[] => [
  ...goodScript(),
  scenario("error_200", "An error with status 200", {
    verdict: "unexpected",
    problems: ["expected reauthorize (rfc6749.invalid_grant), saw in_doubt (answer.unreadable)"],
    steps: [
      step("200 invalid_grant", {
        outcome: "in_doubt",
        rule: "answer.unreadable",
        explanation: "The answer could not be read: it holds no access token",
        next_refresh_in: 3,
        caller_got: "the old token",
      }),
    ],
  }),
];

export const checkWorld = (): CheckWorld => ({ how: null, runs: [], script: goodScript() });

let started = 0;

export function checkRun(facts: Partial<IntegrationCheckView> = {}): IntegrationCheckView {
  started += 1;
  const now = new Date().toISOString();
  return {
    id: `chk_${String(started).padStart(24, "0")}`,
    integration_name: "acme-crm",
    in_force: true,
    state: "queued",
    verdict: null,
    detail: null,
    started_by: "usr_1",
    created_at: now,
    started_at: null,
    finished_at: null,
    scenarios: [],
    left_aside: [],
    ...facts,
  };
}

export function doneRun(scenarios: Scenario[], facts: Partial<IntegrationCheckView> = {}): IntegrationCheckView {
  const now = new Date().toISOString();
  const isWrong = scenarios.some(({ verdict }) => verdict === "unexpected");
  return checkRun({
    state: "done",
    verdict: isWrong ? "unexpected" : "as_expected",
    started_at: now,
    finished_at: now,
    scenarios,
    ...facts,
  });
}

/** What the API answers about checks; null: it is asked for something else. */
export function answerChecks(world: World, method: string, path: string, body: string): Reply | null {
  const [, name, id] = /^\/api\/v1\/integrations\/([a-z0-9-]+)\/checks(?:\/(chk_\w+))?$/.exec(path) ?? [];
  if (name === undefined) return null;
  const { checks } = world;
  if (method === "POST") {
    const other = checks.runs.find(({ state }) => state === "queued" || state === "running");
    if (other !== undefined) {
      const detail = `Another check is under way in this environment, of ${other.integration_name}. It takes some seconds: try again.`;
      return { status: 409, body: { status: 409, code: "conflict", title: "Conflict", detail } };
    }
    const run = checkRun({ integration_name: name, in_force: !body.includes('"document"') });
    checks.runs.unshift(run);
    return { status: 202, body: run };
  }
  if (id === undefined) {
    const data = checks.runs.filter((one) => one.integration_name === name);
    return { status: 200, body: { offered: checks.how === null, how: checks.how, data, next_cursor: null } };
  }
  const run = checks.runs.find((one) => one.id === id);
  if (run === undefined) return { status: 404, body: { status: 404, code: "not_found", title: "Not found" } };
  goOn(run, checks.script);
  return { status: 200, body: run };
}

/** A look further. */
function goOn(run: IntegrationCheckView, script: Scenario[]): void {
  if (run.state !== "queued" && run.state !== "running") return;
  const next = script[run.scenarios.length];
  run.state = "running";
  if (next !== undefined) run.scenarios = [...run.scenarios, next];
  else
    Object.assign(
      run,
      doneRun(run.scenarios, { id: run.id, integration_name: run.integration_name, in_force: run.in_force }),
    );
}
