import { verdictOf, whyOver, type CheckRun, type CheckStep } from "#core/domain/integration/check-run";
import type { IntegrationCheckView } from "../schemas/integration-check.ts";

export function toCheckView(run: CheckRun, now: Date): IntegrationCheckView {
  // Nobody marks as over what nobody works on any more, until the next one begins.
  const over = whyOver(run, now);
  return {
    id: run.id,
    integration_name: run.integrationName,
    in_force: run.isInForce,
    state: over === null ? run.state : "failed",
    verdict: verdictOf(run),
    detail: over ?? run.detail,
    started_by: run.startedBy,
    created_at: run.createdAt.toISOString(),
    started_at: run.startedAt?.toISOString() ?? null,
    finished_at: run.finishedAt?.toISOString() ?? null,
    scenarios: run.scenarios.map(({ scenario, title, verdict, note, steps, problems }) => ({
      scenario,
      title,
      verdict,
      note,
      steps: steps.map(toStepView),
      problems: [...problems],
    })),
    left_aside: [...run.leftAside],
  };
}

function toStepView(step: CheckStep): IntegrationCheckView["scenarios"][number]["steps"][number] {
  return {
    answered: step.answered,
    outcome: step.outcome,
    rule: step.rule,
    http_status: step.httpStatus,
    error: step.error,
    explanation: step.explanation,
    status: step.status,
    scopes_missing: [...step.scopesMissing],
    next_refresh_in: step.nextRefreshIn,
    expires_in: step.expiresIn,
    caller_got: step.callerGot,
  };
}
